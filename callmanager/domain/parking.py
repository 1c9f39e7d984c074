"""Parking places: numbered from 1, each company's own. Pure."""

from __future__ import annotations

from callmanager.domain.decisions import Park, Refuse, Retrieve
from callmanager.domain.routing import Routing

NO_SUCH_PLACE = "There is no such parking place"


def park(routing: Routing, slot: str) -> Park | Refuse:
    codes, caller = routing.snapshot.dial_codes, routing.call.caller
    if slot and not _is_place(routing, slot):
        return Refuse(404, NO_SUCH_PLACE)
    entry = routing.snapshot.find_extension(caller)
    mailbox = entry.mailbox if entry is not None else None
    language = mailbox.language if mailbox is not None else "en"
    return Park(caller, slot, codes.park_slots, codes.park_timeout_s, language)


def retrieve(routing: Routing, slot: str) -> Retrieve | Refuse:
    return Retrieve(slot) if _is_place(routing, slot) else Refuse(404, NO_SUCH_PLACE)


def _is_place(routing: Routing, slot: str) -> bool:
    """As it is said: no 07 beside 7."""
    if not slot.isascii() or not slot.isdigit() or slot.startswith("0") or len(slot) > 3:
        return False
    return 1 <= int(slot) <= routing.snapshot.dial_codes.park_slots
