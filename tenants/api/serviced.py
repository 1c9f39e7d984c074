"""Resources whose rows services make, change and delete: the same steps for all of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.access import ResourceAccess, tenant_of
from tenants.audit_trail import audit_request


class ServicedViewSet(
    ResourceAccess, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]
):
    # Subclasses say how; what is sent has been checked by the serializer, and the audit log is told in the same
    # transaction.
    audit_name: ClassVar[str]

    def make(self, fields: dict[str, Any]) -> Any:
        raise NotImplementedError

    def change(self, row: Any, changes: dict[str, Any], *, is_partial: bool) -> Any:
        raise NotImplementedError

    def remove(self, row: Any) -> None:
        raise NotImplementedError

    def create(self, request: Request) -> Response:
        tenant_of(request)
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            row = self.make(form.validated_data)
            audit_request(request._request, action=f"{self.audit_name}.create", target=row)
        return Response(self._shown(row), status=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, is_partial=False)

    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, is_partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        row = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action=f"{self.audit_name}.delete", target=row)
            self.remove(row)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, is_partial: bool) -> Response:
        row = self.get_object()
        form = self.get_serializer(row, data=request.data, partial=is_partial)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            row = self.change(row, dict(form.validated_data), is_partial=is_partial)
            audit_request(request._request, action=f"{self.audit_name}.update", target=row)
        return Response(self._shown(row))

    def _shown(self, row: Any) -> Any:
        # As it is stored now, with what its list adds to every row.
        return self.get_serializer(self.get_queryset().get(pk=row.pk)).data
