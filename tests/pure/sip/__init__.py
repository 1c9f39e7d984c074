"""What the worker reads from SIP, SDP and its environment."""
