"""Django with real PostgreSQL and Redis: `python -m deploy.stack services -- pytest tests/web`."""
