"""GraphQL over HTTP, WebSocket and SSE: a file for each transport, over one service (`service.py`)."""
