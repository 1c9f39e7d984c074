"""Log files of all processes: for administrators, because they tell of all tenants."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.access import ResourceAccess
from tenants.log_file_download import TEXT, log_file_response
from tenants.log_files import (
    TAIL_KIB,
    TAIL_KIB_AT_MOST,
    LogFile,
    LogFileGone,
    log_file_get,
    log_file_list,
    log_file_tail,
)


class LogFileSerializer(serializers.Serializer[LogFile]):
    name = serializers.CharField(read_only=True)
    process = serializers.CharField(read_only=True, help_text="What wrote it.")
    size_bytes = serializers.IntegerField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True, help_text="When something was written last.")


class LogFileViewSet(ResourceAccess, viewsets.GenericViewSet[Any]):
    subject = "tenants.logfile"
    serializer_class = LogFileSerializer
    lookup_field = "name"
    lookup_value_regex = r"[a-z0-9.-]{1,40}"
    filter_backends = ()

    @extend_schema(responses=LogFileSerializer(many=True))
    def list(self, request: Request) -> Response:
        """By name; older parts of a log end in a number. Empty where the journal keeps the logs."""
        page = self.paginate_queryset(log_file_list())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, name: str) -> Response:
        return Response(self.get_serializer(_get(name)).data)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "kib", int, description=f"How much of its end, 1 to {TAIL_KIB_AT_MOST} KiB; {TAIL_KIB}."
            )
        ],
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    @action(detail=True)
    def tail(self, request: Request, name: str) -> HttpResponse:
        """The end of it as text, from the beginning of a line on."""
        try:
            text = log_file_tail(_get(name), kib=_kib(request.query_params.get("kib")))
        except LogFileGone:
            raise NotFound from None
        return HttpResponse(text, content_type=TEXT)

    @extend_schema(responses={(200, "text/plain"): OpenApiTypes.BINARY})
    @action(detail=True)
    def download(self, request: Request, name: str) -> HttpResponseBase:
        """All of it. The download is noted in the activity log."""
        try:
            return log_file_response(request._request, _get(name))
        except LogFileGone:
            raise NotFound from None


def _get(name: str) -> LogFile:
    try:
        return log_file_get(name)
    except LogFileGone:
        raise NotFound from None


def _kib(text: str | None) -> int:
    if text is None:
        return TAIL_KIB
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= TAIL_KIB_AT_MOST):
        raise ValidationError({"kib": f"A whole number from 1 to {TAIL_KIB_AT_MOST}."}, code="kib")
    return int(text)
