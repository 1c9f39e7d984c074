"""Many extensions at once: import and export of tables, and one change for many."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.extension import extension_list_whole
from callmanager.services.extension_bulk import BulkAction, extensions_change
from callmanager.services.extension_columns import import_columns_propose
from callmanager.services.extension_export import extension_export
from callmanager.services.extension_import import (
    FILE_BYTES_MAX,
    ImportOptions,
    OnErrors,
    extension_import_start,
)
from callmanager.services.extension_rows import Existing
from tenants.api.access import actor_of, tenant_of
from tenants.api.jobs import JobSerializer
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb

IDS_MAX = 10_000


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class ColumnsField(serializers.JSONField):
    """A header of the file -> a field; the service says which fields there are."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        chosen = super().to_internal_value(data)
        if not isinstance(chosen, dict) or not all(isinstance(one, str) for one in chosen.values()):
            raise serializers.ValidationError("An object of names.", code="invalid")
        return chosen


class ExtensionImportSerializer(serializers.Serializer[Any]):
    """A CSV file whose first line names the columns, as `GET /api/extensions/export` writes it; other names that are
    common for them are understood, too. `number` is required, and what is left out stays as it is. A dry run (the
    default) changes nothing and tells the errors.
    """

    file = serializers.FileField()
    is_dry_run = serializers.BooleanField(default=True)
    on_errors = serializers.ChoiceField(choices=[one.value for one in OnErrors], default="all_or_nothing")
    existing = serializers.ChoiceField(choices=[one.value for one in Existing], default="refuse")
    accepts_weak_passwords = serializers.BooleanField(default=False)
    sends_welcome = serializers.BooleanField(
        default=False, help_text="The welcome mail to new extensions with an address, by a job of its own."
    )
    columns = ColumnsField(
        required=False,
        help_text='Which column is which field, as JSON: {"Nebenstelle": "number", "Notes": ""}. Empty is not read. '
        "Columns that are not named here are understood by their names.",
    )


class ImportFileSerializer(serializers.Serializer[Any]):
    file = serializers.FileField()


class FileColumnSerializer(serializers.Serializer[Any]):
    """`column` is the proposed field, empty for none; samples of passwords are hidden."""

    header = serializers.CharField()
    samples = serializers.ListField(child=serializers.CharField())
    column = serializers.CharField(source="name", allow_blank=True)


class ExtensionBulkSerializer(serializers.Serializer[Any]):
    """`group` is the id of the group, for `add_to_group` only."""

    action = serializers.ChoiceField(choices=[one.value for one in BulkAction])
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=IDS_MAX
    )
    group = serializers.IntegerField(required=False, min_value=1)


class ExtensionBulkAnswerSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField()
    numbers = serializers.ListField(child=serializers.CharField())


class ExtensionTableActions(GenericViewSet[Extension]):
    """Mixed into the resource of extensions."""

    @extend_schema(request=ExtensionImportSerializer, responses={202: JobSerializer})
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser])
    def import_table(self, request: Request) -> Response:
        """Begins a background job; `GET /api/jobs/{id}` tells how far it is and which rows have errors."""
        tenant_of(request)
        form = ExtensionImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        file = wanted["file"]
        with transaction.atomic():
            job = extension_import_start(
                data=file.read(),
                options=ImportOptions(
                    is_dry_run=wanted["is_dry_run"],
                    on_errors=OnErrors(wanted["on_errors"]),
                    existing=Existing(wanted["existing"]),
                    accepts_weak_passwords=wanted["accepts_weak_passwords"],
                    sends_welcome=wanted["sends_welcome"],
                    columns=wanted.get("columns"),
                ),
                started_by=actor_of(request).user.username,
                file_name=file.name or "",
            )
            audit_request(request._request, action="extension.import", target=job)
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=ImportFileSerializer, responses=FileColumnSerializer(many=True), filters=False)
    @action(
        detail=False,
        methods=["post"],
        url_path="import_columns",
        parser_classes=[MultiPartParser],
        pagination_class=None,
    )
    def import_columns(self, request: Request) -> Response:
        """What the columns of a file look like, and what an import would take them for. Nothing is kept."""
        tenant_of(request)
        form = ImportFileSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        found = import_columns_propose(data=form.validated_data["file"].read(), bytes_max=FILE_BYTES_MAX)
        return Response(FileColumnSerializer(found, many=True).data)

    @extend_schema(
        parameters=[OpenApiParameter("sip_passwords", bool, description="Also, if the tenant shows them.")],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    @action(detail=False, url_path="export", pagination_class=None)
    def export(self, request: Request) -> HttpResponseBase:
        """The list with its filters as CSV, ready to be imported again. Web passwords are never part of it."""
        tenant = tenant_of(request)
        has_passwords = request.query_params.get("sip_passwords", "").lower() in ("true", "1")
        if has_passwords and not actor_of(request).may("callmanager.extension", Verb.CHANGE):
            raise PermissionDenied
        extensions = self.filter_queryset(extension_list_whole())
        if has_passwords:
            audit_request(request._request, action="extension.export_passwords", target=tenant)
        return extension_export(tenant=tenant, extensions=extensions, has_sip_passwords=has_passwords)

    @extend_schema(request=ExtensionBulkSerializer, responses=ExtensionBulkAnswerSerializer)
    @action(detail=False, methods=["post"], url_path="bulk")
    def bulk(self, request: Request) -> Response:
        """One change for many. Ids that are not there are passed over; the answer names who was."""
        tenant_of(request)
        form = ExtensionBulkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = BulkAction(form.validated_data["action"])
        group = _group(wanted, form.validated_data.get("group"))
        with transaction.atomic():
            numbers = extensions_change(action=wanted, ids=form.validated_data["ids"], group=group)
            audit_request(
                request._request,
                action=f"extension.{wanted.value}",
                target=group,
                object_type="extension",
                changes={"extensions": {"before": None, "after": numbers[:1000]}},
            )
        return Response({"changed": len(numbers), "numbers": numbers})


def _group(action: BulkAction, group_id: int | None) -> ExtensionGroup | None:
    if action is not BulkAction.ADD_TO_GROUP:
        return None
    group = ExtensionGroup.objects.filter(pk=group_id).first() if group_id is not None else None
    if group is None:
        raise ValidationError({"group": ValidationError("There is no such group.", code="not_found")})
    return group
