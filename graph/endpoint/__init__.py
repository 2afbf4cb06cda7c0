"""GraphQL over HTTP, WebSocket and SSE: one file for each transport, over one service (`service.py`)."""
