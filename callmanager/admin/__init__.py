"""Console pages of a tenant's PBX. Registered in pbxsite.console.sites."""
