"""The command line of the stack, as a person or systemd uses it."""
