"""Many extensions at once: import and export of tables, and one change for many."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
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
from callmanager.services.extension_export import extension_export
from callmanager.services.extension_import import ImportOptions, OnErrors, extension_import_start
from callmanager.services.extension_rows import Existing
from tenants.api.access import actor_of, tenant_of
from tenants.api.jobs import JobSerializer
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb

IDS_MAX = 10_000


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
                ),
                started_by=actor_of(request).user.username,
                file_name=file.name or "",
            )
            audit_request(request._request, action="extension.import", target=job)
        return Response(JobSerializer(job).data, status=status.HTTP_202_ACCEPTED)

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
