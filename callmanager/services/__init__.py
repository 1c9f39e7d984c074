"""What can be done to a tenant's PBX: one function changes one thing, wholly or not at all."""
