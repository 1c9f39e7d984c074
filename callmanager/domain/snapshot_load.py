"""Reads a TenantSnapshot with plain value queries over any DB-API cursor. No driver, no ORM.

The caller owns the transaction: REPEATABLE READ READ ONLY, so that all queries see one revision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from callmanager.domain.snapshot import ExtensionEntry, TenantSnapshot

# (sql, params) -> all rows; `%s` placeholders.
Execute = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_TENANT_SQL = """
    SELECT schema_name, name, sip_domain, is_enabled, config_rev, time_zone
      FROM public.tenants_tenant
     WHERE id = %s
"""

# A parameter instead of a name built into SQL; `true` = until the end of the transaction only.
_ENTER_SCHEMA_SQL = "SELECT set_config('search_path', quote_ident(%s), true)"

_EXTENSIONS_SQL = """
    SELECT number, display_name, is_enabled, ring_timeout_s
      FROM callmanager_extension
     ORDER BY length(number), number
"""

_REVISIONS_SQL = "SELECT id, config_rev FROM public.tenants_tenant"


def load_snapshot(execute: Execute, tenant_id: int) -> TenantSnapshot | None:
    """The tenant's configuration at its present revision; None when there is no such tenant (any more)."""
    rows = execute(_TENANT_SQL, (tenant_id,))
    if not rows:
        return None
    schema_name, name, sip_domain, is_enabled, config_rev, time_zone = rows[0]
    execute(_ENTER_SCHEMA_SQL, (schema_name,))
    return TenantSnapshot(
        tenant_id=tenant_id,
        tenant_name=name,
        sip_domain=sip_domain,
        is_enabled=is_enabled,
        config_rev=config_rev,
        time_zone=time_zone,
        extensions=tuple(ExtensionEntry(*row) for row in execute(_EXTENSIONS_SQL, ())),
    )


def load_revisions(execute: Execute) -> dict[int, int]:
    """{tenant id: config_rev} of every tenant: what a worker compares after it lost its connection."""
    rows: list[tuple[int, int]] = execute(_REVISIONS_SQL, ())
    return dict(rows)
