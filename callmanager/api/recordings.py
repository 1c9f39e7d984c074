"""Recordings of calls. An extension's person hears the calls it talked in."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.cdrs import MomentFilter
from callmanager.fleet.models import Recording, RecordingState
from callmanager.recording_audit import audit_listening
from callmanager.selectors.recording import may_delete_recordings, recording_list_for, recording_sound
from callmanager.services.recording import recording_delete
from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.scoped_models import ScopedQuerySet

AT_ONCE = 500


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """`asked_by`: caller, callee, tenant, trunk, queue or request, separated by commas; `by` the extension that began
    it. `pauses` are pairs of seconds from its beginning."""

    id = serializers.CharField(source="token", read_only=True)

    class Meta:
        model = Recording
        fields: tuple[str, ...] = (
            "id",
            "session_id",
            "state",
            "caller",
            "caller_name",
            "callee",
            "answered_number",
            "direction",
            "trunk_name",
            "outbound_trunk_name",
            "asked_by",
            "by",
            "why_ended",
            "call_started_at",
            "answered_at",
            "talk_duration_ms",
            "started_at",
            "duration_s",
            "size_bytes",
            "tracks",
            "pauses",
        )
        read_only_fields = fields


class RecordingDetailSerializer(RecordingSerializer):
    """`peaks`: the loudest of each four hundredth of it, 0 to 255, a list for each track."""

    class Meta(RecordingSerializer.Meta):
        fields = (*RecordingSerializer.Meta.fields, "peaks")
        read_only_fields = fields


class RecordingsDeletedSerializer(serializers.Serializer[Any]):
    deleted = serializers.IntegerField()


class RecordingIdsSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.RegexField(r"^[0-9a-f]{32}\Z"), min_length=1, max_length=AT_ONCE
    )


class RecordingFilter(django_filters.FilterSet):
    """`from` is inclusive, `to` exclusive, both by the beginning of the recording."""

    session_id = django_filters.CharFilter()
    caller = django_filters.CharFilter()
    callee = django_filters.CharFilter()
    state = django_filters.ChoiceFilter(choices=RecordingState.choices)


RecordingFilter.base_filters["from"] = MomentFilter(field_name="started_at", lookup_expr="gte")
RecordingFilter.base_filters["to"] = MomentFilter(field_name="started_at", lookup_expr="lt")


class RecordingViewSet(
    ResourceAccess, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Recording]
):
    verbs = {"bulk_delete": Verb.DELETE}
    serializer_class = RecordingSerializer
    queryset = ScopedQuerySet(Recording)  # names the model for the schema; without a scope it answers nothing
    lookup_field = "token"
    lookup_value_regex = r"[0-9a-f]{1,32}"
    filterset_class = RecordingFilter
    ordering_fields = {
        "started_at": ("started_at", "id"),
        "duration_s": ("duration_s",),
        "size_bytes": ("size_bytes",),
        "caller": (Length("caller"), "caller"),
        "callee": (Length("callee"), "callee"),
    }
    search_fields = ("caller", "caller_name", "callee", "answered_number", "session_id")

    def get_queryset(self) -> QuerySet[Recording]:
        tenant_of(self.request)
        rows = recording_list_for(actor=actor_of(self.request))
        return rows.defer("peaks") if self.action == "list" else rows

    @extend_schema(responses=RecordingDetailSerializer)
    def retrieve(self, request: Request, token: str) -> Response:
        return Response(RecordingDetailSerializer(self.get_object()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, token: str) -> Response:
        recording = self.get_object()
        self._require_may_delete(request)
        with transaction.atomic():
            audit_request(request._request, action="recording.delete", target=recording)
            recording_delete(recording=recording)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=RecordingIdsSerializer, responses=RecordingsDeletedSerializer)
    @action(detail=False, methods=["post"])
    def bulk_delete(self, request: Request) -> Response:
        """All of them or, where one is not there for you, none."""
        form = RecordingIdsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        self._require_may_delete(request)
        wanted = set(form.validated_data["ids"])
        with transaction.atomic():
            found = list(self.get_queryset().filter(token__in=wanted))
            if len(found) != len(wanted):
                raise serializers.ValidationError(
                    {"ids": serializers.ErrorDetail("One of these recordings does not exist.", "not_found")}
                )
            for recording in found:
                audit_request(request._request, action="recording.delete", target=recording)
                recording_delete(recording=recording)
        return Response({"deleted": len(found)})

    @extend_schema(
        parameters=[
            OpenApiParameter("download", bool, description="As a file to be saved."),
            OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One range of bytes."),
        ],
        responses={
            (200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY),
            (206, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY),
            (416, "audio/wav"): OpenApiResponse(description="There is no such part."),
        },
    )
    @action(detail=True)
    def content(self, request: Request, token: str) -> FileResponse:
        """The sound, or a part of it."""
        recording = self.get_object()
        is_download = request.query_params.get("download", "").lower() in ("1", "true")
        wanted = request.headers.get("Range", "")
        response = recording_sound(recording=recording, wanted_range=wanted, is_download=is_download)
        if response is None:
            raise Http404
        audit_listening(request._request, recording, wanted_range=wanted, is_download=is_download)
        return response

    def _require_may_delete(self, request: Request) -> None:
        if not may_delete_recordings(actor=actor_of(request)):
            raise exceptions.PermissionDenied(
                "Your company does not let extensions delete recordings.", code="recordings_kept"
            )
