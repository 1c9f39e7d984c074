"""A call that a program makes by REST, once for each Idempotency-Key. Mixed into the resource of running calls."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from callmanager.api.call_control import (
    CallCreatedSerializer,
    CallCreateSerializer,
    control_errors,
    controller_of,
)
from callmanager.api.idempotency import IDEMPOTENCY_KEY, once, operation_id_of
from callmanager.edge.worker_lookup import worker_of
from callmanager.services.call_control import Controller, NotYourCall
from callmanager.services.calling_extension import NoSuchCaller, calling_extension_choose
from callmanager.services.requested_call import CallRequest, requested_call_make
from tenants.audit_trail import audit_request


class CallMaking(GenericViewSet[Any]):
    @extend_schema(
        operation_id="call_sessions_create",
        parameters=[IDEMPOTENCY_KEY],
        request=CallCreateSerializer,
        responses={201: CallCreatedSerializer},
    )
    @action(detail=False, methods=["post"], url_path="create")
    @once
    def make(self, request: Request) -> Response:
        """Rings the caller, and once that is answered, the callee; then both are connected."""
        controller = controller_of(request)
        form = CallCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(form.validated_data)
        wanted["caller"] = calling_extension(controller, wanted["caller"], field="caller")
        session_id = operation_id_of(request)
        wanted["request_id"] = wanted["request_id"] or session_id
        with control_errors():
            requested_call_make(
                tenant=controller.tenant,
                worker=worker_of(tenant=controller.tenant),
                session_id=session_id,
                request_id=wanted["request_id"],
                wanted=CallRequest(
                    wanted["caller"], wanted["callee"], wanted["ring_timeout_s"], wanted["is_auto_answered"]
                ),
            )
        audit_request(request._request, action="call.create", target=controller.tenant)
        shown = {name: wanted[name] for name in ("caller", "callee", "request_id")}
        return Response({"session_id": session_id, **shown}, status=status.HTTP_201_CREATED)


def calling_extension(controller: Controller, number: str, *, field: str) -> str:
    """Whose telephone rings first; the errors name the field."""
    try:
        return calling_extension_choose(controller=controller, number=number)
    except NotYourCall as error:
        raise exceptions.PermissionDenied(str(error)) from error
    except NoSuchCaller as error:
        raise exceptions.ValidationError({field: str(error)}, code=error.code) from error
