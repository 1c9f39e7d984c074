"""Ring groups: numbers that ring several people, and paging groups. Triggers tell the workers of every change.

A number belongs to one extension or one group, whoever writes it: a trigger of both tables says so at the end of the
transaction.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.domain.ring_groups import RingStrategy
from callmanager.models.destination import DestinationColumns, destination_is_whole, validate_external_number
from callmanager.models.extension import CALLER_ID, NO_CONTROL_CHARACTERS, RING_TIMEOUT_S, Extension
from tenants.scoped_models import TenantSchemaManager

MEMBERS_MAX = 100
STRATEGIES = [
    (RingStrategy.SIMULTANEOUS.value, "Ring simultaneously"),
    (RingStrategy.PRIORITIZED_HUNT.value, "Prioritized hunt"),
    (RingStrategy.CYCLIC_HUNT.value, "Cyclic hunt"),
    (RingStrategy.LEAST_WORKED_HUNT.value, "Least worked hunt"),
    (RingStrategy.PAGING.value, "Paging/intercom"),
]


class RingGroup(DestinationColumns):
    """The destination is where a call goes that no member answers."""

    number = models.CharField(
        "ring group number",
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]+\Z", "Only letters and digits.", code="number")],
        help_text="Not the number of an extension.",
    )
    name = models.CharField(
        "ring group name",
        max_length=64,
        validators=[NO_CONTROL_CHARACTERS],
        help_text="Phones show it before the caller's name, such as “Sales: Alice”.",
    )
    outbound_caller_id = models.CharField(
        "outbound caller ID",
        max_length=41,
        blank=True,
        default="",
        validators=[CALLER_ID],
        help_text="Told to the provider when a call of the group goes to a number outside, as the trunk's header "
        "parameters say.",
    )
    strategy = models.CharField(
        "ring strategy", max_length=20, choices=STRATEGIES, default=RingStrategy.SIMULTANEOUS.value
    )
    ring_timeout_s = models.PositiveSmallIntegerField(
        "ring time (s)",
        default=20,
        validators=[MinValueValidator(RING_TIMEOUT_S[0]), MaxValueValidator(RING_TIMEOUT_S[1])],
        help_text="How long members ring: all together, or each in turn.",
    )
    skips_busy = models.BooleanField(
        "skip busy members", default=True, help_text="Members who have a call are not rung."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["RingGroup"]()

    class Meta:
        ordering = (models.functions.Length("number"), "number")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[A-Za-z0-9]+$"), name="ring_group_number_is_alphanumeric"
            ),
            models.CheckConstraint(
                condition=Q(ring_timeout_s__range=RING_TIMEOUT_S), name="ring_group_ring_timeout_in_range"
            ),
            models.CheckConstraint(
                condition=Q(
                    strategy__regex=r"^(simultaneous|prioritized_hunt|cyclic_hunt|least_worked_hunt|paging)$"
                ),
                name="ring_group_strategy_is_known",
            ),
            destination_is_whole("ring_group_destination_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()


class RingGroupMember(models.Model):
    """An extension, or a number outside as one of the company would dial it. A member is not deleted: the foreign key
    stands in the migration.
    """

    group = models.ForeignKey(
        RingGroup, on_delete=models.CASCADE, related_name="members", db_constraint=False
    )
    position = models.PositiveSmallIntegerField()
    extension = models.ForeignKey(
        Extension, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    external_number = models.CharField(
        max_length=MAX_DIALLED, blank=True, default="", validators=[validate_external_number]
    )

    objects = TenantSchemaManager["RingGroupMember"]()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(
                fields=["group", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="ring_group_members_in_order",
            ),
            models.UniqueConstraint(
                fields=["group", "extension"],
                condition=Q(extension__isnull=False),
                name="ring_group_member_is_unique",
            ),
            models.CheckConstraint(
                condition=Q(extension__isnull=False, external_number="")
                | (Q(extension__isnull=True) & ~Q(external_number="")),
                name="ring_group_member_is_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.external_number or f"extension {self.extension_id}"
