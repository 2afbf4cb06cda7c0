"""The server: GraphQL over HTTP, WebSocket and SSE, and the command line.

`graph` imports `models`, which has the rules of tickets.
"""
