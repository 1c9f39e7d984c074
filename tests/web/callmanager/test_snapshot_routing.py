"""What a worker reads of trunks and rules: all of it, of nobody else, and with as many queries for many as for few."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import OutboundRoute
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_entry import SrtpMode
from callmanager.fleet.models import Trunk
from callmanager.models import BlockedNumber, ExtensionForward
from callmanager.selectors.extension import extension_get
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.inbound_rule import inbound_rule_create
from callmanager.services.outbound_rule import outbound_rule_create
from callmanager.services.trunk import trunk_assign, trunk_create, trunk_update
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.rules import lent_trunk


def test_a_trunk_comes_with_account_codecs_and_the_tenants_own_numbers(acme: Tenant, globex: Tenant) -> None:
    trunk = trunk_create(
        name="Telco",
        host="sip.telco.example",
        port=5070,
        username="user",
        authorization_name="account",
        password="pr0vider-secret",
        srtp="optional",
        codecs=["PCMA", "G722"],
    )
    trunk_assign(trunk=trunk, tenant=acme, did_pool="4930*****")
    trunk_assign(trunk=trunk, tenant=globex, did_pool="4931*****")
    (entry,) = snapshot_get(tenant=acme).trunks
    assert (entry.trunk_id, entry.name, entry.host, entry.port) == (
        trunk.pk,
        "Telco",
        "sip.telco.example",
        5070,
    )
    assert (entry.username, entry.authorization_name, entry.srtp) == ("user", "account", SrtpMode.OPTIONAL)
    assert (entry.codecs, entry.did_pool, entry.is_enabled) == (("PCMA", "G722"), "4930*****", True)
    assert "pr0vider-secret" not in entry.password_token
    assert entry.password_token
    before = snapshot_get(tenant=acme).config_rev
    trunk_update(trunk=trunk, is_enabled=False)
    after = snapshot_get(tenant=acme)
    assert after.config_rev > before
    assert after.trunks[0].is_enabled is False
    assert TenantSnapshot.from_json(after.to_json()) == after


def _rules(tenant: Tenant, trunk: Trunk, first: int, count: int) -> None:
    with tenant_scope(tenant):
        alice = extension_get(number="101")
        for number in range(first, first + count):
            to_alice = Destination(DestinationKind.EXTENSION, "101")
            inbound_rule_create(
                name=str(number), trunk_id=trunk.pk, did=f"49{number}", in_office_hours=to_alice
            )
            outbound_rule_create(name=str(number), prefixes=str(number), routes=[OutboundRoute(trunk.pk)])
            BlockedNumber.objects.create(number=str(number))
        ExtensionForward.objects.filter(extension=alice).delete()


def test_many_rules_cost_no_more_queries_than_few(acme: Tenant) -> None:
    trunk = lent_trunk(acme, pool="*")
    counted = []
    for first, count in ((1000, 1), (2000, 15)):
        _rules(acme, trunk, first, count)
        with CaptureQueriesContext(connection) as asked:
            snapshot_get(tenant=acme)
        counted.append(len(asked))
    snapshot = snapshot_get(tenant=acme)
    assert len(snapshot.inbound_rules) == len(snapshot.outbound_rules) == 16
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    "table", ["callmanager_inboundrule", "callmanager_outboundrule", "callmanager_blockednumber"]
)
def test_raw_sql_raises_the_revision_too(acme: Tenant, table: str) -> None:
    trunk = lent_trunk(acme, pool="*")
    _rules(acme, trunk, 1000, 1)
    before = Tenant.objects.get(pk=acme.pk).config_rev
    with tenant_scope(acme), connection.cursor() as cursor:
        column = "number" if table.endswith("blockednumber") else "name"
        cursor.execute(f"UPDATE {table} SET {column} = '77'")  # noqa: S608 - both are written above
    assert Tenant.objects.get(pk=acme.pk).config_rev > before
