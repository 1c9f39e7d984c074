"""One running Tandem: its configuration, its processes, its life from preflight to a clean stop."""
