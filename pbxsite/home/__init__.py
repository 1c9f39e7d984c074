"""The first pages of the console: how the system and its calls are, now and in the last 24 hours."""
