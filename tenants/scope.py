"""Whose data this piece of work may see. Without a scope there are no rows: queries raise.

Three locks move together: the search path (the tenant's schema), the setting `tandem.tenant_id` that
row-level security reads, and the context variable the managers ask. A scope belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from django.db import connection

PUBLIC_SCHEMA = "public"


class ScopedTenant(Protocol):
    """What a scope needs to know of a tenant; the models stand above this file."""

    pk: Any
    name: Any
    schema_name: Any


class TenantScopeMissing(RuntimeError):
    """A query for tenant data ran outside `tenant_scope`, or in another one than it was made in."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is in force. `row_scope` is what row-level security compares: a tenant id, `all`, or nothing."""

    schema_name: str
    row_scope: str
    tenant_id: int | None = None

    @property
    def is_across_tenants(self) -> bool:
        return self.row_scope == "all"


NO_SCOPE = Scope(PUBLIC_SCHEMA, row_scope="")
_ACROSS_TENANTS = Scope(PUBLIC_SCHEMA, row_scope="all")

_current: ContextVar[Scope] = ContextVar("tandem_scope", default=NO_SCOPE)


def current_scope() -> Scope:
    return _current.get()


def current_tenant_id() -> int:
    """The tenant of the scope in force; raises TenantScopeMissing when there is none."""
    tenant_id = _current.get().tenant_id
    if tenant_id is None:
        raise TenantScopeMissing("This needs a tenant: run it inside tenant_scope(tenant).")
    return tenant_id


@contextmanager
def tenant_scope(tenant: ScopedTenant) -> Iterator[None]:
    """Everything inside sees this tenant's data and nobody else's."""
    scope = Scope(tenant.schema_name, str(tenant.pk), tenant.pk)
    with _in_force(scope), structlog.contextvars.bound_contextvars(tenant=tenant.name):
        yield


@contextmanager
def across_tenants() -> Iterator[None]:
    """Shared tables show the rows of all tenants. For fleet-wide work only; every use is a decision."""
    with _in_force(_ACROSS_TENANTS):
        yield


@contextmanager
def no_scope() -> Iterator[None]:
    """Back to the public schema and no tenant's rows, whatever was in force before."""
    with _in_force(NO_SCOPE):
        yield


@contextmanager
def _in_force(scope: Scope) -> Iterator[None]:
    backend: Any = connection
    token = _current.set(scope)
    backend.set_tenant(scope)
    try:
        yield
    finally:
        _current.reset(token)
        backend.set_tenant(_current.get())
