"""Managers and querysets that refuse to answer without a tenant scope.

`TenantSchemaManager` is for tables in the tenant's schema, `TenantRowsManager` for shared tables with a
`tenant_id`. A queryset answers only in the scope it was made in: a lazy one that leaves it raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self, TypeVar

from django.db import models

from tenants.scope import NO_SCOPE, Scope, TenantScopeMissing, current_scope, current_tenant_id

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    made_in: Scope = NO_SCOPE

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # the stubs leave private methods out
        clone.made_in = self.made_in
        return clone

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._require_scope()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self._require_scope()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._require_scope()
        return super().count()

    def exists(self) -> bool:
        self._require_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._require_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_scope()
        return super().delete()

    def _require_scope(self) -> None:
        if self.made_in is NO_SCOPE or self.made_in != current_scope():
            raise TenantScopeMissing(
                f"A query on {self.model.__name__} ran outside the tenant scope it was made in."
            )


class TenantSchemaManager(models.Manager[M]):
    """For models whose table stands in the tenant's own schema."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        current_tenant_id()  # raises without one
        queryset: ScopedQuerySet[M] = _marked(super().get_queryset())
        return queryset


class TenantRowsManager(models.Manager[M]):
    """For models in the public schema whose rows belong to tenants."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        queryset: ScopedQuerySet[M] = _marked(super().get_queryset())
        if current_scope().is_across_tenants:
            return queryset
        return queryset.filter(tenant_id=current_tenant_id())


def _marked(queryset: Any) -> Any:
    queryset.made_in = current_scope()
    return queryset
