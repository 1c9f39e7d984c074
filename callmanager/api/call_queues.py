"""Call queues by REST: what they are, what callers hear there, and which of their agents take calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length, Lower
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.destinations import DestinationField
from callmanager.api.queue_agents import QueueAgentActions
from callmanager.domain.queue import LOWEST_SKILL
from callmanager.models import CallQueue, CallQueueSound
from callmanager.models.call_queue import MANAGERS_MAX, MEMBERS_MAX, SKILL_LEVELS, QueueSoundUse
from callmanager.selectors.call_queue import (
    QueueAgentMember,
    call_queue_list,
    call_queue_managers,
    call_queue_members,
    call_queue_unwritten_managers,
    queue_sound_file,
    queue_sound_find,
)
from callmanager.services.call_queue import (
    CALL_QUEUE_FIELDS,
    call_queue_create,
    call_queue_delete,
    call_queue_update,
)
from callmanager.services.call_queue_sound import queue_sound_remove, queue_sound_upload
from tenants.api.access import tenant_of
from tenants.api.serviced import ServicedViewSet
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.confirmation import is_confirmed
from tenants.files import file_response
from tenants.scoped_models import ScopedQuerySet

CONFIRM = OpenApiParameter("confirm", bool, description="Callers who wait there shall be sent on.")
SOUND_USE = OpenApiParameter("use", str, OpenApiParameter.PATH, enum=QueueSoundUse.values)


class QueueMemberSerializer(serializers.Serializer[Any]):
    """An agent; `skill_level` from 1 to 10."""

    number = serializers.CharField(max_length=20)
    skill_level = serializers.IntegerField(
        required=False, default=LOWEST_SKILL, min_value=SKILL_LEVELS[0], max_value=SKILL_LEVELS[1]
    )
    display_name = serializers.CharField(read_only=True)


@extend_schema_field(QueueMemberSerializer(many=True))
class QueueMembersField(serializers.Field[Any, Any, Any, Any]):
    """In their order; written as one list."""

    def to_internal_value(self, data: Any) -> list[QueueAgentMember]:
        if isinstance(data, list) and len(data) > MEMBERS_MAX:
            raise serializers.ValidationError(f"At most {MEMBERS_MAX} members.", code="max_length")
        form = QueueMemberSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [QueueAgentMember(row["number"], row["skill_level"]) for row in form.validated_data]

    def to_representation(self, value: Any) -> Any:
        return QueueMemberSerializer(call_queue_members(value.instance), many=True).data


@extend_schema_field(serializers.ListField(child=serializers.CharField()))
class QueueManagersField(serializers.Field[Any, Any, Any, Any]):
    """Their extension numbers; written as one list."""

    def to_internal_value(self, data: Any) -> list[str]:
        form = serializers.ListField(child=serializers.CharField(max_length=20), max_length=MANAGERS_MAX)
        return list(form.run_validation(data))

    def to_representation(self, value: Any) -> list[str]:
        return list(call_queue_managers(value.instance))


class QueueSoundSerializer(serializers.ModelSerializer[CallQueueSound]):
    """`said` is the text of what the system's own voice speaks of `callback_key`, where no file takes its place."""

    class Meta:
        model = CallQueueSound
        fields = ("use", "name", "said", "length_s", "created_at")
        read_only_fields = fields


class QueueSoundUploadSerializer(serializers.Serializer[Any]):
    """A WAV file of any usual kind, as multipart/form-data; 30 MB and 10 minutes at most."""

    file = serializers.FileField()


class CallQueueSerializer(serializers.ModelSerializer[CallQueue]):
    """A caller waits `ring_duration_s` for an agent, each of whom rings for `agent_ring_timeout_s`; then `no_answer`
    follows, or at once while nobody is signed in, unless `keeps_waiting`. Who has waited
    `max_wait_s` is hung up, also before that.
    `members` ring by `strategy` in this order; `managers` never, but they hear of lost calls and of waits longer than
    `sla_s`, save `managers_without_email`. With `is_ready_automatically` members are signed in when their phone
    registers and after each call, without it they are signed out then. Whoever presses `callback_key` hangs up, keeps
    their place and is called by the agent whose turn it is. `min_skill_level` goes down by one every `skill_relax_s`
    that a caller waits."""

    members = QueueMembersField(required=False)
    managers = QueueManagersField(required=False)
    managers_without_email = serializers.SerializerMethodField()
    no_answer = DestinationField(required=False)
    sounds = QueueSoundSerializer(many=True, read_only=True)

    class Meta:
        model = CallQueue
        fields = (
            "id",
            *CALL_QUEUE_FIELDS,
            "members",
            "managers",
            "managers_without_email",
            "no_answer",
            "sounds",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "managers_without_email", "created_at", "updated_at")
        # What the service refuses, it refuses with everything else that is wrong.
        extra_kwargs: ClassVar[Mapping[str, Any]] = {"number": {"validators": []}}

    def get_managers_without_email(self, queue: CallQueue) -> list[str]:
        """Those of `managers` who hear nothing, because their extension has no e-mail address."""
        return list(call_queue_unwritten_managers(queue))

    def to_representation(self, instance: CallQueue) -> dict[str, Any]:
        instance.__dict__["no_answer"] = instance.destination
        return dict(super().to_representation(instance))


class CallQueueFilter(django_filters.FilterSet):
    number = django_filters.CharFilter()
    strategy = django_filters.CharFilter()


class CallQueueViewSet(QueueAgentActions, ServicedViewSet):
    audit_name = "call_queue"
    verbs = {
        "sound_put": Verb.CHANGE,
        "sound_delete": Verb.CHANGE,
        "agents": Verb.VIEW,
        "member_state": Verb.CHANGE,
    }
    serializer_class = CallQueueSerializer
    queryset = ScopedQuerySet(CallQueue)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "number": (Length("number"), "number"),
        "name": (Lower("name"),),
        "strategy": ("strategy", Lower("name")),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("number", "name")
    filterset_class = CallQueueFilter

    def get_queryset(self) -> QuerySet[CallQueue]:
        tenant_of(self.request)
        return call_queue_list()

    def make(self, fields: dict[str, Any]) -> CallQueue:
        return call_queue_create(**fields)

    def change(self, row: CallQueue, changes: dict[str, Any], *, is_partial: bool) -> CallQueue:
        return call_queue_update(queue=row, **changes)

    def remove(self, row: CallQueue) -> None:
        call_queue_delete(queue=row, are_callers_sent_on=is_confirmed(self.request._request))

    @extend_schema(parameters=[CONFIRM], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """409 `in_use` while others send calls to it. Who waits there goes to `no_answer`: 409 `callers_waiting` until
        that is confirmed."""
        return super().destroy(request, pk)

    @extend_schema(parameters=[SOUND_USE], responses={(200, "audio/wav"): OpenApiTypes.BINARY})
    @action(detail=True, url_path=r"sounds/(?P<use>[a-z0-9]{1,20})", parser_classes=[MultiPartParser])
    def sound(self, request: Request, pk: str, use: str) -> FileResponse:
        """404 where there is none of its own."""
        found = queue_sound_find(self.get_object(), _use(use))
        file = queue_sound_file(found) if found is not None else None
        if file is None:
            raise Http404
        return file_response(file)

    @extend_schema(parameters=[SOUND_USE], request=QueueSoundUploadSerializer, responses=QueueSoundSerializer)
    @sound.mapping.put
    def sound_put(self, request: Request, pk: str, use: str) -> Response:
        queue = self.get_object()
        form = QueueSoundUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        with transaction.atomic():
            made = queue_sound_upload(
                queue=queue, use=_use(use), source=file, size_bytes=file.size, name=file.name
            )
            audit_request(request._request, action="call_queue.update", target=queue)
        return Response(QueueSoundSerializer(made).data)

    @extend_schema(parameters=[SOUND_USE], responses={204: None})
    @sound.mapping.delete
    def sound_delete(self, request: Request, pk: str, use: str) -> Response:
        """Nothing, the company's own music or the system's own voice is heard again."""
        queue = self.get_object()
        found = queue_sound_find(queue, _use(use))
        if found is None:
            raise Http404
        with transaction.atomic():
            queue_sound_remove(sound=found)
            audit_request(request._request, action="call_queue.update", target=queue)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _use(text: str) -> QueueSoundUse:
    if text not in QueueSoundUse.values:
        raise Http404
    return QueueSoundUse(text)
