"""E-mails on their way. What they say is encrypted, and forgotten when they have left or were given up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.encrypted_field import EncryptedTextField
from tenants.models.tenant import Tenant


class MailState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Given up"


class OutgoingMail(models.Model):
    is_audited = False

    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.CASCADE, related_name="+")
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = EncryptedTextField(blank=True, default="")
    html = EncryptedTextField(blank=True, default="")
    state = models.CharField(max_length=6, choices=MailState.choices, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # While it is tried, the end of the lease: who dies over it leaves it to the next one.
    next_attempt_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = "e-mail"
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state="queued"), name="mail_by_next_attempt"
            ),
            models.Index(fields=["tenant", "-id"], name="mail_by_tenant"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.subject


class MailAttachment(models.Model):
    is_audited = False

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    # Named by the HTML as cid:…; empty for what is listed as a file.
    content_id = models.CharField(max_length=100, blank=True, default="")
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
