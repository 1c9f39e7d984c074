"""Music on hold: what is played, and the files."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.models import MusicFile, MusicOnHold
from callmanager.selectors.music import music_file_content, music_file_list, music_on_hold_get
from callmanager.services.music import (
    music_file_add,
    music_file_delete,
    music_file_rename,
    music_files_reorder,
    music_on_hold_set,
)
from tenants.api.access import ResourceAccess, tenant_of
from tenants.api.uploads import MadeOfUpload
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.scoped_models import ScopedQuerySet


class MusicOnHoldSerializer(serializers.ModelSerializer[MusicOnHold]):
    """`order`: one piece by chance per day or per call, or all in order. Without files the common music plays."""

    updated_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="null as long as nobody has set anything."
    )

    class Meta:
        model = MusicOnHold
        fields = ("is_enabled", "order", "updated_at")


class MusicFileSerializer(serializers.ModelSerializer[MusicFile]):
    class Meta:
        model = MusicFile
        fields = ("id", "position", "name", "length_s", "created_at")
        read_only_fields = ("id", "position", "length_s", "created_at")


class MusicUploadSerializer(serializers.Serializer[Any]):
    """A WAV file of any usual kind, as multipart/form-data."""

    file = serializers.FileField()


class MusicOrderSerializer(serializers.Serializer[Any]):
    """Every piece once, in the wanted order."""

    files = serializers.ListField(child=serializers.IntegerField(), max_length=9)


class MusicOnHoldView(ResourceAccess, APIView):
    subject = "callmanager.musiconhold"

    @extend_schema(operation_id="music_on_hold_read", responses=MusicOnHoldSerializer)
    def get(self, request: Request) -> Response:
        tenant_of(request)
        return Response(MusicOnHoldSerializer(music_on_hold_get()).data)

    @extend_schema(
        operation_id="music_on_hold_change", request=MusicOnHoldSerializer, responses=MusicOnHoldSerializer
    )
    def patch(self, request: Request) -> Response:
        tenant_of(request)
        form = MusicOnHoldSerializer(music_on_hold_get(), data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            music = music_on_hold_set(**form.validated_data)
            audit_request(request._request, action="music_on_hold.update", target=music)
        return Response(MusicOnHoldSerializer(music).data)


class MusicFileViewSet(
    ResourceAccess,
    MadeOfUpload,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[MusicFile],
):
    verbs = {"reorder": Verb.CHANGE}
    serializer_class = MusicFileSerializer
    queryset = ScopedQuerySet(MusicFile)  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {"position": ("position",), "name": ("name",), "created_at": ("created_at",)}
    search_fields = ("name",)

    def get_queryset(self) -> QuerySet[MusicFile]:
        tenant_of(self.request)
        return music_file_list()

    @extend_schema(
        request={"multipart/form-data": MusicUploadSerializer}, responses={201: MusicFileSerializer}
    )
    def create(self, request: Request) -> Response:
        tenant_of(request)
        form = MusicUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        upload = form.validated_data["file"]
        with transaction.atomic():
            file = music_file_add(source=upload.file, size_bytes=upload.size, name=upload.name)
            audit_request(request._request, action="music_file.create", target=file)
        return Response(MusicFileSerializer(file).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MusicFileSerializer, responses=MusicFileSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Another name."""
        file = self.get_object()
        form = MusicFileSerializer(file, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            file = music_file_rename(file=file, name=form.validated_data.get("name", file.name))
            audit_request(request._request, action="music_file.update", target=file)
        return Response(MusicFileSerializer(file).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        file = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="music_file.delete", target=file)
            music_file_delete(file=file)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True)
    def content(self, request: Request, pk: str) -> FileResponse:
        """The sound as the workers play it."""
        content = music_file_content(file_id=self.get_object().pk)
        if content is None:
            raise Http404
        return content

    @extend_schema(request=MusicOrderSerializer, responses=MusicFileSerializer(many=True), filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def reorder(self, request: Request) -> Response:
        tenant_of(request)
        form = MusicOrderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            music_files_reorder(file_ids=form.validated_data["files"])
            audit_request(request._request, action="music_file.reorder", target=music_on_hold_get())
        return Response(MusicFileSerializer(music_file_list(), many=True).data)
