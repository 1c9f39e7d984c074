"""Traffic tests of the edge alone: real Kamailio and PostgreSQL, raw sockets as phones and workers."""
