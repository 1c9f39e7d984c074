"""The three kinds of people."""

from __future__ import annotations

from django.db.models import TextChoices


class Role(TextChoices):
    ADMINISTRATOR = "administrator"
    TENANT = "tenant"
    EXTENSION = "extension"
