"""Who is allowed to see what: tenants, their users and tokens, the scope every query runs in."""
