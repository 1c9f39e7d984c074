"""Headless phones: real SIP and RTP, driven by tests, the demo call and the benchmark."""
