"""Orders about callers whom a queue has promised to call: no call's affair, because theirs is over."""

from __future__ import annotations

from collections.abc import Mapping

from sipworker.call.command_arguments import Arguments
from sipworker.ports import Command, CommandReply, SnapshotSource
from sipworker.runtime.queue_desk import QueueDesk
from sipworker.runtime.queue_promises import KeptCallback
from sipworker.runtime.requested_calls import NOT_LOADED

KEEP, GIVE_BACK = "queue_callback_keep", "queue_callback_give_back"
# Of unix times, in milliseconds.
LATEST_MS = 2**53


class CallbackOrders:
    """`session_id` of each is the call in which the caller waited; it names their place."""

    names = frozenset({KEEP, GIVE_BACK})

    def __init__(self, snapshots: SnapshotSource, queues: QueueDesk) -> None:
        self._snapshots = snapshots
        self._queues = queues

    def carry_out(self, command: Command) -> CommandReply:
        """ArgumentError for what can't be read."""
        if command.name == GIVE_BACK:
            Arguments(command.arguments).finish()
            if self._queues.give_back(command.tenant_id, command.session_id):
                return CommandReply(ok=True)
            return CommandReply(ok=False, code="is_called", message="An agent calls them already")
        return self._keep(command, _read(command.session_id, command.arguments))

    def _keep(self, command: Command, kept: KeptCallback) -> CommandReply:
        snapshot = self._snapshots.find(command.tenant_id)
        if snapshot is None:
            return CommandReply(ok=False, code=NOT_LOADED, message="The company is not loaded yet")
        if snapshot.find_queue(kept.queue) is None:
            return CommandReply(ok=False, code="no_such_queue", message="There is no such queue here")
        is_kept = self._queues.take_over(snapshot, kept)
        return CommandReply(ok=True, result={"is_kept": is_kept})


def _read(place: str, values: Mapping[str, object]) -> KeptCallback:
    arguments = Arguments(values)
    kept = KeptCallback(
        place,
        queue=arguments.text("queue", longest=64),
        number=arguments.text("number", longest=64),
        entered_at=arguments.whole("entered_ms", 0, LATEST_MS) / 1000,
        promised_at=arguments.whole("promised_ms", 0, LATEST_MS) / 1000,
    )
    arguments.finish()
    return kept
