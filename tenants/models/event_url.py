"""Where a tenant wants to be told of calls and phones: addresses, who signs in there, and what they check."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from tenants.encrypted_field import EncryptedTextField
from tenants.event_kinds import unknown_events
from tenants.reachable import AddressRefused, HostUnknown, reachable_address
from tenants.scoped_models import ScopedQuerySet, TenantRowsManager
from tenants.signing_secret import new_signing_secret

TIMEOUT_S = (1, 30)
URL_LENGTH_MAX = 500


class EventTopic(models.TextChoices):
    """Of what the second half of the page tells."""

    CDR = "cdr", "Calls that have ended (CDR)"
    EXTENSION = "extension", "Extensions that register, leave, call and talk"


class EventAuthentication(models.TextChoices):
    NONE = "none", "None"
    BASIC = "basic", "HTTP Basic"
    DIGEST = "digest", "HTTP Digest"


class EventFormat(models.TextChoices):
    """How the body of a delivery is written."""

    JSON = "json", "JSON"


def validate_event_url(url: str) -> None:
    """http or https to a host, nothing hidden in it. Where the host stands is asked besides."""
    wrong = ValidationError("An address such as https://events.example.com/calls.", code="url")
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise wrong from error
    if not is_right or not url.isascii() or not url.isprintable() or " " in url:
        raise wrong
    if parts.username is not None or parts.password is not None:
        raise ValidationError("Give user name and password in their own fields.", code="url_credentials")


def refuse_inside(url: str) -> None:
    """ValidationError for a host inside the operator's networks. One that no name server knows yet may come."""
    parts = urlsplit(url)
    try:
        reachable_address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    except AddressRefused as error:
        raise ValidationError(
            "That is an address inside this network, which only the administrator can allow.", code="inside"
        ) from error
    except HostUnknown:
        return


class EventUrl(models.Model):
    """One for each topic of a tenant. A day of failures switches it off."""

    # A reference with ON DELETE CASCADE, which the migration makes: Django's own would not see rows of no scope.
    tenant_id = models.BigIntegerField(editable=False)
    topic = models.CharField(max_length=9, choices=EventTopic.choices, editable=False)
    is_enabled = models.BooleanField("enabled", default=True)
    url = models.CharField(
        "URL",
        max_length=URL_LENGTH_MAX,
        validators=[validate_event_url],
        help_text="Receives JSON by POST. https is safer.",
    )
    # Names of `EVENT_KINDS`; empty is all.
    events = models.JSONField(
        "single events",
        default=list,
        blank=True,
        help_text="None chosen: all of them, also those that come with later versions.",
    )
    format = models.CharField(
        max_length=4,
        choices=EventFormat.choices,
        default=EventFormat.JSON,
        help_text="The body of each request. Times are UNIX time: whole seconds since 1970, in UTC.",
    )
    authentication = models.CharField(
        "authentication method",
        max_length=6,
        choices=EventAuthentication.choices,
        default=EventAuthentication.NONE,
    )
    username = models.CharField("user name", max_length=254, blank=True, default="")
    password = EncryptedTextField(blank=True, default="")
    signing_secret = EncryptedTextField(default=new_signing_secret, editable=False)
    timeout_s = models.PositiveSmallIntegerField(
        "wait at most (s)",
        default=10,
        validators=[MinValueValidator(TIMEOUT_S[0]), MaxValueValidator(TIMEOUT_S[1])],
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ("topic",)
        verbose_name = "event URL"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "topic"], name="event_url_topic_is_unique"),
            models.CheckConstraint(
                condition=Q(topic="cdr") | Q(topic="extension"), name="event_url_topic_is_known"
            ),
            models.CheckConstraint(
                condition=Q(authentication="none") | Q(authentication="basic") | Q(authentication="digest"),
                name="event_url_authentication_is_known",
            ),
            models.CheckConstraint(condition=Q(format="json"), name="event_url_format_is_known"),
            models.CheckConstraint(
                condition=Q(timeout_s__range=TIMEOUT_S), name="event_url_timeout_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.get_topic_display()

    def clean(self) -> None:
        super().clean()
        if unknown := unknown_events(self.topic, self.events):
            raise ValidationError(
                {
                    "events": ValidationError(
                        f"This topic has no event {unknown[0][:64]}." if unknown[0] else "A list of events.",
                        code="unknown_event",
                    )
                }
            )
        self._check_where_it_leads()
        if self.authentication != EventAuthentication.NONE and not self.username:
            raise ValidationError({"username": ValidationError("Who signs in there?", code="required")})
        if self.authentication != EventAuthentication.NONE and not self.password:
            raise ValidationError({"password": ValidationError("With which password?", code="required")})
        if ":" in self.username:
            raise ValidationError({"username": ValidationError("No colon (RFC 7617).", code="invalid")})

    def _check_where_it_leads(self) -> None:
        try:
            validate_event_url(self.url)
        except ValidationError:
            return  # told by the field itself
        try:
            refuse_inside(self.url)
        except ValidationError as refusal:
            raise ValidationError({"url": refusal}) from refusal
