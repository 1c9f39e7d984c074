"""What web and task processes count. No label tells more than which page, which task, how it ended."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

# From an answer out of memory to a large import's.
REQUEST_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
TASK_BUCKETS_S = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)

http_requests = Counter(
    "tandem_http_requests", "Requests answered by the web processes.", ("route", "method", "status")
)
http_seconds = Histogram(
    "tandem_http_request_duration_seconds",
    "Time to an answer, without streaming it.",
    ("route", "method"),
    buckets=REQUEST_BUCKETS_S,
)
tasks = Counter("tandem_tasks", "Background tasks that ended.", ("task", "outcome"))
task_seconds = Histogram(
    "tandem_task_duration_seconds", "Time a background task took.", ("task",), buckets=TASK_BUCKETS_S
)
