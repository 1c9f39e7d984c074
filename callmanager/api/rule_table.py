"""Import and export of rules by REST, mixed into their resources."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.services.extension_import import OnErrors
from callmanager.services.extension_rows import Existing
from callmanager.services.table_import import RuleTable, TableOptions, table_import_start
from callmanager.services.table_writing import table_export
from tenants.api.access import actor_of, tenant_of
from tenants.api.jobs import JobSerializer
from tenants.api.serviced import ServicedViewSet
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb


class TableImportSerializer(serializers.Serializer[Any]):
    """A CSV file whose first line names the columns, as the export writes it. A dry run (the default) changes nothing
    and tells the errors; `existing` says what becomes of a name that is there already."""

    file = serializers.FileField()
    is_dry_run = serializers.BooleanField(default=True)
    on_errors = serializers.ChoiceField(choices=[one.value for one in OnErrors], default="all_or_nothing")
    existing = serializers.ChoiceField(choices=[one.value for one in Existing], default="refuse")


class RuleTableActions(ServicedViewSet):
    table: ClassVar[RuleTable]
    verbs = {"import_table": Verb.ADD, "export": Verb.VIEW}

    @extend_schema(request=TableImportSerializer, responses={202: JobSerializer})
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser])
    def import_table(self, request: Request) -> Response:
        """Begins a background job; `GET /api/jobs/{id}` tells how far it is and which rows have errors."""
        tenant_of(request)
        form = TableImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        with transaction.atomic():
            job = table_import_start(
                table=self.table,
                data=wanted["file"].read(),
                options=TableOptions(
                    is_dry_run=wanted["is_dry_run"],
                    on_errors=OnErrors(wanted["on_errors"]),
                    existing=Existing(wanted["existing"]),
                ),
                started_by=actor_of(request).user.username,
                file_name=wanted["file"].name or "",
            )
            audit_request(request._request, action=f"{self.table.audit_name}.import", target=job)
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=False, url_path="export", pagination_class=None)
    def export(self, request: Request) -> HttpResponseBase:
        """The list with its filters as CSV, ready to be imported again."""
        tenant_of(request)
        return table_export(self.table, self.filter_queryset(self.get_queryset()))
