"""Where e-mails are handed over: one server for the system, and one for each tenant that wants its own."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from tenants.encrypted_field import EncryptedTextField
from tenants.models.tenant import Tenant

TIMEOUT_S = (2, 60)
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class MailSecurity(models.TextChoices):
    NONE = "none", "None (readable on its way)"
    STARTTLS = "starttls", "TLS (STARTTLS, usually port 587)"
    SSL = "ssl", "SSL (usually port 465)"


class MailServer(models.Model):
    """`tenant` null is the system's own, which serves every tenant without one."""

    tenant = models.OneToOneField(
        Tenant, null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="mail_server"
    )
    is_enabled = models.BooleanField(
        "enabled", default=True, help_text="Off: the system's mail server is used instead, if there is one."
    )
    host = models.CharField(
        "server", max_length=253, help_text="Its name or address, such as smtp.example.com."
    )
    port = models.PositiveIntegerField(
        default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    security = models.CharField(max_length=8, choices=MailSecurity.choices, default=MailSecurity.STARTTLS)
    is_certificate_checked = models.BooleanField(
        "check the server's certificate",
        default=True,
        help_text="Switch off only for a server of your own whose certificate nobody has signed.",
    )
    username = models.CharField(
        "user name", max_length=254, blank=True, default="", help_text="Empty: the server asks for none."
    )
    password = EncryptedTextField(
        blank=True,
        default="",
        help_text="Google and Microsoft accounts need an app password here, not the one you sign in with.",
    )
    from_address = models.EmailField(
        "sender address", help_text="Must belong to the account, or mail is refused."
    )
    from_name = models.CharField("sender name", max_length=100, blank=True, default="")
    timeout_s = models.PositiveSmallIntegerField(
        "wait at most (s)",
        default=15,
        validators=[MinValueValidator(TIMEOUT_S[0]), MaxValueValidator(TIMEOUT_S[1])],
        help_text="For each answer of the server.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(tenant__isnull=True), name="mail_server_of_the_system_is_one"
            ),
            models.CheckConstraint(condition=Q(port__range=(1, 65535)), name="mail_server_port_in_range"),
            models.CheckConstraint(
                condition=Q(timeout_s__range=TIMEOUT_S), name="mail_server_timeout_in_range"
            ),
            models.CheckConstraint(
                condition=Q(security__in=MailSecurity.values), name="mail_server_security_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def clean(self) -> None:
        super().clean()
        problems = {}
        if self.host and not _HOST.fullmatch(self.host):
            problems["host"] = ValidationError("A host name or an address, without http://.", code="host")
        for field in ("username", "password", "from_name"):
            if _CONTROL.search(getattr(self, field) or ""):
                problems[field] = ValidationError("No line breaks or control characters.", code="invalid")
        if not (self.username or "").isascii() or not (self.from_address or "").isascii():
            field = "username" if not (self.username or "").isascii() else "from_address"
            problems[field] = ValidationError("Only ASCII characters.", code="invalid")
        if self.password and not self.username:
            problems["username"] = ValidationError("The password belongs to a user name.", code="required")
        if problems:
            raise ValidationError(problems)
