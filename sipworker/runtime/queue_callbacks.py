"""Makes the calls that queues have promised: the agent's telephone first, then who did not want to wait on the line."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from callmanager.domain.decisions import Refuse
from sipworker.call.context import CallContext
from sipworker.call.requests import CallWanted
from sipworker.call.session import Feature
from sipworker.features.queue_callback import GivenUpCallback, QueueCallback
from sipworker.ports import SnapshotSource
from sipworker.runtime.queue_desk import QueueDesk
from sipworker.runtime.queue_promises import CallbackDue
from sipworker.runtime.reception import Reception, Room
from sipworker.runtime.requested_calls import invite_of

log = structlog.get_logger(__name__)


class QueueCallbacks:
    def __init__(
        self,
        snapshots: SnapshotSource,
        reception: Reception,
        new_session_id: Callable[[], str],
        room: Callable[[int], Room],
        begin: Callable[[CallContext, Feature], None],
        queues: QueueDesk,
    ) -> None:
        self._snapshots = snapshots
        self._reception = reception
        self._new_session_id = new_session_id
        self._room = room
        self._begin = begin
        self._queues = queues

    def make_due(self) -> None:
        for due in self._queues.take_due():
            self._make(due)

    def _make(self, due: CallbackDue) -> None:
        """With the agent's rights: the dialplan decides as if the agent dialled the number."""
        tenant_id = due.tenant_id
        snapshot = self._snapshots.find(tenant_id)
        queue = snapshot.find_queue(due.queue) if snapshot is not None else None
        if snapshot is None or queue is None:
            self._queues.refuse_back(due)
            return
        wanted = CallWanted(
            due.agent, due.number, queue.agent_ring_timeout_s, shown_name=f"{queue.name}: {due.number}"
        )
        session_id = self._new_session_id()
        invite = invite_of(session_id, tenant_id, snapshot.sip_domain, wanted)
        context, decision = self._reception.receive(invite, self._room(tenant_id), session_id)
        if isinstance(decision, Refuse):
            log.warning("queue.callback_refused", tenant_id=tenant_id, reason=decision.reason)
            if self._queues.refuse_back(due, is_busy=decision.sip_code >= 500):
                self._begin(context, GivenUpCallback(decision, queue.number, due.number, due.place))
            return
        self._queues.ring_back(due, session_id)
        self._begin(context, QueueCallback(context, decision, wanted, queue, due.place))
