"""Brings every schema up to date, touching only those that are behind: finding them is one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg2 import sql

from tenants.models import Tenant
from tenants.schema_template import migrations_on_disk, template_make
from tenants.scope import PUBLIC_SCHEMA, no_scope

# One statement names this many tables; PostgreSQL locks each of them while it runs.
_SCHEMAS_PER_QUERY = 400

Migrations = set[tuple[str, str]]


class RowSecurityBypassed(RuntimeError):
    """The database role is above row-level security, so one of the locks between tenants would be open."""


@dataclass(frozen=True, slots=True)
class MigrationReport:
    schemas: int
    migrated: tuple[str, ...]
    recorded: tuple[str, ...]


def migrate_behind() -> MigrationReport:
    """Public first, then the tenants that lack a migration, then the template for new tenants."""
    with no_scope():
        _require_row_security()
        on_disk = migrations_on_disk()
        migrated, recorded = [], []
        if not on_disk <= MigrationRecorder(connection).applied_migrations().keys():
            call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
            migrated.append(PUBLIC_SCHEMA)
        schemas = list(Tenant.objects.order_by("pk").values_list("schema_name", flat=True))
        for schema_name, missing in _find_behind(schemas, on_disk).items():
            if _touches_tenant_tables(missing):
                call_command("migrate_schemas", schema_name=schema_name, interactive=False, verbosity=0)
                migrated.append(schema_name)
            else:
                _record(schema_name, missing)
                recorded.append(schema_name)
        template_make()
    return MigrationReport(len(schemas) + 1, tuple(migrated), tuple(recorded))


def find_behind() -> int:
    """How many schemas, the public one among them, lack a migration."""
    on_disk = migrations_on_disk()
    is_public_behind = not on_disk <= MigrationRecorder(connection).applied_migrations().keys()
    schemas = list(Tenant.objects.order_by("pk").values_list("schema_name", flat=True))
    return int(is_public_behind) + len(_find_behind(schemas, on_disk))


def _require_row_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (False,):
            raise RowSecurityBypassed(
                "The role in DATABASE_URL must be neither a superuser nor BYPASSRLS: it would see all tenants' rows."
            )


def _find_behind(schemas: Sequence[str], on_disk: Migrations) -> dict[str, Migrations]:
    behind: dict[str, Migrations] = {}
    for start in range(0, len(schemas), _SCHEMAS_PER_QUERY):
        for schema_name, applied in _applied_in(schemas[start : start + _SCHEMAS_PER_QUERY]):
            if missing := on_disk - applied:
                behind[schema_name] = missing
    return behind


def _applied_in(schemas: Sequence[str]) -> list[tuple[str, Migrations]]:
    one_schema = sql.SQL("SELECT {}, array_agg(ARRAY[app::text, name::text]) FROM {}.django_migrations")
    query = sql.SQL(" UNION ALL ").join(
        one_schema.format(sql.Literal(name), sql.Identifier(name)) for name in schemas
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [
            (name, {(app, migration) for app, migration in rows or ()}) for name, rows in cursor.fetchall()
        ]


def _touches_tenant_tables(migrations: Migrations) -> bool:
    return any(apps.get_app_config(app).name in settings.TENANT_APPS for app, _ in migrations)


def _record(schema_name: str, migrations: Migrations) -> None:
    """A migration of shared tables does nothing in a tenant's schema but be noted as done."""
    statement = sql.SQL(
        "INSERT INTO {}.django_migrations (app, name, applied)"
        " SELECT app, name, now() FROM unnest(%s, %s) AS missing (app, name)"
    ).format(sql.Identifier(schema_name))
    with connection.cursor() as cursor:
        cursor.execute(statement, ([app for app, _ in migrations], [name for _, name in migrations]))
