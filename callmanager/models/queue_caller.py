"""Callers whom queues treat in a way of their own (manual 11.2). Triggers tell the workers of every change."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from callmanager.domain.queue_callers import HarassLevel
from callmanager.models.call_queue import CallQueue
from callmanager.models.extension import NO_CONTROL_CHARACTERS, Extension
from callmanager.models.number_policy import validate_blocked
from tenants.scoped_models import TenantSchemaManager

CALLERS_MAX, AGENTS_MAX = 200, 100
NUMBER_HELP = "442012345678, a mask such as 44201******* (each * is one digit) or a range such as 1100-1200."
LEVELS = [
    (HarassLevel.WARNED.value, "Level 1: warned, and may go on with 2"),
    (HarassLevel.REFUSED.value, "Level 2: hears the prompt and is hung up"),
]


class VipCaller(models.Model):
    """Stands before all others in every queue."""

    number = models.CharField(
        max_length=70, unique=True, validators=[validate_blocked], help_text=NUMBER_HELP
    )
    description = models.CharField(max_length=200, blank=True, default="", validators=[NO_CONTROL_CHARACTERS])
    last_day = models.DateField(
        "valid until", null=True, blank=True, help_text="The last day on which it counts. Empty: for ever."
    )
    is_enabled = models.BooleanField("enabled", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager["VipCaller"]()

    class Meta:
        verbose_name = "VIP caller"
        ordering = ("number",)

    def __str__(self) -> str:
        return self.number


class HarassNumber(models.Model):
    """Is warned before every queue, or turned away."""

    number = models.CharField(
        max_length=70, unique=True, validators=[validate_blocked], help_text=NUMBER_HELP
    )
    description = models.CharField(max_length=200, blank=True, default="", validators=[NO_CONTROL_CHARACTERS])
    level = models.PositiveSmallIntegerField(choices=LEVELS, default=HarassLevel.WARNED.value)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager["HarassNumber"]()

    class Meta:
        verbose_name = "harass number"
        ordering = ("number",)
        constraints = [models.CheckConstraint(condition=Q(level__in=(1, 2)), name="harass_level_is_known")]

    def __str__(self) -> str:
        return self.number


class HarassPrompt(models.Model):
    """What a level hears; a file of the tenant, as queues' sounds are."""

    level = models.PositiveSmallIntegerField(choices=LEVELS, unique=True)
    name = models.CharField(max_length=100, validators=[NO_CONTROL_CHARACTERS])
    length_s = models.FloatField()
    stored_file_id = models.BigIntegerField(unique=True, editable=False)
    stored_name = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager["HarassPrompt"]()

    class Meta:
        ordering = ("level",)
        constraints = [
            models.CheckConstraint(
                condition=Q(stored_name__regex=r"^[0-9a-f]{16,64}$"), name="harass_prompt_is_random"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ExclusiveAgent(models.Model):
    """Callers for whom some agents go first."""

    description = models.CharField(max_length=200, unique=True, validators=[NO_CONTROL_CHARACTERS])
    callers = ArrayField(
        models.CharField(max_length=70, validators=[validate_blocked]),
        size=CALLERS_MAX,
        help_text=NUMBER_HELP,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager["ExclusiveAgent"]()

    class Meta:
        verbose_name = "exclusive agent"
        ordering = ("description",)

    def __str__(self) -> str:
        return self.description


class ExclusiveAgentMember(models.Model):
    """An extension, in one queue. Counts while it is an agent there."""

    exclusive = models.ForeignKey(
        ExclusiveAgent, on_delete=models.CASCADE, related_name="agents", db_constraint=False
    )
    queue = models.ForeignKey(CallQueue, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    objects = TenantSchemaManager["ExclusiveAgentMember"]()

    class Meta:
        ordering = ("queue_id", "extension_id")
        constraints = [
            models.UniqueConstraint(
                fields=["exclusive", "queue", "extension"], name="exclusive_agent_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"extension {self.extension_id}"
