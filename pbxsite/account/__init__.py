"""One's own account, the same pages for administrators, tenants' users and extensions."""
