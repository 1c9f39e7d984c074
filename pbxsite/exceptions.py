"""Every failure of the REST API as one shape: {"errors": [{"code", "field", "message"}]}."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults as default_views
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from callmanager.services.call_queue import CallersWaiting
from callmanager.services.in_use import InUse
from callmanager.services.routing_guard import BreaksRoutingTests

API_PREFIX = "/api/"


class Conflict(exceptions.APIException):
    """What was asked for would leave others pointing at nothing."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "in_use"


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's own, with our shape; None (a logged 500) for what nobody foresaw."""
    if isinstance(error, BreaksRoutingTests):
        return _breaks_routing_tests(error)
    if isinstance(error, CallersWaiting):
        message = f"{error.message} Send it again with ?confirm=true to delete the queue all the same."
        error = Conflict(detail=message, code=error.code)
    elif isinstance(error, InUse):
        error = Conflict(detail=_rest_detail(error))
    elif isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(detail=_rest_detail(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = {"errors": list(_errors_of(error))}
    return response


@csrf_exempt
def api_not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """The answer for a path that is no resource."""
    return _one_error("not_found", "No such resource.", status.HTTP_404_NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: for programs in their shape, such as a host name that is not ours."""
    if not request.path.startswith(API_PREFIX):
        return default_views.bad_request(request, exception)
    return _one_error("bad_request", "The request was not understood.", status.HTTP_400_BAD_REQUEST)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: the log says what happened, the answer does not."""
    if not request.path.startswith(API_PREFIX):
        return default_views.server_error(request)
    return _one_error("error", "The request failed.", status.HTTP_500_INTERNAL_SERVER_ERROR)


def _breaks_routing_tests(error: BreaksRoutingTests) -> Response:
    """What would be different, and how to say that it shall be so."""
    message = f"{error} Send it again with ?confirm=true to apply it all the same."
    problem = {"code": error.code, "field": None, "message": message}
    document = {"errors": [problem], "broken": [one.document for one in error.broken]}
    return Response(document, status=status.HTTP_409_CONFLICT)


def _one_error(code: str, message: str, http_status: int) -> JsonResponse:
    return JsonResponse({"errors": [{"code": code, "field": None, "message": message}]}, status=http_status)


def _rest_detail(error: DjangoValidationError) -> Any:
    if hasattr(error, "error_dict"):
        return {
            api_settings.NON_FIELD_ERRORS_KEY if field == NON_FIELD_ERRORS else field: _rest_list(errors)
            for field, errors in error.error_dict.items()
        }
    return {api_settings.NON_FIELD_ERRORS_KEY: _rest_list(error.error_list)}


def _rest_list(errors: list[DjangoValidationError]) -> list[exceptions.ErrorDetail]:
    return [
        exceptions.ErrorDetail(message, code=error.code or "invalid")
        for error in errors
        for message in error.messages
    ]


def _errors_of(error: Exception) -> Iterator[dict[str, str | None]]:
    match error:
        case exceptions.APIException():
            yield from _flat(error.detail, None)
        case Http404():
            yield {"code": "not_found", "field": None, "message": "Not found."}
        case DjangoPermissionDenied():
            yield {"code": "permission_denied", "field": None, "message": "Not allowed."}
        case _:
            yield {"code": "error", "field": None, "message": "The request failed."}


def _flat(detail: Any, field: str | None) -> Iterator[dict[str, str | None]]:
    """A nested detail as single errors; a nested field reads `outer.inner`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            is_general = name == api_settings.NON_FIELD_ERRORS_KEY
            path = field if is_general else f"{field}.{name}" if field else str(name)
            yield from _flat(inner, path)
    elif isinstance(detail, list | tuple):
        for number, inner in enumerate(detail):
            is_item = isinstance(inner, Mapping | list)
            yield from _flat(inner, f"{field or ''}[{number}]" if is_item else field)
    else:
        yield {"code": getattr(detail, "code", "invalid"), "field": field, "message": str(detail)}
