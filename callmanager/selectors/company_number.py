"""Numbers of the tenant in scope that are no extension: what each of them is."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.models import CallQueue, Conference, Receptionist, RingGroup


def service_numbers() -> Mapping[str, str]:
    """Number -> what it is, for people."""
    return {
        **dict.fromkeys(RingGroup.objects.order_by().values_list("number", flat=True), "a ring group"),
        **dict.fromkeys(
            Receptionist.objects.order_by().values_list("number", flat=True), "a virtual receptionist"
        ),
        **dict.fromkeys(CallQueue.objects.order_by().values_list("number", flat=True), "a call queue"),
        **dict.fromkeys(Conference.objects.order_by().values_list("number", flat=True), "a conference room"),
    }
