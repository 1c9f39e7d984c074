"""Background jobs: what was begun by import and other long work, how far it is, what became of it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import exceptions, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.access import tenant_of
from tenants.audit_trail import audit_request
from tenants.confirmation import is_confirmed
from tenants.models import Job, JobState
from tenants.scoped_models import ScopedQuerySet
from tenants.selectors.job import job_list
from tenants.services.job import NotRepeatable, job_repeat


class RowErrorSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class JobSerializer(serializers.ModelSerializer[Job]):
    """`errors` holds the first 1,000 of `error_count`; `failure` says why nothing was done. With `needs_confirmation`,
    `result.broken` lists the routing tests that it would break: repeated with `?confirm=true` it is done all the same.
    """

    errors = serializers.SerializerMethodField()  # type: ignore[assignment] # the metaclass takes fields away
    percent = serializers.IntegerField(read_only=True)
    needs_confirmation = serializers.BooleanField(read_only=True)

    class Meta:
        model = Job
        fields = (
            "id", "kind", "title", "started_by", "state", "needs_confirmation", "percent", "rows_total", "rows_done",
            "error_count", "errors", "result", "failure", "created_at", "started_at", "ended_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RowErrorSerializer(many=True))
    def get_errors(self, job: Job) -> list[dict[str, Any]]:
        errors: list[dict[str, Any]] = job.errors
        return errors


class JobFilter(django_filters.FilterSet):
    kind = django_filters.CharFilter()
    state = django_filters.MultipleChoiceFilter(choices=JobState.choices)
    started_by = django_filters.CharFilter()


class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Job]):
    serializer_class = JobSerializer
    queryset = ScopedQuerySet(Job)  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = JobFilter
    ordering_fields = {
        "created_at": ("created_at", "id"),
        "kind": ("kind",),
        "state": ("state",),
        "ended_at": ("ended_at",),
    }
    search_fields = ("title", "started_by")

    def get_queryset(self) -> QuerySet[Job]:
        tenant_of(self.request)
        return job_list()

    @extend_schema(
        parameters=[
            OpenApiParameter("confirm", bool, description="Yes to what it needs a confirmation for.")
        ],
        request=None,
        responses={202: JobSerializer},
    )
    @action(detail=True, methods=["post"])
    def repeat(self, request: Request, pk: str) -> Response:
        """A failed job from its beginning. Files it works on are kept for a day after it failed."""
        job = self.get_object()
        try:
            with transaction.atomic():
                job = job_repeat(job=job, is_confirmed=is_confirmed(request._request))
                audit_request(request._request, action="job.repeat", target=job)
        except NotRepeatable as error:
            raise exceptions.ValidationError(
                "Only a failed job can be repeated, and only while its file is kept.", code="not_repeatable"
            ) from error
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)
