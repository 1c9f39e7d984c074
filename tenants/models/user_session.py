"""Where somebody is signed in to the console, and the links by which a forgotten password is replaced."""

from __future__ import annotations

from django.db import models

from tenants.models.user import User

# In the session: when its use was noted last. Taken away when the session's key changes.
SEEN_AT_KEY = "seen_at"


class UserSession(models.Model):
    """Beside Django's own session, which knows no device, no address and no last use."""

    is_audited = False

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField("device", max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ("-last_seen_at",)
        verbose_name = "session"

    def __str__(self) -> str:
        return f"session {self.pk}"


class PasswordReset(models.Model):
    """The link itself is in the e-mail and nowhere else."""

    is_audited = False

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"password reset {self.pk}"
