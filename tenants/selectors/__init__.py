"""Questions about tenants, users and tokens. Nothing is changed here."""
