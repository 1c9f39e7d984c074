"""What can be done to tenants, users and tokens: one function changes one thing, wholly or not at all."""
