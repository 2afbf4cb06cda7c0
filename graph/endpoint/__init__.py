"""GraphQL over HTTP, WebSocket and SSE: one file a transport over one door (`door.py`)."""
