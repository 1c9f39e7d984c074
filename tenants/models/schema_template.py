"""The stored dump of an empty tenant schema, see `tenants.schema_template`."""

from __future__ import annotations

from django.db import models


class SchemaTemplate(models.Model):
    is_audited = False

    fingerprint = models.CharField(max_length=64, primary_key=True)
    # The schema name in the script; random, so that replacing it can't hit anything else.
    placeholder = models.CharField(max_length=63)
    script = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint[:12]
