"""Trunks by REST: administrators make and lend them, tenants see their own numbers and nothing of accounts."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.trunk_accounts import TrunkState
from callmanager.fleet.models import Trunk
from callmanager.selectors.trunk_template import trunk_template_list
from callmanager.services.trunk_status import TrunkReport, trunk_reports_record
from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest

TRUNKS, POOLS = "/api/trunks", "/api/did_pools"
ACCOUNT = {"host": "sip.provider.example", "authorization_name": "acct-1", "password": "pr0vider-secret"}


def make_trunk(administrator: Rest, **fields: Any) -> dict[str, Any]:
    made = administrator.post(TRUNKS, {"name": "Provider", **ACCOUNT, **fields})
    assert made.status == 201, made.body
    body: dict[str, Any] = made.body
    return body


def lend(administrator: Rest, trunk: dict[str, Any], tenant: str, pool: str) -> Any:
    return administrator.post(POOLS, {"trunk": trunk["id"], "tenant": tenant, "did_pool": pool})


def test_a_refusal_that_quotes_a_nul_is_a_refusal(administrator: Rest) -> None:
    trunk = administrator.post("/api/trunks", {"name": "NUL", "authentication": "ip", "host": "192.0.2.77"})
    answer = administrator.patch(
        f"/api/trunks/{trunk.body['id']}", {"caller_mappings": [{"field": "from_user", "part": "a\0b"}]}
    )
    assert answer.status == 400


def test_a_trunk_is_made_changed_and_deleted(administrator: Rest) -> None:
    trunk = make_trunk(administrator, country="DE", codecs=["PCMA", "G722"], max_calls=30)
    path = f"{TRUNKS}/{trunk['id']}"
    assert (trunk["authentication"], trunk["port"], trunk["is_single_via"]) == ("register", 5060, True)
    changed = administrator.patch(path, {"transport": "tls", "port": 5061})
    assert (changed.status, changed.body["transport"], changed.body["max_calls"]) == (200, "tls", 30)
    assert administrator.get(path).body == changed.body
    assert administrator.delete(path).status == 204
    assert administrator.get(path).status == 404
    actions = (
        AuditEntry.objects.filter(action__startswith="trunk.").order_by("id").values_list("action", flat=True)
    )
    assert list(actions) == ["trunk.create", "trunk.update", "trunk.delete"]


def test_the_password_is_stored_encrypted_and_never_shown(administrator: Rest) -> None:
    trunk = make_trunk(administrator)
    assert trunk["has_password"] is True
    for answer in (trunk, administrator.get(f"{TRUNKS}/{trunk['id']}").body, administrator.get(TRUNKS).body):
        assert ACCOUNT["password"] not in str(answer)
    assert Trunk.objects.get(pk=trunk["id"]).password == ACCOUNT["password"]
    stored = Trunk.objects.extra(select={"raw": "password"}).values_list("raw", flat=True).get(pk=trunk["id"])
    assert ACCOUNT["password"] not in stored
    assert ACCOUNT["password"] not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, ("name", "blank")),
        ({"name": "two\nlines"}, ("name", "invalid")),
        ({"host": ""}, ("host", "blank")),
        ({"host": "sip provider"}, ("host", "host")),
        ({"host": "sip.example;x=y"}, ("host", "host")),
        ({"port": 65_536}, ("port", "max_value")),
        ({"ca_certificates": "-----BEGIN CERTIFICATE-----\nx\n"}, ("ca_certificates", "certificates")),
        ({"transport": "pigeon"}, ("transport", "invalid_choice")),
        ({"reregister_interval_s": 59}, ("reregister_interval_s", "min_value")),
        ({"authorization_name": ""}, ("authorization_name", "required")),
        ({"password": ""}, ("password", "required")),
        ({"username": "a@b"}, ("username", "user")),
        ({"username": "a\r\nb"}, ("username", "user")),
        ({"addresses": ["192.0.2.300"]}, ("addresses.0", "address")),
        ({"addresses": ["0.0.0.0/0"]}, ("addresses.0", "address")),
        ({"codecs": ["MP3"]}, ("codecs.0", "invalid_choice")),
        ({"called_number_source": "header"}, ("called_number_header", "called_number_header")),
        ({"called_number_header": "X-Called"}, ("called_number_header", "called_number_header")),
        (
            {"called_number_source": "header", "called_number_header": "X: y\r\nZ"},
            ("called_number_header", "header"),
        ),
        ({"ping_interval_s": 1}, ("ping_interval_s", "ping_interval")),
        ({"authentication": "accept_register", "host": "acme.example"}, ("host", "host_is_tenant")),
        (
            {"authentication": "accept_register", "host": "gw.example", "outbound_proxy": "a.example"},
            ("outbound_proxy", "outbound_proxy"),
        ),
    ],
)
def test_wrong_input_names_field_and_rule(
    administrator: Rest, fields: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = administrator.post(TRUNKS, {"name": "Provider", **ACCOUNT, **fields})
    assert (answer.status, answer.problems) == (400, {problem})
    assert not Trunk.objects.exists()


def test_two_providers_known_by_address_share_none(administrator: Rest) -> None:
    by_address = {"authentication": "ip", "authorization_name": "", "password": ""}
    make_trunk(administrator, **by_address, host="192.0.2.7")
    answer = administrator.post(
        TRUNKS, {"name": "Other", "host": "sip.other.example", **by_address, "addresses": ["192.0.2.0/28"]}
    )
    assert answer.problems == {("addresses", "address_taken")}
    assert "“Provider”" in str(answer.body)
    make_trunk(administrator, name="Other", **by_address, host="192.0.2.16", addresses=["198.51.100.0/24"])


def test_two_trunks_have_different_names(administrator: Rest) -> None:
    make_trunk(administrator)
    assert administrator.post(TRUNKS, {"name": "Provider", **ACCOUNT}).problems == {("name", "unique")}


def test_a_trunk_is_lent_with_numbers_and_taken_back(administrator: Rest, acme: Tenant) -> None:
    trunk = make_trunk(administrator)
    before = Tenant.objects.get(pk=acme.pk).config_rev
    lent = lend(administrator, trunk, "acme", "123;1100-1200;44*****")
    assert (lent.status, lent.body["trunk_name"], lent.body["did_pool"]) == (
        201,
        "Provider",
        "123;1100-1200;44*****",
    )
    path = f"{POOLS}/{lent.body['id']}"
    assert administrator.patch(path, {"did_pool": ""}).body["did_pool"] == ""
    assert administrator.get(f"{TRUNKS}/{trunk['id']}").body["tenant_count"] == 1
    assert administrator.patch(f"{TRUNKS}/{trunk['id']}", {"max_calls": 5}).status == 200
    assert administrator.delete(path).status == 204
    assert administrator.get(POOLS).body["count"] == 0
    # Each of the four changes is in the tenant's next snapshot.
    assert Tenant.objects.get(pk=acme.pk).config_rev == before + 4


@pytest.mark.parametrize(
    ("pool", "code"),
    [
        ("12000-22000", "range_prefix"),
        ("12000-180000", "range_length"),
        ("18000-12000", "range_order"),
        ("*;123", "any_number_alone"),
        ("12 34", "number_pattern"),
        ("123;12*", "pool_overlap"),
    ],
)
def test_a_pool_that_cannot_be_read_is_refused(administrator: Rest, pool: str, code: str) -> None:
    trunk = make_trunk(administrator)
    assert lend(administrator, trunk, "acme", pool).problems == {("did_pool", code)}
    assert administrator.get(POOLS).body["count"] == 0


@pytest.mark.parametrize(
    ("acmes", "globexs", "words"),
    [("*", "1", "every number"), ("44*****", "4412345", "4412345"), ("1100-1200", "1200-1300", "1200")],
)
def test_pools_that_share_a_number_are_refused_with_both_names(
    administrator: Rest, acmes: str, globexs: str, words: str
) -> None:
    trunk = make_trunk(administrator)
    assert lend(administrator, trunk, "acme", acmes).status == 201
    refused = lend(administrator, trunk, "globex", globexs)
    assert refused.problems == {("did_pool", "pool_taken")}
    message = refused.body["errors"][0]["message"]
    assert words in message
    assert "acme" in message
    assert "globex" in message
    other = make_trunk(administrator, name="Other")
    assert lend(administrator, other, "globex", globexs).status == 201
    assert lend(administrator, trunk, "globex", "").status == 201


def test_pools_of_others_count_while_managing_one_tenant(administrator: Rest) -> None:
    trunk = make_trunk(administrator)
    assert lend(administrator, trunk, "acme", "*").status == 201
    managing = Rest(administrator.token, "globex")
    assert lend(managing, trunk, "globex", "5").problems == {("did_pool", "pool_taken")}


def test_a_tenant_sees_its_own_numbers_only_and_changes_nothing(
    administrator: Rest, acme_user: Rest, globex_user: Rest
) -> None:
    trunk = make_trunk(administrator)
    acmes = lend(administrator, trunk, "acme", "123").body
    lend(administrator, trunk, "globex", "124")
    assert [row["did_pool"] for row in acme_user.get(POOLS).body["results"]] == ["123"]
    assert [row["did_pool"] for row in globex_user.get(POOLS).body["results"]] == ["124"]
    assert globex_user.get(f"{POOLS}/{acmes['id']}").status == 404
    assert globex_user.get(POOLS, tenant="acme").body["count"] == 0
    assert acme_user.patch(f"{POOLS}/{acmes['id']}", {"did_pool": "*"}).status == 403
    assert acme_user.delete(f"{POOLS}/{acmes['id']}").status == 403
    assert lend(acme_user, trunk, "acme", "*").status == 403
    for path in (TRUNKS, f"{TRUNKS}/{trunk['id']}", f"{TRUNKS}/templates"):
        assert acme_user.get(path).status == 403


def test_templates_name_well_known_providers(administrator: Rest) -> None:
    templates = administrator.get(f"{TRUNKS}/templates").body
    assert len(templates) >= 13
    assert templates[0]["key"] == "generic"
    assert len({each["key"] for each in templates}) == len(templates)


@pytest.mark.parametrize("key", [each.key for each in trunk_template_list() if each.key != "generic"])
def test_a_trunk_can_begin_with_any_template(administrator: Rest, key: str) -> None:
    (template,) = (each for each in administrator.get(f"{TRUNKS}/templates").body if each["key"] == key)
    fields = {name: value for name, value in template.items() if name != "key"}
    make_trunk(administrator, **fields, brand=key, authorization_name="acct", password="s3cret")


def test_how_a_trunk_fares_is_told_to_administrators_and_its_state_to_whom_it_is_lent(
    administrator: Rest, acme_user: Rest, globex_user: Rest
) -> None:
    trunk = make_trunk(administrator)
    lend(administrator, trunk, "acme", "4930123")
    path = f"{TRUNKS}/{trunk['id']}"
    fresh = administrator.get(path).body
    assert (fresh["state"], fresh["state_since"], fresh["last_error"], fresh["calls"]) == (
        "registering",
        None,
        None,
        0,
    )
    report = TrunkReport(
        TrunkState.FAILED, error_code=403, error_reason="Forbidden", calls=2, round_trip_ms=8.5
    )
    trunk_reports_record(reports={trunk["id"]: report})
    failed = administrator.get(path).body
    assert (failed["state"], failed["calls"], failed["round_trip_ms"]) == ("failed", 2, 8.5)
    assert (failed["last_error"]["code"], failed["last_error"]["reason"]) == (403, "Forbidden")
    lent = acme_user.get(POOLS).body
    assert [row["trunk_state"] for row in lent["results"]] == ["failed"]
    assert "Forbidden" not in str(lent)
    assert globex_user.get(POOLS).body["count"] == 0
