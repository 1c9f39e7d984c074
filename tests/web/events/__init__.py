"""The event socket with real uvicorn and Redis."""
