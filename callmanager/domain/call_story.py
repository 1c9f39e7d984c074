"""A simulated call told to people: as stations on a line, of which the console draws a picture, and as plain lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import assert_never
from zoneinfo import ZoneInfo

from callmanager.domain.call_assumptions import PhoneState, TrunkState
from callmanager.domain.call_simulation import Alternative, End, EndKind, Simulation, Step
from callmanager.domain.call_trace import Considered
from callmanager.domain.decisions import (
    AnswerMenu,
    ChangeOwn,
    CheckMessages,
    DialOut,
    EchoTest,
    EnterConference,
    EnterQueue,
    LeaveMessage,
    Monitor,
    Page,
    Park,
    PickUp,
    RecordPrompt,
    Refuse,
    Retrieve,
    RingExtension,
    RingGroup,
    ToneTest,
    TrunkTry,
)
from callmanager.domain.group_simulation import MemberRung
from callmanager.domain.header_parameters import OutgoingHeaders
from callmanager.domain.menu_story import menu_station
from callmanager.domain.other_calls import other_call_title
from callmanager.domain.own_settings import own_change_title
from callmanager.domain.simulated_attempts import Attempt
from callmanager.domain.sip_text import name_addr, sip_uri
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.stations import Branch, Station, StationKind, Tone
from callmanager.domain.unanswered import Unanswered

_KINDS = {
    "inbound_rule": StationKind.RULE,
    "outbound_rule": StationKind.RULE,
    "hours": StationKind.HOURS,
    "did": StationKind.NUMBER,
    "did_pool": StationKind.NUMBER,
    "right": StationKind.RIGHT,
    "exception": StationKind.EXCEPTION,
    "forwarding": StationKind.FORWARDING,
    "blacklist": StationKind.BLACKLIST,
    "emergency": StationKind.EMERGENCY,
}
_TITLES = {
    "inbound_rule": "Inbound rule “{}”",
    "outbound_rule": "Outbound rule “{}”",
    "did": "{}",
    "right": "{}",
    "exception": "An exception of {}",
    "forwarding": "Forwarding of {}",
    "blacklist": "{} is on the blacklist",
    "emergency": "{} is an emergency number",
}
_THINGS = {
    "inbound_rule": "Rule “{}”",
    "outbound_rule": "Rule “{}”",
    "exception": "{}",
    "forwarding": "Forwarding of {}",
    "route": "Route over {}",
    "member": "Member {}",
}
# What the dialplan notes in a word.
_REASONS = {
    "busy": "The phones were busy or declined.",
    "no_answer": "Nobody answered.",
    "offline": "No phone could take the call.",
    "available": "Always, while available.",
    "away": "Always, while away.",
    "do_not_disturb": "While not to be disturbed.",
    "lunch": "Always, while at lunch.",
    "business_trip": "Always, while on a business trip.",
}
CONDITIONS = {
    Unanswered.BUSY: "If busy or declined",
    Unanswered.NO_ANSWER: "If nobody answers",
    Unanswered.OFFLINE: "If no phone is registered",
}
_PHONES = {
    PhoneState.ANSWERS: ("Answered", Tone.GOOD),
    PhoneState.BUSY: ("Busy", Tone.WARN),
    PhoneState.DECLINES: ("Declined", Tone.WARN),
    PhoneState.NO_ANSWER: ("No answer", Tone.WARN),
    PhoneState.OFFLINE: ("No phone registered", Tone.WARN),
}
_ELSEWHERE = "Answered elsewhere"
_TRUNKS = {
    TrunkState.ANSWERS: ("Answered", Tone.GOOD),
    TrunkState.RINGS: ("Rings in vain", Tone.WARN),
    TrunkState.DOWN: ("Down", Tone.BAD),
    TrunkState.FULL: ("Full", Tone.BAD),
    TrunkState.SILENT: ("Silent", Tone.BAD),
    TrunkState.CODE: ("Answers", Tone.BAD),
}


def tell(simulation: Simulation, snapshot: TenantSnapshot) -> tuple[Station, ...]:
    """From the caller to the end, in the order in which it happens."""
    stations = [_caller(simulation, snapshot)]
    for step in simulation.steps:
        stations += _stations_of(step)
    return (*stations, _end(simulation.end, stations[-1].at_s if stations else 0))


def lines_of(stations: Iterable[Station]) -> list[str]:
    """The same as plain text: what happened, and indented below it what did not."""
    lines: list[str] = []
    for station in stations:
        words = ": ".join(filter(None, (station.title, station.detail)))
        lines.append(f"{station.at_s:>4} s  {words}{f' → {station.answer}' if station.answer else ''}")
        lines += [f"          {name}: {value}" for name, value in station.headers]
        lines += [f"          not {thing_words(one)}: {one.reason}" for one in station.lost]
        for branch in station.branches:
            way = " → ".join((*branch.way, branch.end))
            lines.append(f"          {branch.condition}: {way}")
    return lines


def thing_words(one: Considered) -> str:
    return _THINGS.get(one.what, "{}").format(one.name)


def end_words(end: End) -> str:
    match end.kind:
        case EndKind.EXTENSION:
            return f"Extension {end.answered_by} answers"
        case EndKind.OUTSIDE:
            return f"{end.answered_by} answers, over {end.trunk_name}"
        case EndKind.VOICEMAIL:
            return f"The mailbox of {end.answered_by} answers"
        case EndKind.SERVICE:
            return f"The PBX answers as {end.answered_by}"
        case EndKind.REFUSED:
            return f"{end.outcome.sip_code} {end.outcome.reason}"
    assert_never(end.kind)


def header_lines(headers: OutgoingHeaders) -> tuple[tuple[str, str], ...]:
    """The parts of an INVITE to a provider as they stand in it."""
    lines = [
        ("INVITE", sip_uri(headers.request_user, headers.request_host)),
        ("From", name_addr(headers.from_display, sip_uri(headers.from_user, headers.from_host))),
        (
            "To",
            name_addr(
                headers.to_display,
                sip_uri(headers.to_user or headers.request_user, headers.to_host or headers.request_host),
            ),
        ),
    ]
    if headers.contact_user:
        lines.append(("Contact", headers.contact_user))
    return (*lines, *headers.others)


def _caller(simulation: Simulation, snapshot: TenantSnapshot) -> Station:
    call, at = simulation.asked.call, simulation.asked.at
    local = at.astimezone(ZoneInfo(snapshot.time_zone))
    clock = f"{local:%A} {local.day} {local:%B %Y, %H:%M} in {snapshot.time_zone}"
    if call.is_from_outside:
        trunk = snapshot.find_trunk(call.trunk_id)
        caller = "An anonymous caller" if call.is_private else call.caller
        who = f"{caller} over {trunk.name if trunk else call.trunk_id}"
    else:
        entry = snapshot.find_extension(call.caller)
        who = f"{call.caller} {entry.display_name if entry else ''}".strip()
    return Station(StationKind.CALLER, 0, f"{who} calls {call.dialled}", clock)


@dataclass(slots=True)
class _Lost:
    """Gathers what did not get the call until a station stands that it belongs to."""

    waiting: list[Considered] = field(default_factory=list)

    def take(self) -> tuple[Considered, ...]:
        taken, self.waiting = tuple(self.waiting), []
        return taken


def _stations_of(step: Step) -> Iterator[Station]:
    lost = _Lost()
    for one in step.considered:
        kind = _KINDS.get(one.what)
        if not one.is_taken:
            lost.waiting.append(one)
        elif kind is not None:
            title = _TITLES.get(one.what, "{}").format(one.name)
            detail = _REASONS.get(one.reason, one.reason)
            if one.what == "exception":
                detail = f"For callers {one.reason}." if one.reason else "For every caller."
            yield Station(kind, step.begins_s, title, detail, lost=lost.take())
    yield from _decided(step, lost.take())


def _decided(step: Step, lost: tuple[Considered, ...]) -> Iterator[Station]:
    decision = step.decision
    match decision:
        case RingExtension():
            yield _ring(step, decision, lost)
        case RingGroup():
            yield from _group(step, decision, lost)
        case Page():
            yield from _page(step, decision, lost)
        case AnswerMenu():
            yield menu_station(decision, step.menu, step.begins_s, lost)
        case EnterQueue(number=number, name=name):
            title = f"Queue {number} {name}".strip()
            answer = "Answers with music until an agent is free"
            yield Station(StationKind.SERVICE, step.begins_s, title, "", answer, Tone.GOOD, lost)
        case EnterConference(number=number, subject=subject):
            title = f"Conference {number} {subject}".strip()
            yield Station(
                StationKind.SERVICE, step.begins_s, title, "", "Lets the caller in", Tone.GOOD, lost
            )
        case DialOut():
            for position, attempt in enumerate(step.attempts):
                yield replace(_attempt(step, decision, attempt), lost=lost if position == 0 else ())
            for tried, name in step.untried:
                yield replace(_trunk(step, decision, tried, name), answer="Not needed", tone=Tone.IDLE)
        case LeaveMessage(mailbox=mailbox):
            yield Station(
                StationKind.SERVICE,
                step.begins_s,
                f"Mailbox of {mailbox}",
                "",
                "Takes a message",
                Tone.GOOD,
                lost,
            )
        case CheckMessages(mailbox=mailbox):
            yield Station(
                StationKind.SERVICE, step.begins_s, f"Messages of {mailbox}", lost=lost, tone=Tone.GOOD
            )
        case EchoTest():
            yield Station(StationKind.SERVICE, step.begins_s, "Echo test", lost=lost, tone=Tone.GOOD)
        case ToneTest():
            yield Station(StationKind.SERVICE, step.begins_s, "Tone test", lost=lost, tone=Tone.GOOD)
        case RecordPrompt(receptionist=number):
            title = f"A prompt of the receptionist {number} is recorded"
            yield Station(StationKind.SERVICE, step.begins_s, title, lost=lost, tone=Tone.GOOD)
        case ChangeOwn():
            title = own_change_title(decision)
            yield Station(StationKind.SERVICE, step.begins_s, title, lost=lost, tone=Tone.GOOD)
        case Monitor() | PickUp() | Park() | Retrieve():
            title = other_call_title(decision)
            yield Station(StationKind.SERVICE, step.begins_s, title, lost=lost, tone=Tone.GOOD)
        case Refuse():
            if lost:
                title = "Nothing else takes the call"
                yield Station(StationKind.BLACKLIST, step.begins_s, title, lost=lost)
        case _:
            assert_never(decision)


def _ring(step: Step, decision: RingExtension, lost: tuple[Considered, ...]) -> Station:
    answer, tone = _PHONES[step.phone or PhoneState.ANSWERS]
    name = f"{decision.number} {decision.display_name}".strip()
    is_there = step.phone is not PhoneState.OFFLINE
    return Station(
        StationKind.RING,
        step.begins_s,
        f"{'Rings' if is_there else 'Looks for'} {name}",
        f"Every registered phone at once, for {decision.ring_timeout_s} s" if is_there else "",
        answer,
        tone,
        lost,
        branches=tuple(_branch(one) for one in step.alternatives),
    )


def _group(step: Step, decision: RingGroup, lost: tuple[Considered, ...]) -> Iterator[Station]:
    how = "one after the other" if len(decision.rounds) > 1 else "at once"
    who = f"Its members {how}, for {decision.ring_timeout_s} s" if decision.members else "Nobody to ring"
    yield Station(
        StationKind.GROUP,
        step.begins_s,
        f"Rings the group {decision.name} ({decision.number})",
        f"{who}{' each' if len(decision.rounds) > 1 else ''}",
        tone=Tone.PLAIN if decision.members else Tone.WARN,
        lost=lost,
        branches=tuple(_branch(one) for one in step.alternatives),
    )
    if step.group is None:
        return
    has_winner = step.group.answered_by is not None
    for one in step.group.rung:
        yield from _member(step, one, is_elsewhere=has_winner and not one.has_answered)
    for member in step.group.untouched:
        name = f"{member.number} {member.display_name}".strip()
        begins_s = step.begins_s + step.group.lasts_s
        yield Station(StationKind.MEMBER, begins_s, name, answer="Not needed", tone=Tone.IDLE)


def _page(step: Step, decision: Page, lost: tuple[Considered, ...]) -> Iterator[Station]:
    title = "Intercom" if decision.is_intercom else f"Pages the group {decision.name} ({decision.number})"
    tone = Tone.PLAIN if decision.members else Tone.WARN
    yield Station(StationKind.GROUP, step.begins_s, title, "Phones answer by themselves", "", tone, lost)
    for one in step.group.rung if step.group is not None else ():
        yield from _member(step, one, is_elsewhere=False)


def _member(step: Step, one: MemberRung, *, is_elsewhere: bool) -> Iterator[Station]:
    member, at_s = one.member, step.begins_s + one.begins_s
    if member.outside is not None:
        for made in one.attempts:
            station = replace(_attempt(step, member.outside, made), at_s=at_s)
            yield (
                replace(station, answer=_ELSEWHERE, tone=Tone.IDLE)
                if (is_elsewhere and made.failure is None)
                else station
            )
        return
    answer, tone = _PHONES[one.phone or PhoneState.OFFLINE]
    if is_elsewhere and one.phone in (PhoneState.ANSWERS, PhoneState.NO_ANSWER):
        answer, tone = _ELSEWHERE, Tone.IDLE
    name = f"{member.number} {member.display_name}".strip()
    yield Station(StationKind.MEMBER, at_s, name, answer=answer, tone=tone)


def _branch(one: Alternative) -> Branch:
    way = tuple(
        station.title + (f" ({station.answer})" if station.answer and station.tone is not Tone.GOOD else "")
        for step in one.steps
        for station in _stations_of(step)
        if station.tone is not Tone.IDLE and station.kind not in (StationKind.HOURS, StationKind.RIGHT)
    )
    return Branch(
        CONDITIONS[one.why], way, end_words(one.end), Tone.GOOD if one.end.is_answered else Tone.BAD
    )


def _attempt(step: Step, decision: DialOut, attempt: Attempt) -> Station:
    words, tone = _TRUNKS[attempt.answer.state]
    if attempt.failure is not None:
        code = attempt.failure.sip_code
        words = f"{words} {code}" if attempt.answer.state is TrunkState.CODE else f"{words} ({code})"
        words += ": on to the next trunk" if attempt.goes_on else ": no other trunk is tried"
    return replace(_trunk(step, decision, attempt.tried, attempt.trunk_name), answer=words, tone=tone)


def _trunk(step: Step, decision: DialOut, tried: TrunkTry, name: str) -> Station:
    sent = tried.headers.request_user
    dialled = "" if sent == decision.number else f"Instead of {decision.number}; r"
    return Station(
        StationKind.TRUNK,
        step.begins_s,
        f"Dials {sent} over {name}",
        f"{dialled or 'R'}ings for up to {decision.ring_timeout_s} s",
        headers=header_lines(tried.headers),
    )


def _end(end: End, at_s: int) -> Station:
    kind = StationKind.ANSWERED if end.is_answered else StationKind.REFUSED
    detail = "" if end.is_answered else f"The caller hears {end.outcome.sip_code}"
    tone = Tone.GOOD if end.is_answered else Tone.BAD
    title = end_words(end) if end.is_answered else end.outcome.reason
    return Station(kind, at_s, title, detail, tone=tone)
