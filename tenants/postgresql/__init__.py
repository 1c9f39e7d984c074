"""The database engine: django-tenants' engine, which also tells row-level security whose rows may be seen."""
