"""One worker alone: real SIP stack, phones, PostgreSQL and Redis, and a small stand-in for the edge."""
