"""What a company has taken a column of imported tables for: proposed when a file has such a column again."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantSchemaManager

HEADER_LENGTH_MAX = 100


class ImportColumn(models.Model):
    """`header` as `csv_header_key` writes it; `column` is one of ours, or empty for what is not read."""

    is_audited = False

    header = models.CharField(max_length=HEADER_LENGTH_MAX, unique=True)
    column = models.CharField(max_length=32, blank=True)

    objects = TenantSchemaManager.from_queryset(ScopedQuerySet)()

    def __str__(self) -> str:
        return self.header
