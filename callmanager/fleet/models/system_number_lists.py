"""The platform's own lists of numbers: they hold for every tenant beside its own. Triggers tell all workers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from callmanager.models.number_policy import BlockedNumberColumns, DisallowedCodeColumns


class SystemDisallowedCode(DisallowedCodeColumns):
    objects: ClassVar[models.Manager[SystemDisallowedCode]] = models.Manager()

    class Meta(DisallowedCodeColumns.Meta):
        db_table = "system_disallowed_code"
        verbose_name = "disallowed code"


class SystemBlockedNumber(BlockedNumberColumns):
    objects: ClassVar[models.Manager[SystemBlockedNumber]] = models.Manager()

    class Meta(BlockedNumberColumns.Meta):
        db_table = "system_blocked_number"
        verbose_name = "blocked number"
