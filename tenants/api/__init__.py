"""REST: sign-in, tenants, tokens, audit log. Receptionists: read a form, make one call, present the answer."""
