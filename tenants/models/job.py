"""Work of one tenant that takes longer than a request. Row-level security by tenant; the tenant's end is theirs too."""

from __future__ import annotations

from django.db import models

from tenants.encrypted_field import EncryptedTextField
from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class JobState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Job(models.Model):
    """`kind` names who knows how to do it. `result` and `errors` are for people and programs, and hold no secrets."""

    is_audited = False

    # A reference with ON DELETE CASCADE, which the migration makes: Django's own would not see rows of no scope.
    tenant_id = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    started_by = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=7, choices=JobState.choices, default=JobState.QUEUED)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    # [{"line", "field", "code", "message"}]: the first ones of `error_count`.
    errors = models.JSONField(default=list)
    error_count = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    failure = models.CharField(max_length=500, blank=True, default="")
    parameters = models.JSONField(default=dict)
    # What it works on, such as an uploaded file with passwords. Forgotten when it is done.
    payload = EncryptedTextField(default="", editable=False)
    needs_payload = models.BooleanField(default=False, editable=False)
    is_payload_kept = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = "background job"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "-created_at"], name="job_by_tenant"),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)

    @property
    def needs_confirmation(self) -> bool:
        """It ended with a question: `result` holds it, and a repetition may answer it."""
        return self.state == JobState.FAILED and bool(self.result.get("needs_confirmation"))

    @property
    def percent(self) -> int:
        if self.state == JobState.DONE:
            return 100
        return min(100 * self.rows_done // self.rows_total, 99) if self.rows_total else 0
