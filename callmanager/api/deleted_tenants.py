"""Tenants that are gone and whose call records were kept, for administrators: read, exported, and purged for good."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.cdrs import CdrViewSet
from callmanager.cdr_export import cdr_csv
from callmanager.fleet.models import Cdr, DeletedTenant, KeptCdr
from callmanager.selectors.deleted_tenant import deleted_tenant_list, kept_cdr_list
from callmanager.services.deleted_tenant import kept_records_purge_begin
from tenants.api.access import ResourceAccess
from tenants.audit_trail import audit_request
from tenants.scoped_models import ScopedQuerySet


class DeletedTenantSerializer(serializers.ModelSerializer[DeletedTenant]):
    """`id` is what `tenant_id` says in its call records; a tenant of the same name may exist again by now."""

    id = serializers.IntegerField(source="tenant_id", read_only=True)
    call_record_count = serializers.IntegerField(read_only=True)
    first_call_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_call_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = DeletedTenant
        fields = (
            "id",
            "name",
            "display_name",
            "sip_domain",
            "deleted_at",
            "call_record_count",
            "first_call_at",
            "last_call_at",
            "purge_began_at",
        )
        read_only_fields = fields


class PurgeSerializer(serializers.Serializer[Any]):
    """As a query parameter or as a body."""

    confirm = serializers.CharField(max_length=32, help_text="The deleted tenant's user name, once more.")


class DeletedTenantViewSet(
    ResourceAccess,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[DeletedTenant],
):
    serializer_class = DeletedTenantSerializer
    queryset = ScopedQuerySet(DeletedTenant)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {"deleted_at": ("deleted_at", "tenant_id"), "name": ("name", "tenant_id")}
    search_fields = ("name", "display_name", "sip_domain")

    def get_queryset(self) -> QuerySet[DeletedTenant]:
        return deleted_tenant_list()

    @extend_schema(
        parameters=[OpenApiParameter("confirm", str, description="The tenant's user name, once more.")],
        request=PurgeSerializer,
        responses={202: DeletedTenantSerializer},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Its call records go in the background: ask for it until the answer is 404. There is no way back."""
        deleted = self.get_object()
        body = request.data if isinstance(request.data, dict) else {}
        form = PurgeSerializer(data={**request.query_params.dict(), **body})
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            kept_records_purge_begin(deleted=deleted, confirmed_name=form.validated_data["confirm"])
            audit_request(request._request, action="deleted_tenant.purge", target=deleted)
        return Response(self.get_serializer(deleted).data, status=status.HTTP_202_ACCEPTED)


class KeptCdrViewSet(CdrViewSet):
    """The call records of one deleted tenant, the newest first."""

    queryset = ScopedQuerySet(KeptCdr)  # names the model; without a scope it answers nothing

    def get_queryset(self) -> QuerySet[Cdr]:
        deleted = get_object_or_404(DeletedTenant.objects.all(), pk=self.kwargs["tenant_id"])
        return kept_cdr_list(tenant_id=deleted.pk)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=False, url_path="csv", pagination_class=None)
    def csv(self, request: Request, tenant_id: str) -> Any:
        """The list with its filters as CSV, 50,000 rows at most."""
        return cdr_csv(self.filter_queryset(self.get_queryset()))
