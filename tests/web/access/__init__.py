"""Every page and route against the table of capabilities."""
