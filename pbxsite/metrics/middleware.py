"""Counts every request by the pattern of its address: never by the address itself, which strangers choose."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from pbxsite.metrics.instruments import http_requests, http_seconds

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
UNKNOWN_ROUTE = "unknown"


class MetricsMiddleware:
    """Outermost, so that it sees what all the others took and answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started_at = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else UNKNOWN_ROUTE
        method = request.method if request.method in METHODS else "OTHER"
        http_requests.labels(route, method, str(response.status_code)).inc()
        http_seconds.labels(route, method).observe(time.perf_counter() - started_at)
        return response
