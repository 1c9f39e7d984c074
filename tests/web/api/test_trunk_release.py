"""Taking a trunk or its numbers from a tenant that has built on them: refused with the list, or forced with a word."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.fleet.models import Trunk, TrunkAssignment
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest
from tests.web.rules import lent_trunk

POOL = "49301;49302;49303"


@pytest.fixture
def telco(acme: Tenant) -> Trunk:
    return lent_trunk(acme, pool=POOL, name="Telco")


@pytest.fixture
def pool_path(acme: Tenant, telco: Trunk) -> str:
    with tenant_scope(acme):
        return f"/api/did_pools/{TrunkAssignment.objects.get(trunk=telco).pk}"


@pytest.fixture
def built(acme_user: Rest, acme: Tenant, telco: Trunk) -> dict[str, Any]:
    """An inbound rule, an extension's DID, a rule with that trunk alone and one with another besides."""
    other = lent_trunk(acme, name="Other")
    rules, outbound = "/api/inbound_rules", "/api/outbound_rules"
    inbound = acme_user.post(rules, {"name": "Sales", "trunk": telco.pk, "did": "49301"}).body
    alone = acme_user.post(outbound, {"name": "Alone", "routes": [{"trunk": telco.pk}]}).body
    both = acme_user.post(
        outbound, {"name": "Both", "routes": [{"trunk": telco.pk}, {"trunk": other.pk}]}
    ).body
    made = acme_user.post("/api/extensions", {"number": "103", "did": "49302"})
    return {
        "inbound": f"{rules}/{inbound['id']}",
        "alone": f"{outbound}/{alone['id']}",
        "both": f"{outbound}/{both['id']}",
        "extension": f"/api/extensions/{made.body['id']}",
    }


def test_what_is_used_is_not_taken(
    administrator: Rest, acme_user: Rest, telco: Trunk, pool_path: str, built: dict[str, str]
) -> None:
    for answer in (administrator.delete(pool_path), administrator.delete(f"/api/trunks/{telco.pk}")):
        assert (answer.status, answer.problems) == (409, {(None, "in_use")})
        message = answer.body["errors"][0]["message"]
        for words in ("“Sales”", "“Alone”", "“Both”", "extension 103"):
            assert words in message
    shrunk = administrator.patch(pool_path, {"did_pool": "49302;49303"})
    assert shrunk.status == 409
    assert "“Sales”" in shrunk.body["errors"][0]["message"]
    assert "“Alone”" not in shrunk.body["errors"][0]["message"]
    assert administrator.patch(pool_path, {"did_pool": "49301;49302"}).status == 200
    assert acme_user.get(built["inbound"]).body["is_enabled"] is True


def test_forced_rules_are_switched_off_and_say_why(
    administrator: Rest, acme_user: Rest, acme: Tenant, pool_path: str, built: dict[str, str]
) -> None:
    assert administrator.delete(f"{pool_path}?force=true").status == 204
    inbound = acme_user.get(built["inbound"]).body
    assert (inbound["is_enabled"], inbound["trunk_name"]) == (False, None)
    assert "The trunk “Telco” was taken from you" in inbound["notice"]
    alone, both = (acme_user.get(built[name]).body for name in ("alone", "both"))
    assert (alone["is_enabled"], alone["routes"]) == (False, [])
    assert both["is_enabled"] is True
    assert [route["trunk_name"] for route in both["routes"]] == ["Other"]
    assert "the route over it is gone" in both["notice"]
    assert acme_user.get(built["extension"]).body["did"] == ""
    snapshot = snapshot_get(tenant=acme)
    assert [trunk.name for trunk in snapshot.trunks] == ["Other"]
    assert acme_user.patch(built["both"], {"name": "Both again"}).body["notice"] == ""
    assert acme_user.patch(built["inbound"], {"is_enabled": True}).problems == {("trunk", "not_found")}


def test_a_pool_that_shrinks_by_force_leaves_the_rest(
    administrator: Rest, acme_user: Rest, pool_path: str, built: dict[str, str]
) -> None:
    assert administrator.patch(f"{pool_path}?force=true", {"did_pool": "49302"}).status == 200
    assert acme_user.get(built["inbound"]).body["is_enabled"] is False
    assert acme_user.get(built["extension"]).body["did"] == "49302"
    assert acme_user.get(built["alone"]).body["is_enabled"] is True


def test_a_trunk_deleted_by_force_is_gone_from_everybody(
    administrator: Rest,
    globex: Tenant,
    globex_user: Rest,
    acme_user: Rest,
    telco: Trunk,
    built: dict[str, str],
) -> None:
    assert administrator.delete(f"/api/trunks/{telco.pk}?force=1").status == 204
    assert acme_user.get(built["alone"]).body["is_enabled"] is False
    assert not Trunk.objects.filter(pk=telco.pk).exists()


def test_what_nobody_uses_goes_at_once(administrator: Rest, telco: Trunk, pool_path: str) -> None:
    assert administrator.patch(pool_path, {"did_pool": ""}).status == 200
    assert administrator.delete(pool_path).status == 204
    assert administrator.delete(f"/api/trunks/{telco.pk}").status == 204
