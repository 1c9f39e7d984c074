"""Calls that run right now: listed as the workers report them, hung up by asking the one that owns them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.call_actions import CallActions
from callmanager.api.call_control import Refused, Unavailable
from callmanager.api.call_fields import CallSessionSerializer
from callmanager.api.call_making import CallMaking
from callmanager.api.call_monitoring import CallMonitoring
from callmanager.domain.live_call import LiveCall
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.selectors.live_call import live_call_list
from callmanager.selectors.person import hang_up_numbers_of, visible_live_call_list
from callmanager.services.live_call import (
    CommandRefused,
    LiveCallNotFound,
    WorkerUnavailable,
    live_call_hang_up,
)
from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.models import Role

# Inside the view `list` is its method.
LiveCalls = list[LiveCall]

SESSION_ID = OpenApiParameter("session_id", str, OpenApiParameter.PATH)


_ORDERINGS: dict[str, Callable[[LiveCall], Any]] = {
    "started_at": lambda call: call.started_at,
    "caller": lambda call: (len(call.caller), call.caller),
    "callee": lambda call: (len(call.callee), call.callee),
    "state": lambda call: call.state,
}


class CallSessionViewSet(ResourceAccess, CallActions, CallMaking, CallMonitoring):
    """Not a table: `search` and `ordering` are done here as the lists of the database do them."""

    subject = "fleet.livecall"
    # The call is not deleted, it ends.
    verbs = {"destroy": Verb.CHANGE}
    serializer_class = CallSessionSerializer
    filter_backends = ()
    lookup_field = "session_id"
    lookup_value_regex = r"[A-Za-z0-9._@:-]{1,128}"

    @extend_schema(
        parameters=[
            OpenApiParameter("search", str, description="In caller and callee."),
            OpenApiParameter(
                "is_parked", bool, description="Those on a parking place, or those that are not."
            ),
            OpenApiParameter("ordering", str, enum=[*_ORDERINGS, *(f"-{name}" for name in _ORDERINGS)]),
        ],
        responses=CallSessionSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        calls = _by_parking(request, self._calls(request))
        search = request.query_params.get("search", "").lower()
        if search:
            calls = [
                call
                for call in calls
                if search in f"{call.caller} {call.caller_display_name} {call.callee}".lower()
            ]
        page = self.paginate_queryset(self._ordered(request, calls))
        return self.get_paginated_response(CallSessionSerializer(page, many=True).data)

    @extend_schema(parameters=[SESSION_ID])
    def retrieve(self, request: Request, session_id: str) -> Response:
        return Response(CallSessionSerializer(self._call(request, session_id)).data)

    @extend_schema(parameters=[SESSION_ID], responses={204: None})
    def destroy(self, request: Request, session_id: str) -> Response:
        return self._hang_up(request, session_id)

    @extend_schema(parameters=[SESSION_ID], request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def hang_up(self, request: Request, session_id: str) -> Response:
        return self._hang_up(request, session_id)

    def _hang_up(self, request: Request, session_id: str) -> Response:
        tenant, actor = tenant_of(request), actor_of(request)
        if actor.role == Role.EXTENSION:
            call = self._call(request, session_id)
            if not call.concerns_any(hang_up_numbers_of(number=actor.user.extension_number)):
                raise exceptions.PermissionDenied("You may see this call but not end it.")
        try:
            live_call_hang_up(tenant_id=tenant.pk, session_id=session_id)
        except LiveCallNotFound as error:
            raise exceptions.NotFound("No such call.") from error
        except (WorkerUnavailable, LiveCallsUnavailable) as error:
            raise Unavailable(str(error)) from error
        except CommandRefused as error:
            raise Refused(str(error), code=error.code) from error
        audit_request(request._request, action="call.hang_up", target=tenant)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _call(self, request: Request, session_id: str) -> LiveCall:
        for call in self._calls(request):
            if call.session_id == session_id:
                return call
        raise exceptions.NotFound("No such call.")

    def _calls(self, request: Request) -> LiveCalls:
        tenant, actor = tenant_of(request), actor_of(request)
        try:
            if actor.role == Role.EXTENSION:
                return visible_live_call_list(tenant_id=tenant.pk, number=actor.user.extension_number)
            return live_call_list(tenant_id=tenant.pk)
        except LiveCallsUnavailable as error:
            raise Unavailable(str(error)) from error

    def _ordered(self, request: Request, calls: LiveCalls) -> LiveCalls:
        wanted = request.query_params.get("ordering", "")
        if not wanted:
            return calls
        key = _ORDERINGS.get(wanted.removeprefix("-"))
        if key is None:
            raise exceptions.ValidationError(
                {"ordering": f"One of: {', '.join(sorted(_ORDERINGS))}."}, code="ordering"
            )
        return sorted(calls, key=key, reverse=wanted.startswith("-"))


def _by_parking(request: Request, calls: LiveCalls) -> LiveCalls:
    wanted = request.query_params.get("is_parked", "")
    if not wanted:
        return calls
    if wanted not in ("true", "false"):
        raise exceptions.ValidationError({"is_parked": "true or false."}, code="is_parked")
    return [call for call in calls if bool(call.park_slot) is (wanted == "true")]
