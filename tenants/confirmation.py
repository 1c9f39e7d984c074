"""How a request says yes to what it was asked: programs by parameter or header, people by a page's button."""

from __future__ import annotations

from django.http import HttpRequest

CONFIRMED_FIELD = "_routing_tests_confirmed"
CONFIRM_PARAMETER, CONFIRM_HEADER = "confirm", "X-Confirm"


def is_confirmed(request: HttpRequest) -> bool:
    if request.path.startswith("/api/"):
        said = request.GET.get(CONFIRM_PARAMETER, "") or request.headers.get(CONFIRM_HEADER, "")
        return said.lower() == "true"
    if request.content_type == "application/json":
        return request.headers.get(CONFIRM_HEADER, "").lower() == "true"
    return request.POST.get(CONFIRMED_FIELD) == "yes"
