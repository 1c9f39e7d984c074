"""Console pages of tenants and the audit log. Registered in pbxsite.console.sites."""
