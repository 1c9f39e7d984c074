"""An extension's mailbox: made with the extension by a trigger, so that nobody is without one."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.mailbox import (
    BUSY_GREETING,
    LANGUAGES,
    MAX_MESSAGES,
    SPOKEN_NAME,
    TEMPORARY_GREETING,
)
from callmanager.models.extension import NO_CONTROL_CHARACTERS, Extension
from tenants.encrypted_field import EncryptedTextField
from tenants.scoped_models import TenantSchemaManager

MESSAGE_S = (10, 900)
MESSAGES = (1, 2000)
GREETINGS_MAX = 10
LANGUAGE_NAMES = {"en": "English", "es": "Español", "fr": "Français", "it": "Italiano", "ru": "Русский"}
STATUS_NAMES = {
    "": "At any time",
    PresenceStatus.AVAILABLE.value: "Available",
    PresenceStatus.AWAY.value: "Away",
    PresenceStatus.DO_NOT_DISTURB.value: "Do not disturb",
    PresenceStatus.LUNCH.value: "Lunch",
    PresenceStatus.BUSINESS_TRIP.value: "Business trip",
    BUSY_GREETING: "On the phone",
    TEMPORARY_GREETING: "Instead of all others",
    SPOKEN_NAME: "As the spoken name",
}
GREETING_TIMES = [(value, name) for value, name in STATUS_NAMES.items() if value]
# What is pressed in the mailbox after 0 to record each of them.
KEYS = {
    "": "1",
    BUSY_GREETING: "2",
    SPOKEN_NAME: "3",
    TEMPORARY_GREETING: "4",
    PresenceStatus.AVAILABLE.value: "6",
    PresenceStatus.AWAY.value: "7",
    PresenceStatus.DO_NOT_DISTURB.value: "8",
    PresenceStatus.LUNCH.value: "9",
    PresenceStatus.BUSINESS_TRIP.value: "0",
}
PIN = RegexValidator(r"^[0-9]{4,12}\Z", "4 to 12 digits.", code="pin")


class MailboxMail(models.TextChoices):
    NONE = "none", "No e-mail"
    NOTICE = "notice", "Tell of new messages"
    ATTACHED = "attached", "Send the message along"


class Mailbox(models.Model):
    """Without a PIN none is asked for: the phone of the extension alone gets in."""

    extension = models.OneToOneField(
        Extension, on_delete=models.CASCADE, related_name="mailbox", db_constraint=False
    )
    is_enabled = models.BooleanField("voicemail", default=True, db_default=True)
    takes_unanswered = models.BooleanField(
        "take unanswered calls",
        default=False,
        db_default=False,
        help_text="Calls that nobody takes and no forwarding rule sends elsewhere leave a message.",
    )
    language = models.CharField(
        max_length=2,
        choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        default="en",
        db_default="en",
        help_text="Of what callers and the owner are told.",
    )
    max_message_s = models.PositiveSmallIntegerField(
        "longest message (s)",
        default=180,
        db_default=180,
        validators=[MinValueValidator(MESSAGE_S[0]), MaxValueValidator(MESSAGE_S[1])],
    )
    max_messages = models.PositiveSmallIntegerField(
        "most messages",
        default=MAX_MESSAGES,
        db_default=MAX_MESSAGES,
        validators=[MinValueValidator(MESSAGES[0]), MaxValueValidator(MESSAGES[1])],
        help_text="Whoever calls a full mailbox is told so.",
    )
    is_pin_asked = models.BooleanField(
        "ask for the PIN", default=True, db_default=True, help_text="Before messages are played on a phone."
    )
    # Nothing rather than an empty text: rows that SQL makes hold nothing encrypted.
    pin = EncryptedTextField(  # type: ignore[misc]  # the field's own type speaks of texts alone
        "PIN", null=True, blank=True, default=None, validators=[PIN]
    )
    # The database can't tell an encrypted nothing from something.
    has_pin = models.BooleanField(default=False, db_default=False, editable=False)
    says_caller = models.BooleanField("play caller ID", default=True, db_default=True)
    says_time = models.BooleanField("play date and time", default=True, db_default=True)
    mail = models.CharField(
        "e-mail",
        max_length=8,
        choices=MailboxMail.choices,
        default=MailboxMail.ATTACHED,
        db_default=MailboxMail.ATTACHED.value,
        help_text="To the address of the extension, when a message was left.",
    )

    objects = TenantSchemaManager()

    class Meta:
        verbose_name = "mailbox"
        verbose_name_plural = "mailboxes"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(max_message_s__range=MESSAGE_S), name="mailbox_message_length_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(max_messages__range=MESSAGES), name="mailbox_messages_in_range"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.has_pin = bool(self.pin)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "has_pin"}
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return f"Mailbox of {self.extension.number}"


class Greeting(models.Model):
    """What callers hear. One at most is active for each status, and one for all times."""

    extension = models.ForeignKey(
        Extension, on_delete=models.CASCADE, related_name="greetings", db_constraint=False
    )
    name = models.CharField(max_length=100, validators=[NO_CONTROL_CHARACTERS])
    status = models.CharField(
        "played", max_length=20, choices=list(STATUS_NAMES.items()), blank=True, default=""
    )
    is_active = models.BooleanField("active", default=False)
    length_s = models.FloatField("length (s)")
    stored_file_id = models.BigIntegerField(unique=True, editable=False)
    stored_name = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager()

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["extension", "status"],
                condition=models.Q(is_active=True),
                name="greeting_one_is_active",
            ),
            models.CheckConstraint(
                condition=models.Q(stored_name__regex=r"^[0-9a-f]{16,64}$"),
                name="greeting_stored_name_is_random",
            ),
        ]

    def __str__(self) -> str:
        return self.name
