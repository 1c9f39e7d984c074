"""Live events for programs and for the console: one hub per process, one consumer per WebSocket."""
