"""Where a call is sent, as columns of whatever sends it. A kind that is built later adds a column here."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import MAX_DIALLED, is_dialable
from callmanager.models.extension import Extension

ACTIONS = [
    (DestinationKind.END_CALL.value, "End the call"),
    (DestinationKind.EXTENSION.value, "Ring an extension"),
    (DestinationKind.EXTERNAL_NUMBER.value, "Call an outside number"),
    (DestinationKind.VOICEMAIL.value, "Leave a message for an extension"),
    (DestinationKind.RING_GROUP.value, "Ring a group"),
    (DestinationKind.RECEPTIONIST.value, "Virtual receptionist"),
    (DestinationKind.CALL_QUEUE.value, "Call queue"),
    (DestinationKind.CONFERENCE.value, "Conference room"),
]


# The columns that name something of the company, each with a number of its own; read together with a row.
OBJECT_COLUMNS = ("target", "ring_group", "to_receptionist", "to_queue", "to_conference")


def validate_external_number(text: str) -> None:
    if not is_dialable(text):
        raise ValidationError("Digits as a phone dials them, such as 00442012345678.", code="external_number")


class DestinationColumns(models.Model):
    """The foreign key stands in the migration, checked at the end of the transaction: what is still used somewhere
    is not deleted, not even by raw SQL.
    """

    action = models.CharField(max_length=20, choices=ACTIONS, default=DestinationKind.END_CALL.value)
    target = models.ForeignKey(
        Extension, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    ring_group = models.ForeignKey(
        "callmanager.RingGroup",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    to_receptionist = models.ForeignKey(
        "callmanager.Receptionist",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    to_queue = models.ForeignKey(
        "callmanager.CallQueue",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    to_conference = models.ForeignKey(
        "callmanager.Conference",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    external_number = models.CharField(
        max_length=MAX_DIALLED, blank=True, default="", validators=[validate_external_number]
    )

    class Meta:
        abstract = True

    @property
    def destination(self) -> Destination:
        kind = DestinationKind(self.action)
        for column in OBJECT_COLUMNS:
            named = getattr(self, column)
            if named is not None:
                return Destination(kind, named.number)
        return Destination(kind, self.external_number)

    @property
    def words(self) -> str:
        match self.destination:
            case Destination(DestinationKind.END_CALL):
                return "end the call"
            case Destination(DestinationKind.EXTENSION, number):
                return f"extension {number}"
            case Destination(DestinationKind.VOICEMAIL, number):
                return f"voicemail of {number}"
            case Destination(DestinationKind.RING_GROUP, number):
                return f"ring group {number}"
            case Destination(DestinationKind.RECEPTIONIST, number):
                return f"virtual receptionist {number}"
            case Destination(DestinationKind.CALL_QUEUE, number):
                return f"call queue {number}"
            case Destination(DestinationKind.CONFERENCE, number):
                return f"conference room {number}"
            case Destination(_, number):
                return f"call {number}"


# The column that each kind fills; ending the call fills none.
_COLUMNS = {
    DestinationKind.EXTENSION: "target",
    DestinationKind.VOICEMAIL: "target",
    DestinationKind.RING_GROUP: "ring_group",
    DestinationKind.RECEPTIONIST: "to_receptionist",
    DestinationKind.CALL_QUEUE: "to_queue",
    DestinationKind.CONFERENCE: "to_conference",
    DestinationKind.EXTERNAL_NUMBER: "external_number",
}


def destination_is_whole(name: str) -> models.CheckConstraint:
    """Whatever is done with the call, its column says with whom, and no other column says anything."""
    condition = _filled(DestinationKind.END_CALL, "")
    for kind, column in _COLUMNS.items():
        condition |= _filled(kind, column)
    return models.CheckConstraint(condition=condition, name=name)


def _filled(kind: DestinationKind, column: str) -> Q:
    condition = Q(action=kind.value)
    for one in OBJECT_COLUMNS:
        condition &= Q(**{f"{one}__isnull": one != column})
    is_outside = Q(external_number="")
    return condition & (~is_outside if column == "external_number" else is_outside)
