"""Tenants made from the stored dump are what migrations would have made, and are migrated only when behind."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from psycopg2 import sql
from pytest_django import DjangoDbBlocker

from callmanager.models import Extension
from callmanager.services.extension import extension_create
from tenants.models import SchemaTemplate, Tenant, User
from tenants.models.tenant import new_schema_name
from tenants.schema_migration import migrate_behind
from tenants.schema_template import find_template, template_make
from tenants.scope import tenant_scope
from tenants.services.tenant import tenant_create
from tenants.services.tenant_deletion import tenant_delete
from tests.web.conftest import WEB_PASSWORD, TenantMaker, sip_password

_SHAPE_SQL = """
    SELECT 'column', table_name, column_name, data_type, is_nullable, column_default
      FROM information_schema.columns WHERE table_schema = %(schema)s
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
      FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = %(schema)s
    UNION ALL
    SELECT 'trigger', event_object_table, trigger_name, event_manipulation, action_statement, action_orientation
      FROM information_schema.triggers WHERE trigger_schema = %(schema)s
"""


def _shape(schema_name: str) -> set[tuple[str, ...]]:
    """Everything that makes up the schema, with its own name taken out."""
    with connection.cursor() as cursor:
        cursor.execute(_SHAPE_SQL, {"schema": schema_name})
        return {
            tuple(str(value).replace(f'"{schema_name}"', "X").replace(schema_name, "X") for value in row)
            for row in cursor.fetchall()
        }


def _schema_exists(schema_name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", (schema_name,))
        count: tuple[int] = cursor.fetchone()
        return count == (1,)


@pytest.fixture
def migrated_schema(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A schema made by running every migration."""
    name = new_schema_name()
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        call_command("migrate_schemas", schema_name=name, interactive=False, verbosity=0)
        yield name
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


def test_a_schema_from_the_dump_equals_a_migrated_one_with_its_triggers(
    migrated_schema: str, make_committed_tenant: TenantMaker
) -> None:
    shape = _shape(make_committed_tenant("dumped").schema_name)
    assert {row[2] for row in shape if row[0] == "trigger"} == {
        "extension_to_sip_directory",
        "extension_gets_mailbox",
        "voicemail_follows_extension",
        "greeting_takes_its_file",
        "prompt_takes_its_file",
        "sound_takes_its_file",
        "recording_follows_extension",
        "extension_joins_default_group",
        "extension_keeps_a_group",
        "number_has_one_owner",
        "default_group_is_not_deleted",
        "default_group_is_not_renamed",
        "tenant_config_changed",
    }
    assert shape == _shape(migrated_schema)


def test_every_model_change_has_its_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_creating_a_tenant_takes_less_than_two_seconds(make_committed_tenant: TenantMaker) -> None:
    began = time.perf_counter()
    make_committed_tenant("quick")
    assert time.perf_counter() - began < 2


def test_the_dump_leaves_the_session_as_it_was(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        before = cursor.fetchone()
        tenant_create(name="quiet", sip_domain="quiet.example", password=WEB_PASSWORD)
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == before
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_failing_creation_leaves_neither_row_nor_schema_nor_user(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace")
        before = cursor.fetchone()
        with pytest.raises(ValidationError):
            tenant_create(name="halfway", sip_domain="halfway.example", password="short")
        assert not Tenant.objects.filter(name="halfway").exists()
        assert not User.objects.filter(username="halfway").exists()
        cursor.execute("SELECT count(*) FROM pg_namespace")
        assert cursor.fetchone() == before


def test_without_a_stored_dump_the_schema_is_migrated_instead(db: None) -> None:
    with transaction.atomic():
        SchemaTemplate.objects.all().delete()
        tenant = tenant_create(name="slow", sip_domain="slow.example", password=WEB_PASSWORD)
        with tenant_scope(tenant):
            extension_create(number="101", sip_password=sip_password("Slow"))
            assert Extension.objects.count() == 1


def test_the_dump_is_made_anew_when_the_migrations_changed(make_committed_tenant: TenantMaker) -> None:
    make_committed_tenant("unblocks-the-database")
    SchemaTemplate.objects.update(fingerprint="of other migrations")
    assert find_template() is None
    template = template_make()
    assert template is not None
    assert find_template() == template
    assert SchemaTemplate.objects.count() == 1
    assert not _schema_exists(template.placeholder)


def test_deleting_a_tenant_takes_its_schema_users_and_directory_along(db: None) -> None:
    tenant = tenant_create(name="leaver", sip_domain="leaver.example", password=WEB_PASSWORD)
    with tenant_scope(tenant):
        extension_create(number="101", sip_password=sip_password("Lea"), web_password=WEB_PASSWORD)
    schema_name, tenant_id = tenant.schema_name, tenant.pk
    tenant_delete(tenant=tenant)
    assert not _schema_exists(schema_name)
    assert not User.objects.filter(username__in=["leaver", "101@leaver"]).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sip_directory WHERE tenant_id = %s", (tenant_id,))
        assert cursor.fetchone() == (0,)


def test_a_run_with_nothing_to_do_migrates_nothing(make_committed_tenant: TenantMaker) -> None:
    make_committed_tenant("current")
    report = migrate_behind()
    assert (report.migrated, report.recorded) == ((), ())


def test_only_the_schema_that_is_behind_is_migrated(make_committed_tenant: TenantMaker) -> None:
    make_committed_tenant("up-to-date")
    late = make_committed_tenant("late")
    schema = sql.Identifier(late.schema_name)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE {}.callmanager_extension CASCADE").format(schema))
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, 'callmanager_')",
            [late.schema_name],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP TABLE {}.{} CASCADE").format(schema, sql.Identifier(table)))
        cursor.execute(sql.SQL("DELETE FROM {}.django_migrations WHERE app = 'callmanager'").format(schema))
    assert migrate_behind().migrated == (late.schema_name,)
    with tenant_scope(late):
        assert Extension.objects.count() == 0


def test_a_missing_migration_of_shared_tables_is_only_noted(make_committed_tenant: TenantMaker) -> None:
    tenant = make_committed_tenant("noted")
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("DELETE FROM {}.django_migrations WHERE app = 'fleet'").format(
                sql.Identifier(tenant.schema_name)
            )
        )
    report = migrate_behind()
    assert (report.migrated, report.recorded) == ((), (tenant.schema_name,))
    assert migrate_behind().recorded == ()


@pytest.mark.parametrize(
    "domain", ["Two Words", "UPPER_case.example", "-a.example", "a..example", "a'b.example", ""]
)
def test_a_malformed_sip_domain_is_refused(db: None, domain: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        tenant_create(name="odd", sip_domain=domain, password=WEB_PASSWORD)
    assert "sip_domain" in refusal.value.error_dict


def test_the_database_itself_refuses_an_upper_case_sip_domain(acme: Tenant) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Tenant.objects.filter(pk=acme.pk).update(sip_domain="ACME.example")


def test_the_same_sip_domain_twice_is_refused_with_the_field(acme: Tenant) -> None:
    with pytest.raises(ValidationError) as refusal:
        tenant_create(name="twin", sip_domain=acme.sip_domain, password=WEB_PASSWORD)
    assert set(refusal.value.error_dict) == {"sip_domain"}
