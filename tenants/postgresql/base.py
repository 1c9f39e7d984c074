"""Schema and row-level security always change together, in the one place where the search path is sent.

Doing it here and not where a scope is entered makes it lazy (no round trip without a query) and right after
a rollback or a reconnect, because the engine sends the search path anew then.
"""

from __future__ import annotations

from typing import Any

from django_tenants.postgresql_backend import base

NOBODY = ""


class DatabaseWrapper(base.DatabaseWrapper):
    def _handle_search_path(self, cursor: Any = None) -> None:
        if self.search_path_set_schemas or self._setting_search_path:
            return
        super()._handle_search_path(cursor)
        if not self.search_path_set_schemas:
            return  # the transaction is broken already; whatever comes next fails or rolls back
        row_scope = getattr(self.tenant, "row_scope", NOBODY)
        if cursor is not None:
            cursor.execute("SELECT set_config('tandem.tenant_id', %s, false)", (row_scope,))
            return
        with self.connection.cursor() as own_cursor:
            own_cursor.execute("SELECT set_config('tandem.tenant_id', %s, false)", (row_scope,))
