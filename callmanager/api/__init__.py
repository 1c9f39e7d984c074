"""REST: extensions, registrations, live calls, call records. A request is in its tenant's scope already."""
