"""Control over running calls: whose call it is, for which side somebody acts, and what the worker made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from callmanager.domain.live_call import CallSide, LiveCall
from callmanager.selectors.live_call import live_call_list
from callmanager.selectors.music import music_file_list
from callmanager.selectors.person import call_numbers_of, hang_up_numbers_of
from callmanager.services.live_call import ANSWER_TIMEOUT_S, LiveCallNotFound, live_call_command
from tenants.models import Tenant

# A telephone is asked over the network, and may take its time; the worker gives up a moment earlier.
TELEPHONE_ANSWERS_S = 7.0


class NotYourCall(PermissionError):
    """Seen, but not theirs to control."""


class CallNotChosen(RuntimeError):
    """Of several calls none was named, or the one that is named is not the extension's. `code` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Controller:
    """Who gives orders. `numbers` are the extensions it may act for, `seen` those whose calls it sees; None: all."""

    tenant: Tenant
    numbers: frozenset[str] | None = None
    seen: frozenset[str] | None = None
    own_number: str = ""

    @classmethod
    def of_extension(cls, tenant: Tenant, number: str) -> Controller:
        """Itself, and the members that it may change as a manager."""
        return cls(tenant, hang_up_numbers_of(number=number), call_numbers_of(number=number), number)

    def may_act_for(self, number: str) -> bool:
        return self.numbers is None or number in self.numbers

    def may_act_on(self, call: LiveCall) -> bool:
        return self.numbers is None or call.concerns_any(self.numbers)

    def sees(self, call: LiveCall) -> bool:
        return self.seen is None or call.is_shown_to(self.own_number, self.seen)


def controlled_call_list(*, controller: Controller) -> list[LiveCall]:
    """Those it sees, oldest first."""
    return [call for call in live_call_list(tenant_id=controller.tenant.pk) if controller.sees(call)]


def controlled_call_get(*, controller: Controller, session_id: str) -> LiveCall:
    """What is not seen does not exist; what is seen need not be theirs to control."""
    for call in controlled_call_list(controller=controller):
        if call.session_id == session_id:
            if not controller.may_act_on(call):
                raise NotYourCall(f"You may see call {session_id} but not control it.")
            return call
    raise LiveCallNotFound(session_id)


def controlled_side(*, controller: Controller, call: LiveCall, wanted: str) -> CallSide:
    """The side that somebody acts for: as wanted, or their own; an extension acts for nobody else."""
    sides = [side for side in CallSide if _may_act_for_side(controller, call, side)]
    if wanted:
        if CallSide(wanted) not in sides:
            raise NotYourCall(f"You may not act for the {wanted} of call {call.session_id}.")
        return CallSide(wanted)
    if len(sides) != 1:
        raise CallNotChosen(
            "side_required", f"Say for which side of call {call.session_id}: caller or callee."
        )
    return sides[0]


def _may_act_for_side(controller: Controller, call: LiveCall, side: CallSide) -> bool:
    return controller.numbers is None or call.extension_on(side) in controller.numbers


def redirecting_extension(*, controller: Controller, call: LiveCall) -> str:
    """The extension that sends a ringing call on: one that is rung there; empty for people of the company.

    Who calls is none of them: it would call outside with the rights of whom it calls.
    """
    if controller.numbers is None:
        return ""
    return _rung_extension(controller, call)


def _rung_extension(controller: Controller, call: LiveCall) -> str:
    """Itself where it is rung; else the last one of those it may act for."""
    rung = [number for number in reversed(call.rung) if controller.may_act_for(number)]
    own = [number for number in rung if number == controller.own_number]
    if not rung:
        raise NotYourCall(f"Call {call.session_id} rings at no extension that you may act for.")
    return (own or rung)[0]


def answering_extension(*, controller: Controller, call: LiveCall, wanted: str) -> str:
    """Whose telephone is told to answer; empty: the worker knows whether there is only one."""
    if wanted and not controller.may_act_for(wanted):
        raise NotYourCall(f"You may not answer calls of extension {wanted}.")
    return wanted if wanted or controller.numbers is None else _rung_extension(controller, call)


def extension_call_choose(
    *,
    controller: Controller,
    number: str,
    session_id: str,
    is_wanted: Callable[[LiveCall, CallSide], bool],
) -> tuple[LiveCall, CallSide]:
    """The call that an extension has, and its side there; where it has several, the one that is wanted."""
    calls = [
        (call, side)
        for call in controlled_call_list(controller=controller)
        if (side := call.side_of(number)) is not None
    ]
    if session_id:
        named = [(call, side) for call, side in calls if call.session_id == session_id]
        if not named:
            raise LiveCallNotFound(session_id)
        return named[0]
    if not calls:
        raise LiveCallNotFound(number)
    wanted = [(call, side) for call, side in calls if is_wanted(call, side)] or calls
    if len(wanted) > 1:
        ids = ", ".join(call.session_id for call, _ in wanted)
        raise CallNotChosen("several_calls", f"Extension {number} has several calls, name one: {ids}.")
    return wanted[0]


def call_command(
    *,
    controller: Controller,
    call: LiveCall,
    command: str,
    arguments: Mapping[str, object],
    timeout_s: float = ANSWER_TIMEOUT_S,
) -> Mapping[str, object]:
    return live_call_command(
        tenant_id=controller.tenant.pk,
        session_id=call.session_id,
        command=command,
        arguments=arguments,
        timeout_s=timeout_s,
    )


def call_redirect(*, controller: Controller, call: LiveCall, target: str, mailbox: str = "") -> str:
    """Where it rings now. One of `target` and `mailbox` is empty."""
    extension = redirecting_extension(controller=controller, call=call)
    named = {name: value for name, value in (("target", target), ("mailbox", mailbox)) if value}
    result = call_command(
        controller=controller, call=call, command="redirect", arguments={**named, "extension": extension}
    )
    return str(result.get("number", ""))


def call_answer(*, controller: Controller, call: LiveCall, extension: str = "") -> str:
    """Whose telephone has answered: of several that ring the one of `extension`."""
    asked = answering_extension(controller=controller, call=call, wanted=extension)
    result = call_command(
        controller=controller,
        call=call,
        command="answer",
        arguments={"extension": asked} if asked else {},
        timeout_s=TELEPHONE_ANSWERS_S,
    )
    return str(result.get("extension_number", "") or asked)


def rung_call_choose(*, controller: Controller, number: str, session_id: str) -> LiveCall:
    """The call that rings at an extension; where several do, the one that is named."""
    calls = [
        call
        for call in controlled_call_list(controller=controller)
        if call.answered_at is None and number in call.rung
    ]
    if session_id:
        calls = [call for call in calls if call.session_id == session_id]
    if not calls:
        raise LiveCallNotFound(number)
    if len(calls) > 1:
        ids = ", ".join(call.session_id for call in calls)
        raise CallNotChosen("several_calls", f"Several calls ring at extension {number}, name one: {ids}.")
    return calls[0]


def music_sounds(*, tenant: Tenant, music_file_ids: list[int]) -> list[str]:
    """What the worker calls these files, in this order; KeyError for one that the tenant in scope does not have."""
    names = dict(music_file_list().filter(pk__in=music_file_ids).values_list("pk", "stored_name"))
    return [f"stored:{tenant.schema_name}/music/{names[file_id]}" for file_id in music_file_ids]
