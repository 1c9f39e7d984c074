"""Conference rooms (manual 5.11). A trigger tells the workers of every change."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from callmanager.domain.conference import (
    BITRATE_KBPS,
    FRAME_RATE,
    GRIDS,
    PARTICIPANTS,
    ConferenceMode,
    ConferenceResolution,
)
from callmanager.domain.mailbox import LANGUAGES
from callmanager.models.extension import CALLER_ID, NO_CONTROL_CHARACTERS
from callmanager.models.limits import between
from callmanager.models.mailbox import LANGUAGE_NAMES
from tenants.encrypted_field import EncryptedTextField
from tenants.scoped_models import TenantSchemaManager

MODES = [(ConferenceMode.AUDIO.value, "Audio"), (ConferenceMode.VIDEO.value, "Video")]
RESOLUTIONS = [(one.value, one.value) for one in ConferenceResolution]
GRID_CHOICES = [(count, str(count)) for count in GRIDS]
VIDEO_NOTICE = "Video is not mixed yet: a video room serves audio, and keeps what is set for its picture."
_PIN = RegexValidator(r"^[0-9]{4,12}\Z", "4 to 12 digits.", code="pin")


class Conference(models.Model):
    mode = models.CharField(
        "conference mode",
        max_length=5,
        choices=MODES,
        default=ConferenceMode.AUDIO.value,
        help_text=VIDEO_NOTICE,
    )
    number = models.CharField(
        "room extension",
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]+\Z", "Only letters and digits.", code="number")],
        help_text="Dialled by whoever joins. Not the number of an extension, a group, a receptionist or a queue.",
    )
    subject = models.CharField(max_length=64, validators=[NO_CONTROL_CHARACTERS])
    room_pin = EncryptedTextField(
        "room PIN", blank=True, default="", validators=[_PIN], help_text="Empty: none is asked for."
    )
    admin_pin = EncryptedTextField(
        "admin PIN",
        blank=True,
        default="",
        validators=[_PIN],
        help_text="Whoever enters it hosts the conference: * locks the room and opens it again. Not the room PIN.",
    )
    # The database can't tell an encrypted nothing from something.
    has_room_pin = models.BooleanField(default=False, editable=False)
    has_admin_pin = models.BooleanField(default=False, editable=False)
    outbound_caller_id = models.CharField(
        "outbound caller ID",
        max_length=41,
        blank=True,
        default="",
        validators=[CALLER_ID],
        help_text="Told to the provider when a number outside is invited, as the trunk's header parameters say.",
    )
    max_participants = models.PositiveSmallIntegerField(
        "maximum participants", default=10, validators=between(PARTICIPANTS)
    )
    grids = models.PositiveSmallIntegerField("grids for video", default=4, choices=GRID_CHOICES)
    bitrate_kbps = models.PositiveSmallIntegerField(
        "video bitrate (kbps)", default=1024, validators=between(BITRATE_KBPS)
    )
    frame_rate = models.PositiveSmallIntegerField(
        "video frame rate", default=15, validators=between(FRAME_RATE)
    )
    resolution = models.CharField(
        "video resolution", max_length=5, choices=RESOLUTIONS, default=ConferenceResolution.P720.value
    )
    language = models.CharField(
        "prompt language",
        max_length=2,
        choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        default="en",
    )
    is_prompt_silent = models.BooleanField("do not play prompts when somebody joins", default=False)
    is_recorded = models.BooleanField("record conferences", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["Conference"]()

    class Meta:
        verbose_name = "conference room"
        ordering = (models.functions.Length("number"), "number")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[A-Za-z0-9]+$"), name="conference_number_is_alphanumeric"
            ),
            models.CheckConstraint(condition=Q(mode__regex=r"^(audio|video)$"), name="conference_mode_known"),
            models.CheckConstraint(
                condition=Q(max_participants__range=PARTICIPANTS), name="conference_participants_in_range"
            ),
            models.CheckConstraint(condition=Q(grids__in=GRIDS), name="conference_grids_known"),
            models.CheckConstraint(
                condition=Q(bitrate_kbps__range=BITRATE_KBPS), name="conference_bitrate_in_range"
            ),
            models.CheckConstraint(
                condition=Q(frame_rate__range=FRAME_RATE), name="conference_frame_rate_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}".strip()

    @property
    def notice(self) -> str:
        """What people have to know of the room; empty: nothing."""
        return VIDEO_NOTICE if self.mode == ConferenceMode.VIDEO else ""

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.has_room_pin, self.has_admin_pin = bool(self.room_pin), bool(self.admin_pin)
        super().save(*args, **kwargs)
