"""Brands by REST: one's own, the platform's, and what everybody is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tenants.models import AuditEntry, Brand, Rank, Tenant, User
from tenants.scope import across_tenants
from tests.web.api.conftest import Answer, Rest, rest_as
from tests.web.brands import brand_make, picture

BRAND = "/api/brand"
FIELDS = {
    "brand_name": "Acme Phone",
    "company_name": "Acme Inc.",
    "website": "https://acme.example/",
    "support_url": "https://acme.example/help",
    "accent_colour": "#0F766E",
}


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def put(rest: Rest, kind: str, data: bytes, field: str = "picture") -> Answer:
    headers = {"Authorization": f"Bearer {rest.token}"}
    answer: Any = Client().generic(
        "PUT",
        f"{BRAND}/{kind}",
        encode_multipart(BOUNDARY, {field: SimpleUploadedFile("logo.png", data, "image/png")}),
        content_type=MULTIPART_CONTENT,
        headers={**headers, "X-Tenant": rest.tenant_name} if rest.tenant_name else headers,
    )
    return Answer(answer.status_code, answer.json() if answer.content else None)


def shown(name: str = "") -> Any:
    return Client().get(f"{BRAND}/shown", {"tenantname": name}).json()


def test_a_brand_is_made_read_changed_and_removed(acme_user: Rest, globex_user: Rest, acme: Tenant) -> None:
    first = acme_user.get(BRAND)
    assert (first.status, first.body["is_own"], first.body["shown"]["name"]) == (200, False, "Tandem")
    made = acme_user.patch(BRAND, FIELDS)
    assert (made.status, made.body["is_own"]) == (200, True)
    assert {name: made.body[name] for name in FIELDS} == {**FIELDS, "accent_colour": "#0f766e"}
    assert made.body["shown"]["panel_colour"] == "#042c29"
    assert acme_user.patch(BRAND, {"panel_colour": "#ffe4e6"}).body["shown"]["panel_colour"] == "#ffe4e6"
    assert acme_user.get("/api/profile").body["display_name"] == "Acme Inc."
    assert globex_user.get(BRAND).body["shown"]["name"] == "Tandem"
    assert shown("acme")["name"] == "Acme Phone"
    assert acme_user.delete(BRAND).status == 204
    assert acme_user.delete(BRAND).status == 404
    assert (shown("acme")["name"], acme_user.get(BRAND).body["company_name"]) == ("Tandem", "Acme Inc.")


def test_an_administrator_has_the_platforms_and_by_name_a_tenants(administrator: Rest, acme: Tenant) -> None:
    assert administrator.patch(BRAND, {"brand_name": "Phones for All"}).status == 200
    assert rest_as("root", "acme").patch(BRAND, {"brand_name": "Acme Phone"}).status == 200
    assert set(Brand.objects.values_list("tenant__name", "brand_name")) == {
        (None, "Phones for All"),
        ("acme", "Acme Phone"),
    }
    assert put(administrator, "logo", picture()).status == 200
    assert put(rest_as("root", "acme"), "favicon", picture(64, 64)).status == 200
    assert (shown()["name"], shown()["favicon"]) == ("Phones for All", None)
    assert shown("acme")["logo"] is None


def test_a_picture_is_put_read_and_taken_away(acme_user: Rest, globex_user: Rest, acme: Tenant) -> None:
    assert put(acme_user, "logo", picture()).problems == {("brand_name", "required")}
    acme_user.patch(BRAND, FIELDS)
    first = put(acme_user, "logo", picture()).body["shown"]["logo"]
    assert (first["width"], first["height"]) == (320, 80)
    public = Client().get(first["url"])
    assert (public.status_code, public.headers["Content-Type"]) == (200, "image/png")
    assert "immutable" in public.headers["Cache-Control"]
    second = put(acme_user, "logo", picture(100, 100)).body["shown"]["logo"]
    assert Client().get(first["url"]).status_code == 404
    assert globex_user.delete(f"{BRAND}/logo").status == 404
    own = Client().get(f"{BRAND}/logo", headers={"Authorization": f"Bearer {acme_user.token}"})
    assert own.content == Client().get(second["url"]).content
    assert acme_user.get(f"{BRAND}/favicon").status == 404
    assert acme_user.delete(f"{BRAND}/logo").status == 204
    assert acme_user.delete(f"{BRAND}/logo").status == 404
    assert put(acme_user, "banner", picture()).status == 404
    assert put(acme_user, "logo", b"<svg/>").problems == {("logo", "svg")}
    assert put(acme_user, "logo", picture(), field="file").problems == {("picture", "required")}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"accent_colour": "#facc15"}, ("accent_colour", "contrast")),
        ({"accent_colour": "blue"}, ("accent_colour", "colour")),
        ({"panel_colour": "#12345"}, ("panel_colour", "colour")),
        ({"brand_name": ""}, ("brand_name", "blank")),
        ({"brand_name": None}, ("brand_name", "null")),
        ({"company_name": ""}, ("company_name", "blank")),
        ({"support_url": "javascript:alert(1)"}, ("support_url", "invalid")),
        ({"website": "javascript:alert(1)"}, ("website", "invalid")),
    ],
)
def test_what_is_wrong_is_named(
    acme_user: Rest, acme: Tenant, body: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.patch(BRAND, {**FIELDS, **body})
    assert (answer.status, answer.problems) == (400, {problem})
    assert not Brand.objects.exists()


def test_only_the_name_is_needed(acme_user: Rest, acme: Tenant) -> None:
    assert acme_user.patch(BRAND, {"accent_colour": "#0f766e"}).problems == {("brand_name", "blank")}
    assert acme_user.patch(BRAND, {"brand_name": "Acme"}).status == 200


def test_auditors_and_extensions_change_nothing(acme: Tenant, alice: Rest, mallory: Rest) -> None:
    brand_make(acme)
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    auditor = rest_as("acme")
    assert auditor.get(BRAND).status == 200
    for rest in (auditor, alice, mallory):
        assert rest.patch(BRAND, {"brand_name": "Mine"}).status in (403, 404)
        assert rest.delete(BRAND).status in (403, 404)
        assert put(rest, "logo", picture()).status in (403, 404)
    rest_as("globex", "acme").patch(BRAND, {"brand_name": "Mine"})
    assert dict(Brand.objects.values_list("tenant__name", "brand_name")) == {
        "acme": "Acme Phone",
        "globex": "Mine",
    }


def test_what_was_done_stands_in_the_activity_log(acme_user: Rest, acme: Tenant) -> None:
    acme_user.patch(BRAND, FIELDS)
    put(acme_user, "logo", picture())
    acme_user.patch(BRAND, {"accent_colour": "#ffffff"})
    acme_user.delete(BRAND)
    with across_tenants():
        entries = list(AuditEntry.objects.filter(action__startswith="brand").order_by("id"))
    assert [(one.action, one.outcome) for one in entries] == [
        ("brand.update", "ok"),
        ("brand.update", "ok"),
        ("brand", "failed"),
        ("brand.delete", "ok"),
    ]
    assert entries[0].changes["brand_name"]["after"] == "Acme Phone"
    assert entries[1].changes == {"logo": {"before": None, "after": "new"}}
    assert "contrast" in entries[2].reason


def test_what_is_shown_tells_no_more_than_a_brand_does(acme: Tenant, globex: Tenant) -> None:
    brand_make(None)
    assert shown("globex") == shown("nobody") == shown("x" * 4000) == shown("\0") == shown()
    brand_make(acme)
    answer = shown("acme")
    assert (answer["name"], answer["company_name"]) == ("Acme Phone", "Acme Inc.")
    assert "acme.example" not in answer["logo"]["url"]
