"""The pages of trunks: made from a template, lent with numbers, and seen by a tenant without their accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callmanager.fleet.models import Trunk, TrunkAssignment, TrunkStatus
from callmanager.services.trunk import trunk_assign, trunk_create
from tenants.models import AuditEntry, Tenant
from tenants.scope import across_tenants

TRUNKS, LENT = "/admin/fleet/trunk/", "/admin/fleet/trunkassignment/"
FORM: dict[str, Any] = {
    "name": "Provider",
    "country": "US",
    "brand": "telnyx",
    "website": "https://telnyx.com",
    "authentication": "register",
    "host": "sip.telnyx.com",
    "port": "5060",
    "outbound_proxy_port": "0",
    "transport": "udp",
    "srtp": "off",
    "reregister_interval_s": "600",
    "is_single_via": "on",
    "authorization_name": "acct-1",
    "password": "pr0vider-secret",
    "max_calls": "30",
    "codecs": "pcma, G722",
    "addresses": "192.0.2.7\n198.51.100.0/24\n192.0.2.7",
    "called_number_source": "auto",
    "ping_interval_s": "60",
    "is_enabled": "on",
}


@pytest.fixture
def trunk(acme: Tenant) -> Trunk:
    return trunk_create(
        name="Provider", host="sip.telnyx.com", authorization_name="acct-1", password="pr0vider-secret"
    )


def pools_of(trunk: Trunk) -> dict[str, str]:
    with across_tenants():
        rows = TrunkAssignment.objects.filter(trunk=trunk).values_list("tenant__name", "did_pool")
        return dict(rows)


def lend(browser: Client, trunk: Trunk, **form: str) -> Any:
    return browser.post(f"{TRUNKS}{trunk.pk}/tenants/", form)


def test_a_trunk_is_begun_from_a_template_and_leads_to_its_tenants(administrator_browser: Client) -> None:
    page = administrator_browser.get(f"{TRUNKS}add/?brand=twilio").content.decode()
    assert 'value="your-trunk.pstn.twilio.com"' in page
    assert "54.172.60.0/30" in page
    answer = administrator_browser.post(f"{TRUNKS}add/", FORM)
    trunk = Trunk.objects.get(name="Provider")
    assert (answer.status_code, answer["Location"]) == (302, f"{TRUNKS}{trunk.pk}/tenants/")
    assert (trunk.brand, trunk.country, trunk.max_calls) == ("telnyx", "US", 30)
    assert (trunk.codecs, trunk.addresses) == (["PCMA", "G722"], ["192.0.2.7", "198.51.100.0/24"])
    assert AuditEntry.objects.filter(action="trunk.create").count() == 1


def test_brands_carry_their_country_for_the_list_to_be_filtered(administrator_browser: Client) -> None:
    page = administrator_browser.get(f"{TRUNKS}add/").content.decode()
    assert page.count("data-country=") >= 13
    assert 'value="easybell" data-country="DE"' in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("host", "sip provider", "A host name such as"),
        ("port", "65536", "less than or equal to 65535"),
        ("ca_certificates", "my certificate", "Certificates in PEM"),
        ("password", "", "Needed to register."),
        ("addresses", "192.0.2.300", "An IP address such as"),
        ("codecs", "MP3", "MP3 is no codec"),
        ("called_number_source", "header", "Name the header."),
        ("called_number_header", "X-Called", "Only where another header"),
        ("ping_interval_s", "5", "0 for never"),
        ("brand", "nobody", "Select a valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    administrator_browser: Client, field: str, value: str, message: str
) -> None:
    answer = administrator_browser.post(f"{TRUNKS}add/", {**FORM, field: value})
    beside = "called_number_header" if field.startswith("called_number") else field
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert list(errors) == [beside]
    assert message in errors[beside][0]
    assert not Trunk.objects.exists()


def test_a_gateways_domain_is_no_tenants(administrator_browser: Client, acme: Tenant) -> None:
    gateway = {**FORM, "authentication": "accept_register", "host": acme.sip_domain}
    answer = administrator_browser.post(f"{TRUNKS}add/", gateway)
    assert list(answer.context["adminform"].form.errors) == ["host"]


def test_the_password_is_never_shown_and_stays_where_none_is_typed(
    administrator_browser: Client, trunk: Trunk
) -> None:
    path = f"{TRUNKS}{trunk.pk}/change/"
    assert "pr0vider-secret" not in administrator_browser.get(path).content.decode()
    changed = {**FORM, "password": "", "name": "Other", "addresses": "", "codecs": "", "max_calls": "0"}
    assert administrator_browser.post(path, changed).status_code == 302
    trunk.refresh_from_db()
    assert (trunk.name, trunk.password, trunk.addresses) == ("Other", "pr0vider-secret", [])
    entry = AuditEntry.objects.get(action="trunk.update")
    assert "password" not in str(entry.changes)


def test_the_list_tells_how_trunks_fare_in_a_constant_number_of_queries(
    administrator_browser: Client, trunk: Trunk, acme: Tenant
) -> None:
    TrunkStatus.objects.create(
        trunk=trunk,
        state="failed",
        since=timezone.now(),
        error_code=403,
        error_reason="Forbidden <b>",
        calls=3,
    )
    with CaptureQueriesContext(connection) as few:
        page = administrator_browser.get(TRUNKS).content.decode()
    assert "Registration failed" in page
    assert "403 Forbidden &lt;b&gt;" in page
    for number in range(10):
        other = trunk_create(name=f"Other {number}", authentication="ip", host=f"192.0.2.{number + 1}")
        trunk_assign(trunk=other, tenant=acme)
        TrunkStatus.objects.create(trunk=other, state="ready", since=timezone.now(), round_trip_ms=12.4)
    with CaptureQueriesContext(connection) as many:
        assert "12 ms" in administrator_browser.get(TRUNKS).content.decode()
    assert len(many) == len(few)
    assert "Forbidden" in administrator_browser.get(f"{TRUNKS}{trunk.pk}/change/").content.decode()


def test_a_trunk_is_lent_changed_and_taken_back(
    administrator_browser: Client, trunk: Trunk, acme: Tenant
) -> None:
    assert "Nobody may use" in administrator_browser.get(f"{TRUNKS}{trunk.pk}/tenants/").content.decode()
    lent = lend(administrator_browser, trunk, do="add", tenant="acme", pool="4930123;1100-1200")
    assert lent.status_code == 302
    assert pools_of(trunk) == {"acme": "4930123;1100-1200"}
    with across_tenants():
        pk = TrunkAssignment.objects.get(trunk=trunk).pk
    assert lend(administrator_browser, trunk, **{"do": f"save-{pk}", f"pool-{pk}": "*"}).status_code == 302
    assert pools_of(trunk) == {"acme": "*"}
    assert lend(administrator_browser, trunk, do=f"remove-{pk}").status_code == 302
    assert pools_of(trunk) == {}
    assert lend(administrator_browser, trunk, do=f"remove-{pk}").status_code == 302
    actions = AuditEntry.objects.filter(action__startswith="did_pool.").values_list("action", flat=True)
    assert sorted(actions) == ["did_pool.delete", "did_pool.set", "did_pool.set"]


def test_numbers_that_another_has_are_refused_beside_their_field_with_both_names(
    administrator_browser: Client, trunk: Trunk, acme: Tenant, globex: Tenant
) -> None:
    trunk_assign(trunk=trunk, tenant=acme, did_pool="4930123")
    answer = lend(administrator_browser, trunk, do="add", tenant="globex", pool="4930120-4930129")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "“globex” and “acme” would both have numbers such as 4930123" in page
    assert ">4930120-4930129</textarea>" in page
    assert pools_of(trunk) == {"acme": "4930123"}
    globexs = trunk_assign(trunk=trunk, tenant=globex)
    answer = lend(administrator_browser, trunk, **{"do": f"save-{globexs.pk}", f"pool-{globexs.pk}": "1-x"})
    assert f'id="pool-{globexs.pk}-problem"' in answer.content.decode()
    assert pools_of(trunk) == {"acme": "4930123", "globex": ""}


@pytest.mark.parametrize("name", ["", "nobody", "acme"])
def test_a_trunk_is_lent_to_tenants_that_exist_and_do_not_have_it(
    administrator_browser: Client, trunk: Trunk, acme: Tenant, name: str
) -> None:
    trunk_assign(trunk=trunk, tenant=acme, did_pool="1")
    answer = lend(administrator_browser, trunk, do="add", tenant=name, pool="2")
    assert (answer.status_code, "new-tenant-problem" in answer.content.decode()) == (400, True)
    assert pools_of(trunk) == {"acme": "1"}


def test_a_tenant_sees_its_trunks_and_numbers_and_nothing_else(
    acme_browser: Client, globex_browser: Client, trunk: Trunk, acme: Tenant, globex: Tenant
) -> None:
    trunk_assign(trunk=trunk, tenant=acme, did_pool="4930123;4930200-4930299")
    TrunkStatus.objects.create(
        trunk=trunk, state="failed", since=timezone.now(), error_code=403, error_reason="Forbidden"
    )
    page = acme_browser.get(LENT).content.decode()
    assert "4930200-4930299" in page
    assert "Registration failed" in page
    for secret in ("acct-1", "sip.telnyx.com", "Forbidden", "pr0vider-secret"):
        assert secret not in page
    assert "Provider" not in globex_browser.get(LENT).content.decode()
    assert acme_browser.get(TRUNKS).status_code == 404
    assert acme_browser.get(f"{LENT}add/").status_code == 403


def test_a_tenants_people_change_no_pool(acme_browser: Client, trunk: Trunk, acme: Tenant) -> None:
    lent = trunk_assign(trunk=trunk, tenant=acme, did_pool="1")
    assert lend(acme_browser, trunk, do="add", tenant="acme", pool="*").status_code == 404
    assert acme_browser.post(f"{LENT}{lent.pk}/change/", {"did_pool": "*"}).status_code == 403
    assert acme_browser.post(f"{LENT}{lent.pk}/delete/", {"post": "yes"}).status_code == 403
    assert pools_of(trunk) == {"acme": "1"}
