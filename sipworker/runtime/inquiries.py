"""What calls ask of others who need a while: mailboxes in the database, and companies' own servers."""

from __future__ import annotations

from sipworker.call.mailbox_actions import MailboxAction
from sipworker.call.server_actions import AskServer, ServerAnswered
from sipworker.call.signals import MailboxSignal, PinChecked
from sipworker.ports import Ports
from sipworker.runtime.mailbox_desk import MailboxDesk
from sipworker.runtime.registry import LiveCall


class Inquiries:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._mailboxes = MailboxDesk(ports.mailboxes, ports.clock)

    def perform(self, call: LiveCall, action: MailboxAction | AskServer) -> PinChecked | None:
        """The answer, if it is known by now."""
        if not isinstance(action, AskServer):
            return self._mailboxes.perform(call, action)
        context = call.context
        self._ports.servers.ask(context.session_id, context.invite.tenant_id, action)
        return None

    def take(self) -> tuple[tuple[str, MailboxSignal | ServerAnswered], ...]:
        """What was answered since the last time, by session id."""
        return (*self._ports.mailboxes.take(), *self._ports.servers.take())
