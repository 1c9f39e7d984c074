"""A table of rules as a download that an import can read again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from callmanager.services.table_import import RuleTable
from tenants.csv_writing import csv_response


def table_export(table: RuleTable, things: QuerySet[Any]) -> HttpResponse:
    return csv_response(table.file_name, tuple(table.columns), table.write(things))
