"""The brand in the console, before signing in and on an extension's own page; and the page that sets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenants.models import AuditEntry, Brand, BrandPicture, OutgoingMail, Rank, Tenant, User
from tenants.scope import across_tenants
from tenants.selectors.brand import brand_find_own, brand_shown
from tests.web.brands import brand_make, picture
from tests.web.conftest import ACME_DOMAIN, WEB_PASSWORD
from tests.web.console.conftest import SignedIn
from tests.web.second_factor import code_now, second_factor_on

PAGE = "/admin/brand/"
NAMED = "?tenantname=acme"
ACCOUNT = {"sign_in_as": "account", "username": "acme", "password": WEB_PASSWORD}
FORM = {
    "brand_name": "Acme Phone",
    "company_name": "Acme Inc.",
    "website": "https://acme.example/",
    "support_url": "",
    "accent_colour": "#0f766e",
    "panel_colour": "",
}


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def text(client: Client, path: str, **form: str) -> str:
    return (client.post(path, form) if form else client.get(path)).content.decode()


def shows(page: str, brand: str) -> bool:
    """In the tab, and nothing of another brand anywhere."""
    title = page.split("<title>")[1].split("</title>")[0]
    others = {"Acme Phone", "Phones for All", "Tandem"} - {brand}
    return brand in title and not any(other in page for other in others)


class TestBeforeSigningIn:
    def test_the_page_wears_the_brand_of_the_tenant_that_the_address_names(
        self, client: Client, acme: Tenant
    ) -> None:
        brand_make(acme)
        page = text(client, f"/sign-in/{NAMED}")
        shown = brand_shown(tenant=acme)
        assert shows(page, "Acme Phone")
        assert shown.logo is not None
        assert shown.logo.url in page
        assert 'type="image/png"' in page
        assert f'href="{shown.favicon[0]}"' in page
        assert 'href="/brand/colours/0f766e-042c29.css"' in page
        assert 'href="https://acme.example/help"' in page
        assert shows(text(client, "/sign-in/"), "Tandem")

    @pytest.mark.parametrize(
        "path", ["/?tenantname=acme", "/login?tenantname=acme", "/login/?tenantname=acme"]
    )
    def test_addresses_of_old_lead_there_too(self, client: Client, acme: Tenant, path: str) -> None:
        brand_make(acme)
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0] == "/sign-in/?tenantname=acme"
        assert shows(answer.content.decode(), "Acme Phone")

    def test_a_failed_sign_in_keeps_it(self, client: Client, acme: Tenant) -> None:
        brand_make(acme)
        page = text(client, f"/sign-in/{NAMED}", **{**ACCOUNT, "password": "wrong"})
        assert shows(page, "Acme Phone")
        assert f'action="/sign-in/{NAMED}"' in page

    def test_the_second_step_and_the_way_back_keep_it(self, client: Client, acme: Tenant) -> None:
        brand_make(acme)
        factor, _ = second_factor_on(User.objects.get(username="acme"))
        step = client.post(f"/sign-in/{NAMED}", ACCOUNT)
        assert step.headers["Location"] == f"/sign-in/code/{NAMED}"
        page = text(client, step.headers["Location"])
        assert shows(page, "Acme Phone")
        assert f'href="/sign-in/{NAMED}"' in page
        assert shows(text(client, step.headers["Location"], code="000000"), "Acme Phone")
        answer = client.post(step.headers["Location"], {"code": code_now(factor.secret)})
        assert answer.headers["Location"] == "/admin/"
        assert client.post("/sign-out/").headers["Location"] == f"/sign-in/{NAMED}"
        assert Client().get(f"/sign-in/code/{NAMED}").headers["Location"] == f"/sign-in/{NAMED}"

    def test_a_forgotten_password_keeps_it_all_the_way(self, client: Client, acme: Tenant) -> None:
        brand_make(acme)
        User.objects.filter(username="acme").update(email="boss@acme.example")
        assert f'href="/password-reset/{NAMED}"' in text(client, f"/sign-in/{NAMED}")
        page = text(client, f"/password-reset/{NAMED}")
        assert shows(page, "Acme Phone")
        assert f'action="/password-reset/{NAMED}"' in page
        sent = text(client, f"/password-reset/{NAMED}", name="acme")
        assert "on its way" in sent
        assert f'href="/sign-in/{NAMED}"' in sent
        link = OutgoingMail.objects.get().text.split("http://testserver")[1].split()[0]
        assert link.endswith(f"/{NAMED}")
        for path in (link, link.removesuffix(NAMED)):
            assert shows(text(client, path), "Acme Phone")
        new = {"new_password": "quite-another-1", "repeated_password": "quite-another-1"}
        assert client.post(link, new).headers["Location"] == f"/sign-in/{NAMED}"
        assert shows(text(client, link), "Acme Phone")

    @pytest.mark.parametrize(
        "name", ["globex", "nobody", "", "%00", "a" * 3000, "<script>", "acme%0d%0aX: y", "%ff"]
    )
    def test_any_other_name_shows_the_platforms(self, client: Client, acme: Tenant, name: str) -> None:
        brand_make(None)
        brand_make(acme)
        plain = text(client, "/sign-in/")
        page = text(client, f"/sign-in/?tenantname={name}")
        assert shows(page, "Phones for All")
        assert "<script>alert" not in page
        assert '"/password-reset/"' in page
        assert len(page) - len(plain) < len(name) * 5 + 40

    def test_a_name_with_markup_is_text(self, client: Client, acme: Tenant) -> None:
        brand_make(acme, brand_name="<b>A&B</b>", pictures=False)
        page = text(client, f"/sign-in/{NAMED}")
        assert "<b>A&B" not in page
        assert "&lt;b&gt;A&amp;B&lt;/b&gt;" in page

    def test_it_decorates_and_opens_nothing(self, client: Client, acme: Tenant, globex: Tenant) -> None:
        brand_make(acme)
        client.post(f"/sign-in/{NAMED}", {**ACCOUNT, "username": "globex"})
        page = text(client, "/admin/callmanager/extension/")
        assert "Mallory" in page
        assert shows(page, "Tandem")
        assert client.post("/sign-out/").headers["Location"] == f"/sign-in/{NAMED}"


class TestSignedIn:
    def test_signing_out_leads_to_the_page_of_the_company(self, client: Client, acme: Tenant) -> None:
        brand_make(acme)
        client.post("/sign-in/", ACCOUNT)
        assert client.post("/sign-out/").headers["Location"] == f"/sign-in/{NAMED}"
        client.post("/sign-in/", {**ACCOUNT, "username": "root"})
        assert client.post("/sign-out/").headers["Location"] == "/sign-in/"

    def test_the_console_wears_the_brand_of_the_tenant_acted_in(
        self, signed_in: SignedIn, acme: Tenant, globex: Tenant
    ) -> None:
        brand_make(None)
        brand_make(acme)
        root = signed_in("root")
        for path in ("/admin/", "/admin/callmanager/extension/", "/account/", PAGE):
            assert shows(text(signed_in("acme"), path), "Acme Phone"), path
            assert shows(text(signed_in("globex"), path), "Phones for All"), path
        assert shows(text(root, "/admin/tenants/tenant/"), "Phones for All")
        root.post(f"/console/manage/{acme.pk}/")
        assert shows(text(root, "/admin/"), "Acme Phone")

    def test_an_extensions_own_pages_wear_it(self, signed_in: SignedIn, acme: Tenant) -> None:
        brand_make(acme)
        alice, mallory = signed_in("101@acme"), signed_in("101@globex")
        for path in ("/my-extension/", "/my-extension/profile/", "/account/"):
            assert shows(text(alice, path), "Acme Phone"), path
            assert 'href="https://acme.example/help"' in text(alice, path)
            assert shows(text(mallory, path), "Tandem"), path

    def test_an_extension_signs_in_and_out_on_its_companys_page(self, client: Client, acme: Tenant) -> None:
        brand_make(acme)
        client.post(
            "/sign-in/",
            {
                "sign_in_as": "extension",
                "extension_number": "101",
                "sip_domain": ACME_DOMAIN,
                "password": WEB_PASSWORD,
            },
        )
        assert client.post("/sign-out/").headers["Location"] == f"/sign-in/{NAMED}"


class TestThePage:
    def test_all_is_saved_at_once(self, acme_browser: Client, acme: Tenant) -> None:
        logo = SimpleUploadedFile("../../logo.png", picture())
        icon = SimpleUploadedFile("icon.ico", picture(32, 32, "ICO"))
        answer = acme_browser.post(PAGE, {**FORM, "logo": logo, "favicon": icon})
        assert answer.status_code == 302
        page = text(acme_browser, PAGE)
        shown = brand_shown(tenant=acme)
        assert shown.logo is not None
        assert shown.logo.url in page
        assert 'value="Acme Inc."' in page
        assert f"http://testserver/sign-in/{NAMED}" in page
        acme.refresh_from_db()
        assert acme.display_name == "Acme Inc."
        acme_browser.post(PAGE, {**FORM, "remove_logo": "on"})
        assert [one.kind for one in BrandPicture.objects.all()] == ["favicon"]
        with across_tenants():
            actions = list(
                AuditEntry.objects.filter(action__startswith="brand").values_list("action", flat=True)
            )
        assert actions == ["brand.update"] * 2

    def test_one_mistake_and_nothing_is_saved(self, acme_browser: Client, acme: Tenant) -> None:
        svg = SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        answer = acme_browser.post(PAGE, {**FORM, "logo": svg})
        assert answer.status_code == 400
        assert "SVG is not taken" in answer.content.decode()
        assert brand_find_own(tenant=acme) is None
        acme.refresh_from_db()
        assert acme.display_name == "acme"
        yellow = acme_browser.post(PAGE, {**FORM, "accent_colour": "#facc15"})
        assert (yellow.status_code, "contrast of 1.5 to 1" in yellow.content.decode()) == (400, True)
        nameless = acme_browser.post(PAGE, {**FORM, "company_name": ""})
        assert (nameless.status_code, Brand.objects.count()) == (400, 0)

    def test_a_brand_is_removed(self, acme_browser: Client, globex_browser: Client, acme: Tenant) -> None:
        brand_make(acme)
        globex_browser.post(PAGE, {"step": "remove"})
        assert Brand.objects.count() == 1
        acme_browser.post(PAGE, {"step": "remove"})
        assert Brand.objects.count() == 0

    def test_administrators_set_the_platforms(self, administrator_browser: Client, acme: Tenant) -> None:
        assert administrator_browser.post(PAGE, {**FORM, "brand_name": "Phones for All"}).status_code == 302
        brand = Brand.objects.get()
        assert (brand.tenant, brand.company_name) == (None, "Acme Inc.")
        assert shows(text(Client(), "/sign-in/"), "Phones for All")

    def test_auditors_look(self, signed_in: SignedIn, acme: Tenant) -> None:
        brand_make(acme)
        User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
        auditor = signed_in("acme")
        page = text(auditor, PAGE)
        assert '<fieldset class="td-columns td-halves" disabled>' in page
        assert "Remove this brand" not in page
        assert auditor.post(PAGE, {**FORM, "brand_name": "Mine"}).status_code == 403
        assert auditor.post(PAGE, {"step": "remove"}).status_code == 403
        assert Brand.objects.get().brand_name == "Acme Phone"


class TestWhatEverybodyMayFetch:
    def test_a_stylesheet_is_made_of_its_address(self, client: Client, db: None) -> None:
        answer = client.get("/brand/colours/0f766e-042c29.css")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
        assert "--color-primary-600: #0f766e" in answer.content.decode()
        for wrong in ("facc15-042c29", "0f766e-04", "0F766E-042c29", "0f766e;-042c29"):
            assert client.get(f"/brand/colours/{wrong}.css").status_code == 404

    def test_a_mark_is_a_letter_and_never_markup(self, client: Client, db: None) -> None:
        assert ">É</text>" in text(client, "/brand/marks/0f766e-É.svg")
        assert ">&lt;</text>" in text(client, "/brand/marks/0f766e-<.svg")
        for wrong in ("facc15-A", "0f766e-AB", "0f766e-", "0f766e-%00", "0f766e-%0a"):
            assert client.get(f"/brand/marks/{wrong}.svg").status_code == 404

    def test_a_picture_is_found_by_its_whole_name_alone(self, client: Client, acme: Tenant) -> None:
        brand_make(acme)
        logo = brand_shown(tenant=acme).logo
        assert logo is not None
        answer = client.get(logo.url)
        assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        for wrong in ("0" * 48, logo.name[:-1], logo.name[:-1] + "g", f"../{logo.name}"):
            assert client.get(f"/brand/pictures/{wrong}.png").status_code == 404

    def test_a_file_that_is_gone_is_not_found(self, client: Client, acme: Tenant, tmp_path: Path) -> None:
        brand_make(acme)
        logo = brand_shown(tenant=acme).logo
        assert logo is not None
        for path in tmp_path.rglob("*"):
            if path.is_file():
                path.unlink()
        assert client.get(logo.url).status_code == 404
