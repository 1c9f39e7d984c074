"""Commands from the web side: to which call, as what, and what is answered. A stranger's call does not exist."""

from __future__ import annotations

from collections.abc import Callable

from sipworker.call.actions import AnswerLater, AnswerRequest
from sipworker.call.command_arguments import ArgumentError
from sipworker.call.commands import NEW_CALLS, read_new_call, read_request
from sipworker.call.requests import InvitationWanted
from sipworker.call.signals import Signal
from sipworker.ports import Command, CommandReply
from sipworker.runtime.callback_orders import CallbackOrders
from sipworker.runtime.registry import LiveCall, Registry
from sipworker.runtime.requested_calls import RequestedCalls

NOT_FOUND = CommandReply(ok=False, code="not_found", message="No such call")
UNKNOWN = CommandReply(ok=False, code="unknown_command", message="The worker does not know this command")
ENDED = CommandReply(ok=False, code="call_ended", message="The call ended before that was done")
DONE = CommandReply(ok=True)
WRONG_STATE = "wrong_state"


Answer = Callable[[CommandReply], None]


class CommandDesk:
    """Takes one command after the other; a call's answer comes while it works off the signal."""

    def __init__(
        self,
        registry: Registry,
        step: Callable[[LiveCall, Signal], None],
        callers: RequestedCalls,
        callbacks: CallbackOrders,
    ) -> None:
        self._registry = registry
        self._callers = callers
        self._callbacks = callbacks
        self._step = step
        self._answers: list[CommandReply | None] = []
        # Of the calls that answer later, those who wait: one for each call.
        self._waiting: dict[str, Answer] = {}
        self._asked = ""

    def carry_out(self, command: Command, answer: Answer) -> None:
        reply = self._reply(command)
        if reply is None:
            self._waiting[command.session_id] = answer
        else:
            answer(reply)

    def _reply(self, command: Command) -> CommandReply | None:
        try:
            if command.name in NEW_CALLS:
                wanted = read_new_call(command.name, command.arguments)
                if isinstance(wanted, InvitationWanted):
                    return self._callers.invite(command, wanted)
                return self._callers.make(command, wanted)
            if command.name in self._callbacks.names:
                return self._callbacks.carry_out(command)
        except ArgumentError as error:
            return _unreadable(error)
        return self._ask(command)

    def _ask(self, command: Command) -> CommandReply | None:
        call = self._registry.find(command.session_id)
        if call is None or call.context.invite.tenant_id != command.tenant_id:
            return NOT_FOUND
        try:
            request = read_request(command.name, command.arguments)
        except KeyError:
            return UNKNOWN
        except ArgumentError as error:
            return _unreadable(error)
        self._answers.clear()
        state = call.journal.state
        self._asked = command.session_id
        try:
            self._step(call, request)
        finally:
            self._asked = ""
        if self._answers:
            return self._answers[0]
        if call.session.is_over:
            return DONE
        message = f"The call {command.session_id} is {state}: {command.name} is not possible now"
        return CommandReply(ok=False, code=WRONG_STATE, message=message, result={"state": state})

    def note(self, call: LiveCall, answer: AnswerRequest | AnswerLater) -> None:
        """A call says what came of what it was asked, now or a while ago."""
        if isinstance(answer, AnswerLater):
            self._answers.append(None)
            return
        reply = CommandReply(not answer.code, answer.code, answer.message, answer.result)
        session_id = call.context.session_id
        if session_id != self._asked and session_id in self._waiting:
            self._waiting.pop(session_id)(reply)
        else:
            self._answers.append(reply)

    def end(self, call: LiveCall) -> None:
        """Nobody waits any longer for a call that is over."""
        if call.context.session_id in self._waiting:
            self._waiting.pop(call.context.session_id)(ENDED)


def _unreadable(error: ArgumentError) -> CommandReply:
    return CommandReply(ok=False, code=error.code, message=str(error))
