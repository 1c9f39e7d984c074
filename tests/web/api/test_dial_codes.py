"""Dial codes by REST, and as the workers are told."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.dial_codes import DialCodes, DialKind, Dialled
from callmanager.selectors.lamp import lamp_tenant_list
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest

CODES = "/api/dial_codes"


def codes_of(tenant: Tenant) -> DialCodes:
    return snapshot_get(tenant=tenant).dial_codes


def shown(rest: Rest) -> dict[str, Any]:
    return {one["kind"]: one for one in rest.get(CODES).body["codes"]}


def test_at_first_the_codes_are_the_manuals(acme_user: Rest, acme: Tenant) -> None:
    assert acme_user.get(CODES).body["profile"] == "manual"
    voicemail = shown(acme_user)["voicemail"]
    assert voicemail["codes"] == voicemail["default"] == ["999", "*97"]
    assert codes_of(acme).read("999") == Dialled(DialKind.VOICEMAIL)


def test_codes_are_changed_switched_off_and_forgotten(
    acme_user: Rest, globex_user: Rest, acme: Tenant, globex: Tenant
) -> None:
    before = Tenant.objects.get(pk=acme.pk).config_rev
    changed = acme_user.patch(CODES, {"codes": {"voicemail": ["1571"], "echo_test": []}})
    assert changed.status == 200
    assert Tenant.objects.get(pk=acme.pk).config_rev > before
    assert (shown(acme_user)["voicemail"]["codes"], shown(acme_user)["echo_test"]["codes"]) == (["1571"], [])
    assert codes_of(acme).read("1571") == Dialled(DialKind.VOICEMAIL)
    assert codes_of(acme).read("999") is None
    assert codes_of(acme).read("*43") is None
    assert codes_of(globex).read("*43") is not None
    assert shown(globex_user)["voicemail"]["codes"] == ["999", "*97"]
    assert acme_user.patch(CODES, {"codes": {"voicemail": None}}).status == 200
    assert shown(acme_user)["voicemail"]["codes"] == ["999", "*97"]
    assert acme_user.patch(CODES, {"profile": "modern"}).status == 200
    assert shown(acme_user)["voicemail"]["codes"] == ["*97"]
    assert shown(acme_user)["echo_test"]["codes"] == []
    assert acme_user.patch(CODES, {"profile": "modern", "forgets_own": True}).status == 200
    assert shown(acme_user)["echo_test"]["codes"] == ["*43"]
    assert AuditEntry.objects.filter(action="dial_codes.update").count() == 4


def test_who_transferred_in_vain_is_rung_for_as_long_as_the_company_wants(
    acme_user: Rest, acme: Tenant, globex: Tenant
) -> None:
    assert acme_user.get(CODES).body["return_ring_s"] == 30
    assert acme_user.patch(CODES, {"return_ring_s": 12}).body["return_ring_s"] == 12
    assert (codes_of(acme).return_ring_s, codes_of(globex).return_ring_s) == (12, 30)
    for wrong in (4, 301, None):
        answer = acme_user.patch(CODES, {"return_ring_s": wrong})
        assert (answer.status, answer.body["errors"][0]["field"]) == (400, "return_ring_s")


def test_parking_has_as_many_places_as_one_likes(acme_user: Rest, acme: Tenant, globex: Tenant) -> None:
    assert acme_user.patch(CODES, {"park_slots": 5, "park_timeout_s": 30}).body["park_slots"] == 5
    assert (codes_of(acme).park_slots, codes_of(acme).park_timeout_s) == (5, 30)
    assert (codes_of(globex).park_slots, codes_of(globex).park_timeout_s) == (20, 60)
    for wrong in ({"park_slots": 0}, {"park_slots": 101}, {"park_timeout_s": 9}, {"park_timeout_s": "soon"}):
        answer = acme_user.patch(CODES, wrong)
        assert (answer.status, answer.body["errors"][0]["field"]) == (400, next(iter(wrong)))


def test_monitoring_is_switched_on_by_itself(acme_user: Rest, acme: Tenant, globex: Tenant) -> None:
    assert acme_user.get(CODES).body["is_monitoring_enabled"] is False
    assert acme_user.patch(CODES, {"is_monitoring_enabled": True}).body["is_monitoring_enabled"] is True
    assert acme_user.patch(CODES, {"codes": {"monitor": ["777"]}}).body["is_monitoring_enabled"] is True
    assert codes_of(acme).is_monitoring_enabled
    assert codes_of(acme).read("777*102*2") == Dialled(DialKind.MONITOR, "102", "2")
    assert not codes_of(globex).is_monitoring_enabled


def test_lamps_are_switched_off_for_a_company(acme_user: Rest, acme: Tenant, globex: Tenant) -> None:
    assert acme_user.get(CODES).body["is_blf_enabled"] is True
    assert acme_user.patch(CODES, {"is_blf_enabled": False}).body["is_blf_enabled"] is False
    found = {one.domain: one.is_blf_enabled for one in lamp_tenant_list()}
    assert (found["acme.example"], found["globex.example"]) == (False, True)
    assert acme_user.patch(CODES, {"codes": {}}).body["is_blf_enabled"] is False


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"profile": "old"}, "profile", "not a valid choice"),
        ({"codes": {"voicemail": ["1"]}}, "voicemail", "too short"),
        ({"codes": {"voicemail": ["*43"]}}, "voicemail", "“Echo test”"),
        ({"codes": {"echo_test": ["*97"]}}, "echo_test", "“Voicemail”"),
        ({"codes": {"voicemail": ["101"]}}, "voicemail", "101 is an extension"),
        ({"codes": {"voicemail": ["*1", "*2", "*3", "*4"]}}, "codes", "no more than 3"),
        ({"codes": {"teleport": ["*1"]}}, "teleport", "no such feature"),
        ({"codes": ["*1"]}, "codes", "dictionary"),
        ({"codes": {"voicemail": "999"}}, "codes", "list"),
    ],
)
def test_what_can_not_be_is_refused_with_its_field(
    acme_user: Rest, acme: Tenant, changes: Any, field: str, words: str
) -> None:
    before = shown(acme_user)
    refused = acme_user.patch(CODES, changes)
    assert refused.status == 400
    assert field in str(refused.body)
    assert words in str(refused.body)
    assert shown(acme_user) == before


def test_no_new_extension_and_no_emergency_number_takes_a_code(acme_user: Rest, acme: Tenant) -> None:
    refused = acme_user.post("/api/extensions", {"number": "999", "display_name": "Nines"})
    assert refused.status == 400
    assert "999 is dialled for “Voicemail”" in str(refused.body)
    refused = acme_user.patch("/api/country_codes", {"more_emergency_numbers": ["999"]})
    assert refused.status == 400
    assert "“Voicemail”" in str(refused.body)
    assert acme_user.patch(CODES, {"codes": {"voicemail": ["*97"]}}).status == 200
    assert acme_user.post("/api/extensions", {"number": "999", "display_name": "Nines"}).status == 201
    assert acme_user.patch(CODES, {"codes": {"voicemail": ["999"]}}).status == 400


def test_a_code_never_hides_a_call_for_help(acme_user: Rest, administrator: Rest, acme: Tenant) -> None:
    address = f"/api/tenants/{acme.pk}"
    assert acme_user.patch(CODES, {"codes": {"voicemail": ["112"]}}).status == 200
    refused = administrator.patch(address, {"country": "DE"})
    assert refused.status == 400
    assert "112 calls for help there" in str(refused.body)
    assert acme_user.patch(CODES, {"codes": {"voicemail": ["*97"]}}).status == 200
    assert administrator.patch(address, {"country": "DE"}).status == 200
    refused = acme_user.patch(CODES, {"codes": {"voicemail": ["112"]}})
    assert refused.status == 400
    assert "112 calls for help in an emergency." in str(refused.body)
