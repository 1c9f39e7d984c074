"""`make bench`: what one machine carries, measured through edge and worker. How: docs/benchmarks.md."""
