"""No scope, no rows; and a scope shows one tenant only, whatever a thread did before."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from callmanager.fleet.models import Cdr, OpenCall, Registration, SipDirectoryEntry, StoredCallEvent
from callmanager.models import Extension
from callmanager.selectors.extension import extension_get
from tenants.models import Tenant
from tenants.scope import TenantScopeMissing, across_tenants, no_scope, tenant_scope
from tests.web.conftest import Cast, TenantMaker

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _store_event(tenant: Tenant, session_id: str) -> None:
    StoredCallEvent.objects.create(
        session_id=session_id,
        sequence=0,
        at=NOW,
        tenant_id=tenant.pk,
        kind="call_start",
        worker="w0",
        data={},
    )


def _visible_sessions() -> set[str]:
    """Past every manager, as a forgotten filter or raw SQL would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_id FROM call_event")
        return {session_id for (session_id,) in cursor.fetchall()}


def test_the_stranger_with_the_same_number_is_somebody_else_in_each_scope(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        assert extension_get(number="101").display_name == "Alice"
        assert Extension.objects.count() == 2
    with tenant_scope(cast.globex):
        assert extension_get(number="101").display_name == "Mallory"
        assert not Extension.objects.filter(number="102").exists()


@pytest.mark.parametrize(
    "model", [Extension, Cdr, StoredCallEvent, OpenCall, Registration, SipDirectoryEntry]
)
def test_a_query_without_a_scope_raises(cast: Cast, model: Any) -> None:
    with pytest.raises(TenantScopeMissing):
        model.objects.all()


def test_tenant_tables_have_no_rows_across_tenants(cast: Cast) -> None:
    with across_tenants(), pytest.raises(TenantScopeMissing):
        Extension.objects.all()


def test_a_lazy_queryset_does_not_answer_in_another_tenants_scope(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        lazy = Extension.objects.order_by("number")
    with tenant_scope(cast.globex):
        for question in (
            lambda: list(lazy),
            lazy.count,
            lazy.exists,
            lambda: lazy.get(number="101"),
            lazy.delete,
        ):
            with pytest.raises(TenantScopeMissing):
                question()
    with pytest.raises(TenantScopeMissing):
        list(lazy.iterator())


def test_a_generator_that_outlives_its_scope_raises_instead_of_streaming_nothing(cast: Cast) -> None:
    def rows() -> list[str]:
        return [extension.number for extension in lazy]

    with tenant_scope(cast.acme):
        lazy = Extension.objects.only("number")
    with pytest.raises(TenantScopeMissing):
        rows()


def test_row_level_security_hides_other_tenants_rows_from_raw_sql(cast: Cast) -> None:
    with across_tenants():
        _store_event(cast.acme, "acme-call")
        _store_event(cast.globex, "globex-call")
        assert _visible_sessions() >= {"acme-call", "globex-call"}
    with tenant_scope(cast.acme):
        assert _visible_sessions() == {"acme-call"}
    with tenant_scope(cast.globex):
        assert _visible_sessions() == {"globex-call"}
    assert _visible_sessions() == set()


def test_every_shared_table_with_tenants_rows_is_locked(db: None) -> None:
    """But those read before a scope is known: the edge's directory, who signs in, whose mail is sent, how it looks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relforcerowsecurity"
        )
        unlocked = {name for (name,) in cursor.fetchall()}
    assert unlocked == {
        "sip_directory",
        "tenants_apitoken",
        "tenants_auditentry",
        "tenants_brand",
        "tenants_mailserver",
        "tenants_outgoingmail",
        "tenants_signinrule",
        "tenants_user",
        "trunk_did",
    }


def test_row_level_security_refuses_a_row_for_another_tenant(cast: Cast) -> None:
    with tenant_scope(cast.globex), pytest.raises(DatabaseError), transaction.atomic():
        _store_event(cast.acme, "forged")


def test_a_partition_read_directly_shows_nothing(cast: Cast) -> None:
    with across_tenants():
        _store_event(cast.acme, "acme-call")
        with connection.cursor() as cursor:
            cursor.execute("SELECT relid::text FROM pg_partition_tree('call_event') WHERE isleaf")
            partitions = [name for (name,) in cursor.fetchall()]
            assert len(partitions) >= 4
            for partition in partitions:
                cursor.execute(f"SELECT count(*) FROM {partition}")  # noqa: S608 - names from the catalogue
                assert cursor.fetchone() == (0,)


def test_a_shared_table_shows_only_the_rows_of_the_scope(cast: Cast) -> None:
    with across_tenants():
        _store_event(cast.acme, "acme-call")
        _store_event(cast.globex, "globex-call")
        assert StoredCallEvent.objects.count() == 2
    with tenant_scope(cast.globex):
        assert [event.session_id for event in StoredCallEvent.objects.all()] == ["globex-call"]


def test_scopes_nest_and_the_outer_one_comes_back(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        with tenant_scope(cast.globex):
            assert extension_get(number="101").display_name == "Mallory"
        assert extension_get(number="101").display_name == "Alice"
        with no_scope(), pytest.raises(TenantScopeMissing):
            extension_get(number="101")
        assert extension_get(number="101").display_name == "Alice"


def test_a_rolled_back_savepoint_leaves_schema_and_rows_in_step(cast: Cast) -> None:
    with across_tenants():
        _store_event(cast.acme, "acme-call")
        _store_event(cast.globex, "globex-call")
    with tenant_scope(cast.acme):
        with transaction.atomic(), tenant_scope(cast.globex):
            assert _visible_sessions() == {"globex-call"}
            transaction.set_rollback(True)
        assert _visible_sessions() == {"acme-call"}
        assert extension_get(number="101").display_name == "Alice"


def test_a_failing_statement_in_a_scope_does_not_hide_its_own_error(cast: Cast) -> None:
    with (
        pytest.raises(DatabaseError, match="no_such_table"),
        transaction.atomic(),
        tenant_scope(cast.acme),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM no_such_table")
    with tenant_scope(cast.acme):
        assert extension_get(number="101").display_name == "Alice"


def test_cache_entries_of_tenants_do_not_meet(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        cache.set("greeting", "acme", 60)
    with tenant_scope(cast.globex):
        assert cache.get("greeting") is None
    assert cache.get("greeting") is None
    with tenant_scope(cast.acme):
        assert cache.get("greeting") == "acme"


def test_threads_do_not_see_each_others_scope(make_committed_tenant: TenantMaker) -> None:
    """600 entries and exits in two threads at once: the tenant each thread sees is always its own."""
    tenants = [make_committed_tenant("threads-a"), make_committed_tenant("threads-b")]
    together = threading.Barrier(2)

    def wrong_answers(tenant: Tenant) -> int:
        together.wait(timeout=10)
        wrong = 0
        try:
            for _ in range(300):
                with tenant_scope(tenant), connection.cursor() as cursor:
                    cursor.execute("SELECT current_schema(), current_setting('tandem.tenant_id')")
                    wrong += cursor.fetchone() != (tenant.schema_name, str(tenant.pk))
                with connection.cursor() as cursor:
                    cursor.execute("SELECT current_schema(), current_setting('tandem.tenant_id')")
                    wrong += cursor.fetchone() != ("public", "")
        finally:
            connection.close()
        return wrong

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(wrong_answers, tenants)) == [0, 0]


def test_a_new_connection_of_the_same_thread_keeps_the_scope(make_committed_tenant: TenantMaker) -> None:
    tenant = make_committed_tenant("reconnects")
    with tenant_scope(tenant):
        Extension.objects.count()
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema(), current_setting('tandem.tenant_id')")
            assert cursor.fetchone() == (tenant.schema_name, str(tenant.pk))
