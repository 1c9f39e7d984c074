"""The console through the whole middleware, as a browser asks for it."""
