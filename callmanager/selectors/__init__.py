"""Questions about a tenant's PBX and its calls. Nothing is changed here."""
