"""The console in a headless Chromium, with real uvicorn, PostgreSQL and Redis."""
