"""Every console page of every model, opened by everybody: what the table refuses is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from callmanager.models import Extension
from pbxsite.console.sites import platform_site, tenant_site
from tenants.acting import MANAGED_TENANT_KEY
from tenants.capabilities import TABLE, Verb
from tenants.models import Rank, Role, Tenant
from tenants.scope import tenant_scope
from tests.web.access.people import STANDINGS, Standing, person

NO_SUCH_ID = "999999999999"
SITES = {"platform": platform_site, "tenant": tenant_site}


@pytest.fixture(autouse=True)
def _empty_cache(db: None) -> None:
    cache.clear()


def browser(standing: Standing, acme: Tenant, site: str) -> Client | None:
    """None for who never gets to this site."""
    if standing.role != Role.ADMINISTRATOR and site == "platform":
        return None
    client = Client()
    client.force_login(person(standing, acme), backend="tenants.authentication.SignInBackend")
    if standing.role == Role.ADMINISTRATOR and site == "tenant":
        session = client.session
        session[MANAGED_TENANT_KEY] = acme.pk
        session.save()
    return client


def models(site: str) -> list[tuple[str, str]]:
    """The subject and the URL name of every model's pages."""
    return [
        (model._meta.label_lower, model._meta.label_lower.replace(".", "_"))
        for model in SITES[site]._registry
    ]


def status_of(client: Client, method: str, path: str) -> int:
    answer: Any = client.post(path, {}) if method == "post" else client.get(path)
    return int(answer.status_code)


@pytest.mark.parametrize("site", SITES)
def test_every_model_has_a_row_in_the_table(site: str) -> None:
    assert {subject for subject, _ in models(site)} - set(TABLE) == set()


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("standing", STANDINGS, ids=str)
def test_what_the_table_refuses_is_refused(standing: Standing, acme: Tenant, site: str) -> None:
    client = browser(standing, acme, site)
    if client is None:
        return
    wrong = {}
    for subject, name in models(site):
        urlconf = "pbxsite.urls" if site == "platform" else "pbxsite.urls_tenant"
        pages = {
            Verb.VIEW: ("get", reverse(f"admin:{name}_changelist", urlconf=urlconf)),
            Verb.ADD: ("get", reverse(f"admin:{name}_add", urlconf=urlconf)),
            Verb.DELETE: ("post", reverse(f"admin:{name}_delete", args=[NO_SUCH_ID], urlconf=urlconf)),
        }
        for verb, (method, path) in pages.items():
            status = status_of(client, method, path)
            if standing.may(subject, verb) and standing.role != Role.EXTENSION:
                # A page may offer less than the table allows, but it does not fail.
                is_right = status in ((200,) if verb is Verb.VIEW else (200, 302, 403, 404))
            else:
                is_right = status in (302, 403, 404) and not (verb is Verb.VIEW and status == 200)
            if not is_right or status >= 500:
                wrong[f"{method} {path}"] = status
    assert wrong == {}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TENANT], ids=str)
def test_an_auditor_reads_an_extension_and_can_neither_change_it_nor_read_its_secrets(
    role: Role, acme: Tenant
) -> None:
    client = browser(Standing(role, Rank.AUDITOR), acme, "tenant")
    assert client is not None
    with tenant_scope(acme):
        alice = Extension.objects.get(number="101")
        secret = alice.sip_password
    path = f"/admin/callmanager/extension/{alice.pk}/change/"
    page = client.get(path).content.decode()
    assert "Alice" in page
    assert secret not in page
    assert "_save" not in page
    assert page.count("09:00-17:00") == 5, "the hours are shown"
    assert client.post(path, {"number": "101", "display_name": "Changed"}).status_code == 403
    assert client.post("/admin/live-calls/s1/hang-up/").status_code == 403
    assert client.get("/admin/live-calls/").status_code == 200
    with tenant_scope(acme):
        assert Extension.objects.get(number="101").display_name == "Alice"


def test_an_extension_has_no_console(acme: Tenant) -> None:
    client = browser(Standing(Role.EXTENSION), acme, "tenant")
    assert client is not None
    for path in ("/admin/", "/admin/live-calls/", "/admin/callmanager/extension/"):
        assert client.get(path).status_code in (302, 403)


def test_the_console_shows_no_way_to_what_is_not_allowed(acme: Tenant) -> None:
    client = browser(Standing(Role.TENANT, Rank.AUDITOR), acme, "tenant")
    assert client is not None
    page = client.get("/admin/callmanager/extension/").content.decode()
    assert "/admin/callmanager/extension/add/" not in page
