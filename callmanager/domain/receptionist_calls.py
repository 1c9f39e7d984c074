"""Calls to virtual receptionists: which of the two menus answers, and whom a caller may dial from there."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.decisions import AnswerMenu, Decision, RecordPrompt, Refuse
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.menu_action import ActionAnswer, ServerWish, wished_destination
from callmanager.domain.outbound_rules import is_dialable
from callmanager.domain.receptionist import Choice, ReceptionistEntry
from callmanager.domain.routing import Routing
from callmanager.domain.schedule import is_open
from callmanager.domain.service_numbers import service_destination
from callmanager.domain.snapshot import TenantSnapshot

# What is dialled behind the number of a receptionist, and which prompt that is.
PROMPT_KEYS: Mapping[str, str] = {"": "menu", "1": "menu", "2": "closed", "3": "transfer"}


def call_receptionist(routing: Routing, desk: ReceptionistEntry) -> AnswerMenu:
    snapshot = routing.snapshot
    own = desk.own_intervals
    hours = snapshot.schedule(snapshot.office_intervals if own is None else own)
    is_closed = desk.closed is not None and not is_open(hours, routing.at)
    reason = "closed" if is_closed else "open" if desk.closed is not None else ""
    routing.note("receptionist", f"{desk.number} {desk.name}".strip(), is_taken=True, reason=reason)
    return AnswerMenu(desk.number, desk.name, is_closed, routing.passed)


def record_prompt(routing: Routing, number: str, which: str) -> RecordPrompt | Refuse:
    desk = routing.snapshot.find_receptionist(number)
    use = PROMPT_KEYS.get(which)
    if desk is None or use is None:
        return Refuse(404, f"There is no such prompt of a receptionist {number}"[:80])
    if not desk.pin_token:
        return Refuse(403, f"The receptionist {number} has no PIN to record its prompts with")
    return RecordPrompt(desk.number, desk.name, use, desk.pin_token, desk.language)


def dialled_destination(snapshot: TenantSnapshot, number: str) -> Destination | None:
    """Somebody or something of the company with this number; never a dial code, never anybody outside."""
    extension = snapshot.find_extension(number)
    if extension is not None:
        return Destination(DestinationKind.EXTENSION, number) if extension.is_enabled else None
    return service_destination(snapshot, number)


def action_destination(snapshot: TenantSnapshot, number: str) -> Destination | None:
    """Whom an Action URL, or its server, wants called: somebody of the company, else a number outside by the company's
    outbound rules. A number of the company that can't be called is never looked for outside, and nobody who calls is
    sent on to an emergency number: that help would be asked for at the company, where nobody needs it."""
    if snapshot.is_number_used(number):
        return dialled_destination(snapshot, number)
    if not is_dialable(number) or snapshot.number_judge.is_emergency(number):
        return None
    return Destination(DestinationKind.EXTERNAL_NUMBER, number)


def wished_choice(snapshot: TenantSnapshot, wish: ServerWish, on_failed: Choice) -> Choice:
    """What follows a server's answer."""
    called = action_destination(snapshot, wish.destination)
    is_failed = wish.answer is ActionAnswer.FAILED or (wish.answer is ActionAnswer.CALL and called is None)
    return on_failed if is_failed else Choice(wished_destination(wish, called))


def is_lost(following: Decision, wanted: Destination) -> bool:
    """Whether what a caller chose leads nowhere, so that the receptionist hears of it; a wished end is no loss."""
    return isinstance(following, Refuse) and wanted.kind is not DestinationKind.END_CALL
