"""However an extension is written, the edge's directory, the revision and the notifications follow, or nothing does."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from callmanager.models import Extension
from callmanager.selectors.extension import extension_get
from callmanager.services.extension import extension_create, extension_delete, extension_update
from tenants.models import ApiToken, Tenant, User
from tenants.scope import tenant_scope
from tenants.services.api_token import api_token_create
from tenants.services.tenant import tenant_disable, tenant_enable, tenant_update
from tests.web.conftest import ACME_DOMAIN, WEB_PASSWORD, TenantMaker, sip_password
from tests.web.notifications import heard_by, listening

Entry = tuple[str, str, str, bool]


def _directory(tenant: Tenant) -> dict[str, Entry]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT username, domain, ha1, is_enabled FROM sip_directory WHERE tenant_id = %s", (tenant.pk,)
        )
        return {row[0]: row for row in cursor.fetchall()}


def _ha1(number: str, domain: str, password: str) -> str:
    return hashlib.md5(f"{number}:{domain}:{password}".encode()).hexdigest()  # noqa: S324 - what phones speak


def _revision(tenant: Tenant) -> int:
    return Tenant.objects.get(pk=tenant.pk).config_rev


def test_the_directory_holds_the_ha1_of_number_domain_and_password(acme: Tenant) -> None:
    expected = _ha1("101", ACME_DOMAIN, sip_password("Alice"))
    assert _directory(acme)["101"] == ("101", ACME_DOMAIN, expected, True)


def test_the_same_number_of_two_tenants_has_two_entries(acme: Tenant, globex: Tenant) -> None:
    assert _directory(acme)["101"][2] != _directory(globex)["101"][2]


def test_a_bulk_creation_is_one_revision_and_all_entries(acme_scope: Tenant) -> None:
    before = _revision(acme_scope)
    Extension.objects.bulk_create(
        [Extension(number=str(number), sip_password=sip_password("Many")) for number in range(500, 600)]
    )
    assert _directory(acme_scope)["577"][2] == _ha1("577", ACME_DOMAIN, sip_password("Many"))
    assert _revision(acme_scope) == before + 1


def test_a_bulk_update_is_in_the_directory(acme_scope: Tenant) -> None:
    before = _revision(acme_scope)
    Extension.objects.update(is_enabled=False)
    assert not any(entry[3] for entry in _directory(acme_scope).values())
    assert _revision(acme_scope) == before + 1


def test_raw_sql_is_in_the_directory_too(acme_scope: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO callmanager_extension (number, display_name, email, is_enabled, ring_timeout_s,"
            " sip_password, ha1, created_at, updated_at) VALUES ('700', '', '', true, 30, '', %s, now(), now())",
            ("0" * 32,),
        )
        assert _directory(acme_scope)["700"][2] == "0" * 32
        cursor.execute("DELETE FROM callmanager_extension WHERE number = '700'")
    assert "700" not in _directory(acme_scope)


def test_a_renamed_extension_takes_entry_ha1_and_user_along(acme_scope: Tenant) -> None:
    extension_update(extension=extension_get(number="102"), number="202")
    directory = _directory(acme_scope)
    assert "102" not in directory
    assert directory["202"][2] == _ha1("202", ACME_DOMAIN, sip_password("Bob"))
    assert User.objects.get(tenant=acme_scope, extension_number="202").username == "202@acme"


def test_a_rename_that_forgets_the_ha1_is_impossible(acme_scope: Tenant) -> None:
    with pytest.raises(TypeError, match="HA1"):
        Extension.objects.filter(number="102").update(number="202")
    with pytest.raises(DatabaseError, match="HA1"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE callmanager_extension SET number = '202' WHERE number = '102'")


def test_a_new_sip_password_changes_the_ha1(acme_scope: Tenant) -> None:
    extension_update(extension=extension_get(number="101"), sip_password="an0ther-Password")
    assert _directory(acme_scope)["101"][2] == _ha1("101", ACME_DOMAIN, "an0ther-Password")


def test_a_rolled_back_change_leaves_directory_and_revision_alone(acme_scope: Tenant) -> None:
    before = _directory(acme_scope), _revision(acme_scope)
    sid = transaction.savepoint()
    Extension.objects.all().delete()
    assert _directory(acme_scope) == {}
    transaction.savepoint_rollback(sid)
    assert (_directory(acme_scope), _revision(acme_scope)) == before


def test_a_new_sip_domain_recomputes_every_ha1(acme: Tenant) -> None:
    before = _revision(acme)
    tenant_update(tenant=acme, sip_domain="new.acme.example")
    entry = _directory(acme)["101"]
    assert entry[1:3] == ("new.acme.example", _ha1("101", "new.acme.example", sip_password("Alice")))
    assert _revision(acme) > before


def test_a_sip_domain_can_not_change_behind_the_ha1s(acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(sip_domain="sneaky.example")
    with pytest.raises(DatabaseError, match="HA1"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)


def test_a_tenant_saved_from_a_stale_copy_does_not_take_its_revision_back(acme: Tenant) -> None:
    stale = Tenant.objects.get(pk=acme.pk)
    with tenant_scope(acme):
        Extension.objects.update(ring_timeout_s=25)
    current = _revision(acme)
    stale.display_name = "Acme Corporation"
    stale.save()
    assert _revision(acme) >= current


def test_disabling_a_tenant_closes_the_edges_views_to_it(acme: Tenant) -> None:
    def is_open() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT bool_or(is_enabled) FROM edge_auth WHERE tenant_id = %s", (acme.pk,))
            row = cursor.fetchone()
            return bool(row and row[0])

    assert is_open()
    tenant_disable(tenant=acme)
    assert not is_open()
    tenant_enable(tenant=acme)
    assert is_open()


def test_the_sip_password_is_encrypted_at_rest(acme_scope: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sip_password FROM callmanager_extension WHERE number = '101'")
        row = cursor.fetchone()
    assert row is not None
    assert sip_password("Alice") not in row[0]
    assert extension_get(number="101").sip_password == sip_password("Alice")


def test_a_rotated_key_still_opens_what_the_old_one_closed(acme_scope: Tenant, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["a new key of at least 32 characters", *settings.FIELD_ENCRYPTION_KEYS]
    alice = extension_get(number="101")
    assert alice.sip_password == sip_password("Alice")
    alice.save()
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    assert extension_get(number="101").sip_password == sip_password("Alice")


def test_an_encrypted_password_can_not_be_searched_for(acme_scope: Tenant) -> None:
    with pytest.raises(Exception, match="Unsupported lookup"):
        Extension.objects.filter(sip_password=sip_password("Alice")).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sip_password", "short1"),
        ("sip_password", "onlyletters"),
        ("sip_password", "pass-101-word9"),
        ("number", "10 1"),
        ("number", "101'--"),
        ("number", "1" * 21),
        ("ring_timeout_s", 4),
        ("ring_timeout_s", 301),
        ("email", "nobody"),
        ("display_name", "Alice\r\nX-PBX-Kind: ext"),
    ],
)
def test_bad_input_is_refused_with_its_field(acme_scope: Tenant, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        extension_update(extension=extension_get(number="101"), **{field: value})
    assert set(refusal.value.error_dict) == {field}


def test_a_number_exists_once_in_a_tenant(acme_scope: Tenant) -> None:
    with pytest.raises(ValidationError) as refusal:
        extension_create(number="101", sip_password=sip_password("Eve"))
    assert set(refusal.value.error_dict) == {"number"}


def test_an_email_address_of_another_tenant_is_refused_without_saying_whose(
    acme: Tenant, globex: Tenant
) -> None:
    with tenant_scope(globex):
        extension_update(extension=extension_get(number="101"), email="shared@example.com")
    with tenant_scope(acme), pytest.raises(ValidationError) as refusal:
        extension_update(extension=extension_get(number="101"), email="Shared@example.com")
    assert "globex" not in str(refusal.value).lower()


def test_disabling_an_extension_keeps_its_user_out(acme_scope: Tenant) -> None:
    Extension.objects.filter(number="101").update(is_enabled=False)
    assert not User.objects.get(tenant=acme_scope, extension_number="101").is_active


def test_deleting_an_extension_retires_its_user_and_tokens_and_frees_the_number(acme_scope: Tenant) -> None:
    user = User.objects.get(tenant=acme_scope, extension_number="102")
    token, _ = api_token_create(user=user)
    extension_delete(extension=extension_get(number="102"))
    user.refresh_from_db()
    assert not user.is_active
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
    extension_create(number="102", sip_password=sip_password("New"), web_password=WEB_PASSWORD)
    assert User.objects.get(tenant=acme_scope, extension_number="102").pk != user.pk


def test_a_committed_change_is_announced_to_workers_and_edge(make_committed_tenant: TenantMaker) -> None:
    tenant = make_committed_tenant("loud")
    with tenant_scope(tenant):
        extension_create(number="101", sip_password=sip_password("Lou"))
        with listening("tenant_config", "edge_cache") as listener:
            Extension.objects.update(is_enabled=False)
            expected = ("tenant_config", f"{tenant.pk}:{_revision(tenant)}")
            assert ("edge_cache", "auth 101@loud.example") in heard_by(listener, until=expected)


def test_a_rolled_back_change_is_not_announced(make_committed_tenant: TenantMaker) -> None:
    tenant = make_committed_tenant("hushed")
    with tenant_scope(tenant), listening("tenant_config", "edge_cache") as listener:
        with transaction.atomic():
            extension_create(number="101", sip_password=sip_password("Lou"))
            transaction.set_rollback(True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('tenant_config', 'the end')")
        assert heard_by(listener, until=("tenant_config", "the end")) == [("tenant_config", "the end")]


def test_a_disabled_tenant_drops_everything_the_edge_remembers_of_it(
    make_committed_tenant: TenantMaker,
) -> None:
    tenant = make_committed_tenant("closed")
    with tenant_scope(tenant):
        extension_create(number="101", sip_password=sip_password("Clo"))
    with listening("edge_cache") as listener:
        tenant_disable(tenant=tenant)
        heard = heard_by(listener, until=("edge_cache", "auth 101@closed.example"))
    assert ("edge_cache", "tenants closed.example") in heard
