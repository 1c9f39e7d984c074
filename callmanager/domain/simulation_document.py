"""A simulated call as a plain document, for REST."""

from __future__ import annotations

from typing import Any, assert_never

from callmanager.domain.call_simulation import Alternative, End, Simulation, Step
from callmanager.domain.call_story import end_words, header_lines, lines_of, tell
from callmanager.domain.call_trace import Considered
from callmanager.domain.decisions import (
    AnswerMenu,
    ChangeOwn,
    CheckMessages,
    Decision,
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
from callmanager.domain.menu_simulation import MenuHeard
from callmanager.domain.menu_story import choice_words
from callmanager.domain.simulated_attempts import Attempt
from callmanager.domain.snapshot import TenantSnapshot


def simulation_document(simulation: Simulation, snapshot: TenantSnapshot) -> dict[str, Any]:
    call = simulation.asked.call
    return {
        "caller": call.caller,
        "trunk": call.trunk_id or None,
        "called": call.dialled,
        "at": simulation.asked.at,
        "time_zone": snapshot.time_zone,
        "end": end_document(simulation.end),
        "rules": list(simulation.rules),
        "rung": list(simulation.rung),
        "steps": [_step(step) for step in simulation.steps],
        "text": lines_of(tell(simulation, snapshot)),
    }


def end_document(end: End) -> dict[str, Any]:
    return {
        "kind": end.kind.value,
        "answered_by": end.answered_by,
        "trunk": end.trunk_id or None,
        "trunk_name": end.trunk_name,
        "status": end.outcome.status.value,
        "sip_code": end.outcome.sip_code,
        "reason": end.outcome.reason,
        "text": end_words(end),
    }


def _step(step: Step) -> dict[str, Any]:
    decision = step.decision
    return {
        "kind": _kind(decision),
        "because": step.why.value if step.why else None,
        "begins_s": step.begins_s,
        "considered": [_considered(one) for one in step.considered],
        "ring": _ring(decision, step) if isinstance(decision, RingExtension) else None,
        "group": _group(decision, step) if isinstance(decision, RingGroup | Page) else None,
        "menu": _menu(decision, step.menu) if isinstance(decision, AnswerMenu) and step.menu else None,
        "dial": _dial(decision, step) if isinstance(decision, DialOut) else None,
        "alternatives": [_alternative(one) for one in step.alternatives],
    }


def _kind(decision: Decision) -> str:
    match decision:
        case RingExtension():
            return "ring"
        case RingGroup():
            return "ring_group"
        case Page():
            return "page"
        case AnswerMenu():
            return "receptionist"
        case EnterQueue():
            return "call_queue"
        case EnterConference():
            return "conference"
        case DialOut():
            return "dial"
        case (
            EchoTest()
            | ToneTest()
            | LeaveMessage()
            | CheckMessages()
            | Monitor()
            | PickUp()
            | Park()
            | Retrieve()
            | ChangeOwn()
            | RecordPrompt()
        ):
            return "service"
        case Refuse():
            return "refuse"
    assert_never(decision)


def _menu(decision: AnswerMenu, heard: MenuHeard) -> dict[str, Any]:
    return {
        "number": decision.number,
        "name": decision.name,
        "is_closed": decision.is_closed,
        "pressed": [
            {"keys": one.keys, "read_as": one.read_as.value, "leads_to": choice_words(one.choice)}
            for one in heard.pressed
        ],
        "options": [{"keys": keys, "leads_to": choice_words(choice)} for keys, choice in heard.options],
    }


def _considered(one: Considered) -> dict[str, Any]:
    return {"what": one.what, "name": one.name, "is_taken": one.is_taken, "reason": one.reason}


def _ring(decision: RingExtension, step: Step) -> dict[str, Any]:
    return {
        "number": decision.number,
        "display_name": decision.display_name,
        "ring_timeout_s": decision.ring_timeout_s,
        "phones": step.phone.value if step.phone else None,
    }


def _group(decision: RingGroup | Page, step: Step) -> dict[str, Any]:
    rounds = decision.rounds if isinstance(decision, RingGroup) else (decision.members,)
    rung = step.group.rung if step.group is not None else ()
    return {
        "number": decision.number,
        "name": decision.name,
        "ring_timeout_s": decision.ring_timeout_s,
        "rounds": [[member.number for member in together] for together in rounds],
        "members": [_member(one) for one in rung],
    }


def _member(one: MemberRung) -> dict[str, Any]:
    return {
        "number": one.member.number,
        "is_outside": one.member.outside is not None,
        "begins_s": one.begins_s,
        "phones": one.phone.value if one.phone else None,
        "attempts": [_attempt(made) for made in one.attempts],
        "has_answered": one.has_answered,
    }


def _dial(decision: DialOut, step: Step) -> dict[str, Any]:
    return {
        "number": decision.number,
        "on_behalf_of": decision.on_behalf_of,
        "is_emergency": decision.is_emergency,
        "ring_timeout_s": decision.ring_timeout_s,
        "attempts": [_attempt(one) for one in step.attempts]
        + [_untried(tried, name) for tried, name in step.untried],
    }


def _attempt(one: Attempt) -> dict[str, Any]:
    return {
        **_untried(one.tried, one.trunk_name),
        "is_tried": True,
        "answer": one.answer.state.value,
        "sip_code": one.failure.sip_code if one.failure else None,
        "goes_on": one.goes_on,
    }


def _untried(tried: TrunkTry, name: str) -> dict[str, Any]:
    headers = [{"name": header, "value": value} for header, value in header_lines(tried.headers)]
    return {
        "trunk": tried.trunk_id,
        "trunk_name": name,
        "number": tried.headers.request_user,
        "headers": headers,
        "is_tried": False,
        "answer": None,
        "sip_code": None,
        "goes_on": False,
    }


def _alternative(one: Alternative) -> dict[str, Any]:
    return {
        "because": one.why.value,
        "steps": [_kind(step.decision) for step in one.steps],
        "end": end_document(one.end),
    }
