"""Numbers of the company that are no extension and can be a destination."""

from __future__ import annotations

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.snapshot import TenantSnapshot


def service_destination(snapshot: TenantSnapshot, number: str) -> Destination | None:
    """A ring group, a virtual receptionist, a call queue or a conference room."""
    if snapshot.find_ring_group(number) is not None:
        return Destination(DestinationKind.RING_GROUP, number)
    if snapshot.find_receptionist(number) is not None:
        return Destination(DestinationKind.RECEPTIONIST, number)
    if snapshot.find_queue(number) is not None:
        return Destination(DestinationKind.CALL_QUEUE, number)
    if snapshot.find_conference(number) is not None:
        return Destination(DestinationKind.CONFERENCE, number)
    return None
