"""Queues as an agent sees them, and as an extension that manages some: who takes calls, by REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.api.own_extension import own_extension_get
from callmanager.api.queue_agents import QueueAgentSerializer, agent_change_or_404
from callmanager.domain.agent_state import WISHED, AgentHappening
from callmanager.models import Extension
from callmanager.selectors.call_queue import (
    AgentRow,
    agent_rows,
    own_agent_rows,
    queues_of_agent,
    queues_of_manager,
)
from callmanager.services.queue_agent import PAUSE_REASON_LENGTH
from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.capabilities import Verb

HAPPENINGS = [(one.value, one.value) for one in WISHED]


class OwnQueueSerializer(QueueAgentSerializer):
    """One of the queues whose agent somebody is, with the state there."""

    queue_number = serializers.CharField(source="queue.number")
    queue_name = serializers.CharField(source="queue.name")


class OwnQueueChangeSerializer(serializers.Serializer[Any]):
    """`queue_number` empty: all queues of that agent. Only who pauses has a `pause_reason`."""

    queue_number = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    happening = serializers.ChoiceField(choices=HAPPENINGS)
    pause_reason = serializers.CharField(
        max_length=PAUSE_REASON_LENGTH, required=False, allow_blank=True, default=""
    )


class ManagedAgentChangeSerializer(OwnQueueChangeSerializer):
    extension_number = serializers.CharField(max_length=20)


class OwnQueuesView(ResourceAccess, APIView):
    """Who signed in as an extension: the queues whose agent it is."""

    subject = "callmanager.ownqueue"
    verbs = {"post": Verb.CHANGE}

    @extend_schema(operation_id="account_queues", responses=OwnQueueSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(OwnQueueSerializer(own_agent_rows(own_extension_get(request).pk), many=True).data)

    @extend_schema(
        operation_id="account_queues_change",
        request=OwnQueueChangeSerializer,
        responses=OwnQueueSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """Sign in or out, pause or resume. 404 where it is no agent of that queue."""
        extension = own_extension_get(request)
        wanted = _wanted(OwnQueueChangeSerializer, request)
        agent_change_or_404(
            request,
            queues=[
                one for one in queues_of_agent(extension.pk) if wanted["queue_number"] in ("", one.number)
            ],
            extension_id=extension.pk,
            happening=AgentHappening(wanted["happening"]),
            pause_reason=wanted["pause_reason"],
        )
        return Response(OwnQueueSerializer(own_agent_rows(extension.pk), many=True).data)


class ManagedAgentsView(ResourceAccess, APIView):
    """Who signed in as an extension: the agents of the queues that it manages."""

    subject = "callmanager.ownqueue"
    verbs = {"post": Verb.CHANGE}

    @extend_schema(operation_id="account_queue_agents", responses=OwnQueueSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(OwnQueueSerializer(self._rows(request), many=True).data)

    @extend_schema(
        operation_id="account_queue_agents_change",
        request=ManagedAgentChangeSerializer,
        responses=OwnQueueSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """Sign an agent in or out, let it pause or resume. 404 where one manages no such queue or it has no such
        agent."""
        tenant_of(request)
        wanted = _wanted(ManagedAgentChangeSerializer, request)
        queues = queues_of_manager(actor_of(request).user.extension_number)
        if wanted["queue_number"]:
            queues = queues.filter(number=wanted["queue_number"])
        extension = Extension.objects.filter(number=wanted["extension_number"]).first()
        agent_change_or_404(
            request,
            queues=list(queues),
            extension_id=extension.pk if extension is not None else None,
            happening=AgentHappening(wanted["happening"]),
            pause_reason=wanted["pause_reason"],
        )
        changed = [row for row in self._rows(request) if row.number == wanted["extension_number"]]
        return Response(OwnQueueSerializer(changed, many=True).data)

    def _rows(self, request: Request) -> list[AgentRow]:
        tenant_of(request)
        return agent_rows(list(queues_of_manager(actor_of(request).user.extension_number)))


def _wanted(form_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    form = form_class(data=request.data)
    form.is_valid(raise_exception=True)
    wanted: dict[str, Any] = form.validated_data
    return wanted
