"""Monitoring begun by REST: a telephone rings, and hears the call of an extension. Mixed into the running calls."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from callmanager.api.call_control import Refused, control_errors, controller_of
from callmanager.api.call_making import calling_extension
from callmanager.api.idempotency import IDEMPOTENCY_KEY, once, operation_id_of
from callmanager.domain.decisions import MonitorMode
from callmanager.edge.worker_lookup import worker_of
from callmanager.services.monitoring import MonitoringOff, monitoring_number
from callmanager.services.requested_call import CallRequest, requested_call_make
from tenants.audit_changes import Change
from tenants.audit_trail import audit_request


class MonitorSerializer(serializers.Serializer[Any]):
    """`monitor` is an extension that may monitor; an extension may leave it out and means itself. Its telephone rings,
    and hears the call of `extension` once it is answered."""

    monitor = serializers.RegexField(r"\A[0-9]{1,32}\Z", required=False, default="")
    extension = serializers.RegexField(r"\A[0-9]{1,32}\Z")
    mode = serializers.ChoiceField(
        choices=[(mode.value, mode.value) for mode in MonitorMode],
        required=False,
        default=MonitorMode.SILENT.value,
        help_text="silent: nobody hears the monitor; whisper: the extension; barge: everybody; take_over: the monitor "
        "takes the extension's place.",
    )
    ring_timeout_s = serializers.IntegerField(min_value=5, max_value=120, required=False, default=30)
    is_auto_answered = serializers.BooleanField(required=False, default=False)


class MonitoringSerializer(serializers.Serializer[Any]):
    """`session_id` names the monitor's call."""

    session_id = serializers.CharField()
    monitor = serializers.CharField()
    extension = serializers.CharField()
    mode = serializers.CharField()


class CallMonitoring(GenericViewSet[Any]):
    @extend_schema(
        operation_id="call_sessions_monitor",
        parameters=[IDEMPOTENCY_KEY],
        request=MonitorSerializer,
        responses={201: MonitoringSerializer},
    )
    @action(detail=False, methods=["post"])
    @once
    def monitor(self, request: Request) -> Response:
        """Rings the monitor, and lets them hear the call that the extension has by then."""
        controller = controller_of(request)
        form = MonitorSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(form.validated_data)
        wanted["monitor"] = calling_extension(controller, wanted["monitor"], field="monitor")
        session_id = operation_id_of(request)
        try:
            dialled = monitoring_number(extension=wanted["extension"], mode=MonitorMode(wanted["mode"]))
        except MonitoringOff as error:
            raise Refused(str(error), code="monitoring_off") from error
        with control_errors():
            requested_call_make(
                tenant=controller.tenant,
                worker=worker_of(tenant=controller.tenant),
                session_id=session_id,
                request_id=session_id,
                wanted=CallRequest(
                    wanted["monitor"], dialled, wanted["ring_timeout_s"], wanted["is_auto_answered"]
                ),
            )
        whom: Change = {"before": None, "after": f"{wanted['monitor']} → {wanted['extension']}"}
        audit_request(
            request._request, action="call.monitor", target=controller.tenant, changes={"monitored": whom}
        )
        shown = {name: wanted[name] for name in ("monitor", "extension", "mode")}
        return Response({"session_id": session_id, **shown}, status=status.HTTP_201_CREATED)
