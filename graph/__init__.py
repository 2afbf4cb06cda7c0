"""How the outside world talks to the desk: GraphQL over HTTP, WebSocket and SSE, and the command line.

`graph` imports `models`; what a ticket is and may become is decided there.
"""
