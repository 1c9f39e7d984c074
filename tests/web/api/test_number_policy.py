"""Which numbers may be called: by REST, for a tenant and for the platform, and as the workers are told."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.number_policy import NumberJudge
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest

COUNTRIES, CODES, BLACKLIST = "/api/country_codes", "/api/disallowed_codes", "/api/number_blacklist"


@pytest.fixture
def german(acme: Tenant) -> Tenant:
    before = Tenant.objects.get(pk=acme.pk).config_rev
    Tenant.objects.filter(pk=acme.pk).update(country="DE")
    assert Tenant.objects.get(pk=acme.pk).config_rev > before
    return acme


def judge(tenant: Tenant) -> NumberJudge:
    return NumberJudge(snapshot_get(tenant=tenant).numbers)


def allowed(rest: Rest) -> set[str]:
    return {one["code"] for one in rest.get(COUNTRIES).body["countries"] if one["is_allowed"]}


def test_at_first_the_own_country_alone_is_called(acme_user: Rest, german: Tenant) -> None:
    read = acme_user.get(COUNTRIES).body
    assert (read["country"], read["is_own_only"], allowed(acme_user)) == ("DE", True, {"DE"})
    germany = next(one for one in read["countries"] if one["code"] == "DE")
    assert (germany["name"], germany["calling_code"]) == ("Germany", 49)
    assert judge(german).find_refusal(["030123456"]) is None
    assert judge(german).find_refusal(["0033123456789"]) is not None


def test_countries_are_chosen_and_forgotten(acme_user: Rest, globex_user: Rest, german: Tenant) -> None:
    changed = acme_user.patch(COUNTRIES, {"allowed": ["fr", "DE"]})
    assert (changed.status, changed.body["is_own_only"], allowed(acme_user)) == (200, False, {"DE", "FR"})
    assert judge(german).find_refusal(["0033123456789"]) is None
    assert globex_user.get(COUNTRIES).body["is_own_only"] is True
    assert acme_user.patch(COUNTRIES, {"allowed": []}).body["is_own_only"] is False
    assert allowed(acme_user) == set()
    assert acme_user.patch(COUNTRIES, {"allowed": None}).body["is_own_only"] is True
    assert AuditEntry.objects.filter(action="country_codes.update").count() == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"allowed": ["ZZ"]}, "allowed_countries"),
        ({"allowed": "DE"}, "allowed"),
        ({"more_emergency_numbers": ["one"]}, "more_emergency_numbers"),
        ({"more_emergency_numbers": ["101"]}, "more_emergency_numbers"),
        ({"more_emergency_numbers": ["1"]}, "more_emergency_numbers"),
    ],
)
def test_wrong_countries_and_numbers_are_refused(
    acme_user: Rest, changes: dict[str, Any], field: str
) -> None:
    answer = acme_user.patch(COUNTRIES, changes)
    assert answer.status == 400
    assert {str(name).split(".")[0] for name, _ in answer.problems} == {field}


def test_further_emergency_numbers_are_called_and_are_no_extensions(acme_user: Rest, german: Tenant) -> None:
    assert acme_user.patch(COUNTRIES, {"more_emergency_numbers": ["5555"]}).status == 200
    assert judge(german).is_emergency("5555")
    assert judge(german).is_emergency("112")
    refused = acme_user.post("/api/extensions", {"number": "5555"})
    assert refused.problems == {("number", "emergency_number")}


def test_codes_are_made_changed_and_deleted(acme_user: Rest, german: Tenant) -> None:
    made = acme_user.post(CODES, {"code": "0900", "description": "Premium"})
    assert made.status == 201
    path = f"{CODES}/{made.body['id']}"
    assert judge(german).find_refusal(["0900123456"]) is not None
    assert acme_user.patch(path, {"code": "+49 900"}).body["code"] == "+49900"
    assert acme_user.get(CODES).body["results"] == [acme_user.get(path).body]
    assert acme_user.post(CODES, {"code": "+49900"}).problems == {("code", "unique")}
    assert acme_user.post(CODES, {"code": "09-00"}).problems == {("code", "code")}
    assert acme_user.delete(path).status == 204


def test_the_blacklist_takes_numbers_masks_and_ranges(acme_user: Rest, german: Tenant) -> None:
    for number in ("442012345678", "44203*******", "1100-1200"):
        assert acme_user.post(BLACKLIST, {"number": number}).status == 201
    blocked = judge(german)
    assert [blocked.is_blocked(number) for number in ("442012345678", "+442031234567", "1150", "1201")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "blank"),
        ("*", "too_wide"),
        ("****", "too_wide"),
        ("12*4", "number_pattern"),
        ("180-120", "range_order"),
        ("sip:101@x", "number_pattern"),
        ("1" * 33, "number_length"),
    ],
)
def test_what_is_no_number_is_not_blocked(acme_user: Rest, number: str, code: str) -> None:
    assert acme_user.post(BLACKLIST, {"number": number}).problems == {("number", code)}


def test_many_are_added_at_once_or_none(acme_user: Rest, acme: Tenant) -> None:
    before = snapshot_get(tenant=acme).config_rev
    text = "44201*******; calls from a machine\n\n442012345678\n442012345678,again\n"
    assert acme_user.post(f"{BLACKLIST}/add_many", {"text": text}).body == {"added": 2, "known": 0}
    assert acme_user.post(f"{BLACKLIST}/add_many", {"text": text}).body == {"added": 0, "known": 2}
    assert snapshot_get(tenant=acme).config_rev == before + 1
    wrong = acme_user.post(f"{BLACKLIST}/add_many", {"text": "4930\nhello\n"})
    assert (wrong.status, wrong.problems) == (400, {("text", "lines")})
    assert "Line 2" in wrong.body["errors"][0]["message"]
    assert acme_user.get(BLACKLIST).body["count"] == 2
    assert acme_user.post(f"{BLACKLIST}/add_many", {"text": "\n"}).problems == {("text", "required")}
    many = "\n".join(str(4930_000_000 + number) for number in range(3000))
    assert acme_user.post(f"{BLACKLIST}/add_many", {"text": many}).body["added"] == 3000


def test_the_platforms_lists_hold_for_everybody(
    administrator: Rest, acme_user: Rest, globex_user: Rest, acme: Tenant, globex: Tenant
) -> None:
    revisions = [snapshot_get(tenant=one).config_rev for one in (acme, globex)]
    made = administrator.post(BLACKLIST, {"number": "4466*****"})
    assert made.status == 201
    administrator.post(CODES, {"code": "0900"})
    for tenant, revision in zip((acme, globex), revisions, strict=True):
        snapshot = snapshot_get(tenant=tenant)
        assert snapshot.config_rev > revision
        assert snapshot.numbers.blocked_numbers == ("4466*****",)
        assert snapshot.numbers.disallowed_prefixes == ("0900",)
    assert acme_user.get(BLACKLIST).body["count"] == 0
    assert acme_user.delete(f"{BLACKLIST}/{made.body['id']}").status == 404
    acme_user.post(BLACKLIST, {"number": "4466*****"})
    assert administrator.get(BLACKLIST).body["count"] == 1
    assert snapshot_get(tenant=globex).numbers.blocked_numbers == ("4466*****",)


def test_the_strangers_lists_stay_theirs(acme_user: Rest, globex_user: Rest, alice: Rest) -> None:
    made = acme_user.post(BLACKLIST, {"number": "4930"}).body
    assert globex_user.get(BLACKLIST).body["count"] == 0
    assert globex_user.get(f"{BLACKLIST}/{made['id']}").status == 404
    assert globex_user.patch(f"{BLACKLIST}/{made['id']}", {"number": "1"}).status == 404
    assert globex_user.post(BLACKLIST, {"number": "4930"}).status == 201
    assert alice.get(BLACKLIST).status == 403
    assert alice.get(COUNTRIES).status == 403
