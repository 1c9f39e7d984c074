"""The Kamailio configuration and the renderer of its machine-dependent part."""
