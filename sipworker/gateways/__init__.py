"""The outside except SIP: PostgreSQL, Redis, tasks, the edge's events. Threads live here, calls do not."""
