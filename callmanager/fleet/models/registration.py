"""One contact of one extension, as the edge announced it."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class Registration(models.Model):
    ruid = models.CharField(max_length=64, primary_key=True)
    tenant_id = models.BigIntegerField()
    username = models.CharField(max_length=64)
    domain = models.CharField(max_length=253)
    contact = models.TextField()
    source = models.TextField(blank=True, default="")
    user_agent = models.TextField(blank=True, default="")
    instance = models.TextField(blank=True, default="")
    registered_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "registration"
        ordering = ("username", "registered_at")
        indexes = [models.Index(fields=["tenant_id", "username"], name="registration_by_extension")]

    def __str__(self) -> str:
        return f"{self.username}@{self.domain}"
