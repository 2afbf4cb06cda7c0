"""GraphQL over HTTP, WebSocket and SSE: one file a transport over one door (`endpoint/service.py`)."""
