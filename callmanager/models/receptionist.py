"""Virtual receptionists (manual 5.9): menus that callers choose from. Triggers tell the workers of every change."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from callmanager.domain.mailbox import LANGUAGES
from callmanager.domain.receptionist import InputMode, MenuInputError, read_keys
from callmanager.models.destination import DestinationColumns, destination_is_whole
from callmanager.models.extension import NO_CONTROL_CHARACTERS
from callmanager.models.limits import between
from callmanager.models.mailbox import LANGUAGE_NAMES, PIN
from callmanager.models.week_hours import WeekHoursField, office_week
from tenants.encrypted_field import EncryptedTextField
from tenants.scoped_models import TenantSchemaManager

DIGIT_GAP_S, INPUT_TIMEOUT_S, REPEATS, DIGITS = (1, 10), (1, 120), (0, 10), (1, 5)
NAME_LENGTH = 64
INPUT_MODES = [
    (InputMode.WHEN_MATCHES.value, "When an extension matches"),
    (InputMode.AFTER_DIGITS.value, "After a number of digits"),
    (InputMode.POUND.value, "When the caller hits #"),
]


def validate_keys(text: str) -> None:
    try:
        read_keys(text)
    except MenuInputError as error:
        raise ValidationError(str(error), code=error.code) from error


class Receptionist(models.Model):
    number = models.CharField(
        "virtual receptionist number",
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]+\Z", "Only letters and digits.", code="number")],
        help_text="Not the number of an extension or a ring group.",
    )
    name = models.CharField(max_length=NAME_LENGTH, validators=[NO_CONTROL_CHARACTERS])
    language = models.CharField(
        max_length=2,
        choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        default="en",
        help_text="Of what callers are told by the system's own prompts.",
    )
    digit_gap_s = models.PositiveSmallIntegerField(
        "gap time between digits (s)",
        default=2,
        validators=between(DIGIT_GAP_S),
        help_text="How long to wait for one more digit. An option with # behind it waits 3 seconds.",
    )
    input_mode = models.CharField(
        "user input",
        max_length=12,
        choices=INPUT_MODES,
        default=InputMode.WHEN_MATCHES.value,
        help_text="When a caller's digits are looked up as an extension's number.",
    )
    digits = models.PositiveSmallIntegerField(
        "digits of a number",
        default=3,
        validators=between(DIGITS),
        help_text="For “After a number of digits”.",
    )
    takes_numbers = models.BooleanField(
        "callers may dial an extension",
        default=True,
        help_text="Who knows an extension's number presses it instead of an option.",
    )
    input_timeout_s = models.PositiveSmallIntegerField(
        "timeout (s)",
        default=10,
        validators=between(INPUT_TIMEOUT_S),
        help_text="How long to wait for a first key after the prompt.",
    )
    max_repeats = models.PositiveSmallIntegerField(
        "repeats",
        default=3,
        validators=between(REPEATS),
        help_text="How often a caller who chooses nothing hears the prompt again before the call ends.",
    )
    has_closed_menu = models.BooleanField(
        "another menu outside of office hours",
        default=False,
        help_text="With a prompt and options of its own; on holidays, too.",
    )
    has_own_hours = models.BooleanField(
        "hours of its own", default=False, help_text="Instead of the company's office hours."
    )
    week = WeekHoursField("hours by weekday", default=office_week, blank=True)
    recording_pin = EncryptedTextField(  # type: ignore[misc]  # the field's own type speaks of texts alone
        "PIN for recording",
        null=True,
        blank=True,
        default=None,
        validators=[PIN],
        help_text="4 to 12 digits. Whoever knows it records the prompts by telephone (dial codes). Empty: nobody.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["Receptionist"]()

    class Meta:
        verbose_name = "virtual receptionist"
        ordering = (models.functions.Length("number"), "number")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[A-Za-z0-9]+$"), name="receptionist_number_is_alphanumeric"
            ),
            models.CheckConstraint(
                condition=Q(input_mode__regex=r"^(when_matches|after_digits|pound)$"),
                name="receptionist_input_mode_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()


class MenuTurn(models.TextChoices):
    """What a choice stands for: keys, no key in time, or keys that are unknown."""

    KEYS = "keys", "Keys"
    TIMEOUT = "timeout", "Timeout"
    FAILED = "failed", "Calling failed"


class MenuChoice(DestinationColumns):
    """One thing a caller can do. With `repeats_prompt` the prompt is played again, and the destination says nothing."""

    receptionist = models.ForeignKey(
        Receptionist, on_delete=models.CASCADE, related_name="choices", db_constraint=False
    )
    is_closed = models.BooleanField(default=False)
    turn = models.CharField(max_length=8, choices=MenuTurn.choices, default=MenuTurn.KEYS)
    position = models.PositiveSmallIntegerField()
    keys = models.CharField(max_length=9, blank=True, default="", validators=[validate_keys])
    repeats_prompt = models.BooleanField(default=False)

    objects = TenantSchemaManager["MenuChoice"]()

    class Meta:
        ordering = ("is_closed", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["receptionist", "is_closed", "turn", "keys"], name="menu_choice_is_unique"
            ),
            models.CheckConstraint(
                condition=(Q(turn="keys") & ~Q(keys="")) | Q(turn__regex=r"^(timeout|failed)$", keys=""),
                name="menu_choice_has_keys",
            ),
            models.CheckConstraint(
                condition=Q(repeats_prompt=False) | Q(action="end_call"), name="menu_choice_repeats_or_leads"
            ),
            destination_is_whole("menu_choice_destination_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.keys or self.turn}: {'the prompt again' if self.repeats_prompt else self.words}"


class PromptUse(models.TextChoices):
    MENU = "menu", "Prompt"
    CLOSED = "closed", "Prompt outside of office hours"
    TRANSFER = "transfer", "Prompt when the call is transferring"


class ReceptionistPrompt(models.Model):
    """A file of the tenant. `stored_file_id` is the row of `tenants.files`, whose name is kept for the workers; `said`
    is what a spoken one was made of.
    """

    receptionist = models.ForeignKey(
        Receptionist, on_delete=models.CASCADE, related_name="prompts", db_constraint=False
    )
    use = models.CharField(max_length=8, choices=PromptUse.choices)
    name = models.CharField(max_length=100, validators=[NO_CONTROL_CHARACTERS])
    said = models.TextField(blank=True, default="", max_length=2000)
    length_s = models.FloatField()
    stored_file_id = models.BigIntegerField(unique=True, editable=False)
    stored_name = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager["ReceptionistPrompt"]()

    class Meta:
        ordering = ("use",)
        constraints = [
            models.UniqueConstraint(fields=["receptionist", "use"], name="receptionist_prompt_is_one"),
            models.CheckConstraint(
                condition=Q(use__regex=r"^(menu|closed|transfer)$"), name="receptionist_prompt_use_is_known"
            ),
            models.CheckConstraint(
                condition=Q(stored_name__regex=r"^[0-9a-f]{16,64}$"), name="receptionist_prompt_is_random"
            ),
        ]

    def __str__(self) -> str:
        return self.name
