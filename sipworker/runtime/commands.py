"""Commands from the web side: to which call, as what, and what is answered. A stranger's call does not exist."""

from __future__ import annotations

from collections.abc import Callable

from sipworker.call.actions import AnswerRequest
from sipworker.call.command_arguments import ArgumentError
from sipworker.call.commands import NEW_CALLS, read_new_call, read_request
from sipworker.call.signals import Signal
from sipworker.ports import Command, CommandReply
from sipworker.runtime.registry import LiveCall, Registry
from sipworker.runtime.requested_calls import RequestedCalls

NOT_FOUND = CommandReply(ok=False, code="not_found", message="No such call")
UNKNOWN = CommandReply(ok=False, code="unknown_command", message="The worker does not know this command")
DONE = CommandReply(ok=True)
WRONG_STATE = "wrong_state"


class CommandDesk:
    """Takes one command after the other; a call's answer comes while it works off the signal."""

    def __init__(
        self, registry: Registry, step: Callable[[LiveCall, Signal], None], callers: RequestedCalls
    ) -> None:
        self._registry = registry
        self._callers = callers
        self._step = step
        self._answers: list[CommandReply] = []

    def carry_out(self, command: Command) -> CommandReply:
        try:
            if command.name in NEW_CALLS:
                return self._callers.make(command, read_new_call(command.name, command.arguments))
        except ArgumentError as error:
            return _unreadable(error)
        return self._ask(command)

    def _ask(self, command: Command) -> CommandReply:
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
        self._step(call, request)
        if self._answers:
            return self._answers[0]
        if call.session.is_over:
            return DONE
        message = f"The call {command.session_id} is {state}: {command.name} is not possible now"
        return CommandReply(ok=False, code=WRONG_STATE, message=message, result={"state": state})

    def note(self, answer: AnswerRequest) -> None:
        """A call says what came of what it was asked."""
        self._answers.append(
            CommandReply(ok=not answer.code, code=answer.code, message=answer.message, result=answer.result)
        )


def _unreadable(error: ArgumentError) -> CommandReply:
    return CommandReply(ok=False, code=error.code, message=str(error))
