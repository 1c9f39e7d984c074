"""Commands from the web side, turned into signals. A stranger's call does not exist."""

from __future__ import annotations

from callmanager.domain.outcome import EndedBy
from sipworker.call.signals import HangUpRequested
from sipworker.ports import Command, CommandReply
from sipworker.runtime.registry import LiveCall, Registry

NOT_FOUND = CommandReply(ok=False, code="not_found", message="No such call")
UNKNOWN = CommandReply(ok=False, code="unknown_command", message="The worker does not know this command")
DONE = CommandReply(ok=True)


def read_command(command: Command, registry: Registry) -> tuple[LiveCall, HangUpRequested] | CommandReply:
    """What to tell which call, or why not."""
    call = registry.find(command.session_id)
    if call is None or call.context.invite.tenant_id != command.tenant_id:
        return NOT_FOUND
    match command.name:
        case "hang_up":
            return call, HangUpRequested(EndedBy.API, "Hung up by request")
        case _:
            return UNKNOWN
