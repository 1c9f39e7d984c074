"""The company's own announcement of recordings: one file, or none."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.models import RecordingAnnouncement
from callmanager.selectors.recording_announcement import (
    recording_announcement_content,
    recording_announcement_find,
)
from callmanager.services.recording_announcement import (
    recording_announcement_remove,
    recording_announcement_set,
)
from tenants.api.access import ResourceAccess, tenant_of
from tenants.audit_trail import audit_request

SUBJECT = "callmanager.recordingannouncement"


class RecordingAnnouncementSerializer(serializers.ModelSerializer[RecordingAnnouncement]):
    """Heard by both sides where the profile's `recording_announcement` says that recordings are announced, in place of
    its tone or words."""

    class Meta:
        model = RecordingAnnouncement
        fields = ("name", "length_s", "created_at")


class AnnouncementUploadSerializer(serializers.Serializer[Any]):
    """A WAV file of any usual kind, as multipart/form-data: 30 s and 10 MB at most."""

    file = serializers.FileField()


class RecordingAnnouncementView(ResourceAccess, APIView):
    subject = SUBJECT
    parser_classes = (MultiPartParser,)

    @extend_schema(operation_id="recording_announcement_read", responses=RecordingAnnouncementSerializer)
    def get(self, request: Request) -> Response:
        """404 while there is none."""
        return Response(RecordingAnnouncementSerializer(_announcement(request)).data)

    @extend_schema(
        operation_id="recording_announcement_create",
        request={"multipart/form-data": AnnouncementUploadSerializer},
        responses={201: RecordingAnnouncementSerializer},
    )
    def post(self, request: Request) -> Response:
        """Takes the place of the one before."""
        tenant_of(request)
        form = AnnouncementUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        upload = form.validated_data["file"]
        with transaction.atomic():
            made = recording_announcement_set(source=upload.file, size_bytes=upload.size, name=upload.name)
            audit_request(request._request, action="recording_announcement.create", target=made)
        return Response(RecordingAnnouncementSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="recording_announcement_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        announcement = _announcement(request)
        with transaction.atomic():
            recording_announcement_remove(announcement=announcement)
            audit_request(request._request, action="recording_announcement.delete", target=announcement)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RecordingAnnouncementContentView(ResourceAccess, APIView):
    subject = SUBJECT

    @extend_schema(
        operation_id="recording_announcement_content",
        responses={(200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request) -> FileResponse:
        """The sound, as the workers play it."""
        tenant_of(request)
        content = recording_announcement_content()
        if content is None:
            raise exceptions.NotFound
        return content


def _announcement(request: Request) -> RecordingAnnouncement:
    tenant_of(request)
    announcement = recording_announcement_find()
    if announcement is None:
        raise exceptions.NotFound
    return announcement
