"""Limits on how much a tenant may have: refused with the figure, exact also when two ask at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections

from callmanager.models import Extension
from callmanager.services.extension import extension_create, extension_update
from tenants.capacity import LimitReached
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.conftest import TenantMaker, sip_password


def limit(tenant: Tenant, most: int | None) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(max_extensions=most)


def test_the_refusal_names_the_limit(acme_scope: Tenant) -> None:
    limit(acme_scope, 2)
    with pytest.raises(LimitReached, match="may have 2 extensions and has 2") as refusal:
        extension_create(number="103", sip_password=sip_password("Carol"))
    assert refusal.value.code == "limit_reached"
    limit(acme_scope, 3)
    extension_create(number="103", sip_password=sip_password("Carol"))


def test_what_is_above_a_lowered_limit_is_kept_and_may_be_changed(acme_scope: Tenant) -> None:
    limit(acme_scope, 1)
    alice = Extension.objects.get(number="101")
    assert extension_update(extension=alice, display_name="Alice A.").display_name == "Alice A."
    assert Extension.objects.count() == 2


def test_an_import_gets_all_or_nothing(acme_scope: Tenant) -> None:
    limit(acme_scope, 4)
    wanted = [Extension(number=str(number), sip_password=sip_password("X")) for number in range(200, 203)]
    with pytest.raises(LimitReached, match="2 more may be added"):
        Extension.objects.bulk_create(wanted)
    Extension.objects.bulk_create(wanted[:2])
    assert Extension.objects.count() == 4


def test_the_neighbours_extensions_do_not_count(acme: Tenant, globex: Tenant) -> None:
    limit(globex, 2)
    limit(acme, 2)
    with tenant_scope(globex):
        extension_create(number="102", sip_password=sip_password("Max"))


def test_two_at_once_can_not_both_take_the_last_place(make_committed_tenant: TenantMaker) -> None:
    tenant = make_committed_tenant("crowded")
    limit(tenant, 1)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def create(number: str) -> None:
        with tenant_scope(tenant):
            together.wait(10)
            try:
                extension_create(number=number, sip_password=sip_password("X"))
                outcomes.append("created")
            except LimitReached:
                outcomes.append("refused")
        connections.close_all()

    threads = [threading.Thread(target=create, args=(number,)) for number in ("101", "102")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["created", "refused"]
    with tenant_scope(tenant):
        assert Extension.objects.count() == 1


def test_no_limit_asks_the_database_nothing_more(acme_scope: Tenant, django_assert_num_queries: Any) -> None:
    extensions = [Extension(number="300", sip_password=sip_password("X"))]
    limit(acme_scope, None)
    with connection.execute_wrapper(_no_count):
        Extension.objects.bulk_create(extensions)


def _no_count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert "COUNT(" not in sql.upper()
    return execute(sql, params, many, context)
