"""Whose number it is: what the edge asks the database says the same as the pools in Python."""

from __future__ import annotations

import pytest
from django.db import connection

from callmanager.domain.did_pool import parse_did_pool
from callmanager.fleet.models import Trunk
from callmanager.services.trunk import trunk_assign, trunk_create, trunk_unassign
from tests.web.conftest import Cast

ACME_POOL, GLOBEX_POOL = "123; 1100-1200; 44*****; +4930123", "124;1201-1300;0045**"
NUMBERS = (
    *(
        "123",
        "124",
        "125",
        "0123",
        "1099",
        "1100",
        "1150",
        "1200",
        "1201",
        "1300",
        "1301",
        "4400000",
        "4499999",
    ),
    *("440000", "44000000", "4500000", "4930123", "004500", "004599", "004600", "45", "0"),
)


@pytest.fixture
def trunk(cast: Cast) -> Trunk:
    return trunk_create(name="Provider", authentication="ip", host="192.0.2.7", addresses=["198.51.100.0/24"])


def owner(trunk: Trunk, number: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT domain FROM edge_find_did(%s, %s)", (trunk.pk, number))
        row = cursor.fetchone()
    return row[0] if row else None


def test_a_number_belongs_to_the_tenant_whose_pool_holds_it(trunk: Trunk, cast: Cast) -> None:
    trunk_assign(trunk=trunk, tenant=cast.acme, did_pool=ACME_POOL)
    trunk_assign(trunk=trunk, tenant=cast.globex, did_pool=GLOBEX_POOL)
    pools = {"acme.example": parse_did_pool(ACME_POOL), "globex.example": parse_did_pool(GLOBEX_POOL)}
    for number in NUMBERS:
        expected = next((domain for domain, pool in pools.items() if number in pool), None)
        assert (number, owner(trunk, number)) == (number, expected)


def test_a_star_holds_every_number_and_an_empty_pool_none(trunk: Trunk, cast: Cast) -> None:
    trunk_assign(trunk=trunk, tenant=cast.acme, did_pool="")
    assert owner(trunk, "123") is None
    assignment = trunk_assign(trunk=trunk, tenant=cast.acme, did_pool="*")
    assert [owner(trunk, number) for number in ("1", "9" * 32)] == ["acme.example", "acme.example"]
    trunk_unassign(assignment=assignment)
    assert owner(trunk, "123") is None


def test_the_edge_reads_a_trunks_addresses_while_it_is_enabled(trunk: Trunk) -> None:
    sql = "SELECT grp, ip_addr, mask, tag FROM edge_trunk_address ORDER BY ip_addr"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchall() == [(10, "198.51.100.0", 24, str(trunk.pk))]
        Trunk.objects.update(is_enabled=False)
        cursor.execute(sql)
        assert cursor.fetchall() == []
