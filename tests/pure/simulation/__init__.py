"""The call simulator, without a database or a packet."""
