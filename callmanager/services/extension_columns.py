"""Which column of a file is taken for which field: proposed by its name, or as it was chosen the last time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.core.exceptions import ValidationError

from callmanager.domain.extension_table import COLUMNS, SECRETS
from callmanager.models import ImportColumn
from callmanager.models.import_column import HEADER_LENGTH_MAX
from tenants.audit_changes import SECRET_NAME
from tenants.csv_reading import CsvRefused, FileColumn, csv_columns, csv_header_key

COLUMNS_MAX = 200
HIDDEN = "••••"


def import_columns_propose(*, data: bytes, bytes_max: int) -> list[FileColumn]:
    """ValidationError for a file that is no table. Samples of what may be passwords are hidden."""
    try:
        found = csv_columns(data, columns=COLUMNS, bytes_max=bytes_max)[:COLUMNS_MAX]
    except CsvRefused as error:
        raise ValidationError({"file": ValidationError(str(error), code=error.code)}) from error
    keys = {column.header: csv_header_key(column.header)[:HEADER_LENGTH_MAX] for column in found}
    remembered = dict(ImportColumn.objects.filter(header__in=keys.values()).values_list("header", "column"))
    taken: set[str] = set()
    proposed = []
    for column in found:
        name = remembered.get(keys[column.header], column.name)
        # A field is filled from one column only, and the choices may be of an older version.
        name = name if name in COLUMNS and name not in taken else ""
        taken.add(name)
        proposed.append(_without_secrets(replace(column, name=name)))
    return proposed


def import_columns_check(chosen: Mapping[str, str]) -> None:
    unknown = sorted(set(chosen.values()) - {"", *COLUMNS})
    if unknown:
        raise ValidationError(
            {"columns": ValidationError(f"There is no field {unknown[0][:64]}.", code="unknown_column")}
        )
    if len(chosen) > COLUMNS_MAX:
        raise ValidationError(
            {"columns": ValidationError(f"At most {COLUMNS_MAX} columns.", code="too_many")}
        )


def import_columns_remember(chosen: Mapping[str, str]) -> None:
    ImportColumn.objects.bulk_create(
        [
            ImportColumn(header=key[:HEADER_LENGTH_MAX], column=name)
            for key, name in {csv_header_key(header): name for header, name in chosen.items()}.items()
        ],
        update_conflicts=True,
        unique_fields=["header"],
        update_fields=["column"],
    )


def _without_secrets(column: FileColumn) -> FileColumn:
    if column.name not in SECRETS and not SECRET_NAME.search(column.header):
        return column
    return replace(column, samples=tuple(HIDDEN if sample else "" for sample in column.samples))
