"""Which agents of a queue take calls, by REST: read, and changed as the manual's `member_state` is (5.10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from callmanager.agent_requests import agent_change
from callmanager.domain.agent_state import AgentHappening
from callmanager.models import CallQueue
from callmanager.selectors.call_queue import AgentRow, agent_rows
from callmanager.services.queue_agent import PAUSE_REASON_LENGTH


class QueueAgentSerializer(serializers.Serializer[Any]):
    """`status`: takes calls, that is signed in and not pausing. `since` is null where nothing was changed yet."""

    extension_id = serializers.IntegerField()
    extension_number = serializers.CharField(source="number")
    display_name = serializers.CharField()
    status = serializers.BooleanField(source="state.is_ready")
    is_signed_in = serializers.BooleanField(source="state.is_signed_in")
    is_paused = serializers.BooleanField(source="state.is_paused")
    pause_reason = serializers.CharField(source="state.pause_reason")
    since = serializers.SerializerMethodField()

    def get_since(self, row: AgentRow) -> datetime | None:
        return datetime.fromtimestamp(row.state.since, UTC) if row.state.since else None


class MemberStateSerializer(serializers.Serializer[Any]):
    """`extension_number` is the number of the queue (empty: all queues of that agent), `extension_id` the agent's
    extension. `status` true signs in, false signs out; with a `pause_reason` false pauses instead."""

    extension_number = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    extension_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    status = serializers.BooleanField()
    pause_reason = serializers.CharField(
        max_length=PAUSE_REASON_LENGTH, required=False, allow_blank=True, default=""
    )


class QueueAgentActions(GenericViewSet[CallQueue]):
    """Mixed into the resource of queues, whose queryset says which queues there are for who asks."""

    @extend_schema(responses=QueueAgentSerializer(many=True), filters=False)
    @action(detail=True, filter_backends=(), pagination_class=None)
    def agents(self, request: Request, pk: str) -> Response:
        """Every agent with its state, in the queue's order; managers are none."""
        return Response(QueueAgentSerializer(agent_rows([self.get_object()]), many=True).data)

    @extend_schema(request=MemberStateSerializer, responses=QueueAgentSerializer(many=True), filters=False)
    @action(detail=False, methods=["post"], filter_backends=(), pagination_class=None)
    def member_state(self, request: Request) -> Response:
        """404 where there is no such queue, or the extension is no agent of it."""
        form = MemberStateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        queues: QuerySet[CallQueue] = self.get_queryset()
        if wanted["extension_number"]:
            queues = queues.filter(number=wanted["extension_number"])
        happening = (
            AgentHappening.SIGN_IN
            if wanted["status"]
            else AgentHappening.PAUSE
            if wanted["pause_reason"]
            else AgentHappening.SIGN_OUT
        )
        agent_change_or_404(
            request,
            queues=list(queues),
            extension_id=wanted["extension_id"],
            happening=happening,
            pause_reason=wanted["pause_reason"],
        )
        rows = agent_rows(list(queues))
        mine = [row for row in rows if row.extension_id == wanted["extension_id"]]
        return Response(QueueAgentSerializer(mine, many=True).data)


def agent_change_or_404(
    request: Request,
    *,
    queues: Sequence[CallQueue],
    extension_id: int | None,
    happening: AgentHappening,
    pause_reason: str,
) -> None:
    is_agent = agent_change(
        request._request,
        queues=queues,
        extension_id=extension_id,
        happening=happening,
        pause_reason=pause_reason,
    )
    if not is_agent:
        raise exceptions.NotFound("There is no such agent.")
