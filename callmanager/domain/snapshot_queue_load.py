"""Reads the call queues of a snapshot, over the same cursor as `snapshot_load`."""

from __future__ import annotations

from collections import defaultdict

from callmanager.domain.agent_state import AgentState
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.queue import AgentEntry, Queue, QueueMember, QueueStrategy
from callmanager.domain.snapshot_destination import with_target
from callmanager.domain.snapshot_routing_load import Execute

# Columns that stand in the queue as they are, under these names.
_PLAIN = (
    *(
        "queue_id",
        "number",
        "name",
        "outbound_caller_id",
        "ring_duration_s",
        "agent_ring_timeout_s",
        "max_wait_s",
    ),
    *(
        "wrap_up_s",
        "sla_s",
        "skips_busy",
        "keeps_waiting",
        "is_ready_automatically",
        "is_intro_heard_in_full",
    ),
    *(
        "language",
        "announces_position",
        "announces_hold_time",
        "announcement_interval_s",
        "is_sticky",
        "callback_key",
    ),
    *("min_skill_level", "skill_relax_s", "is_recorded"),
)

_QUEUES_SQL = with_target("""
    SELECT made.strategy, made.action, <target>, made.id, made.number, made.name, made.outbound_caller_id,
           made.ring_duration_s, made.agent_ring_timeout_s, made.max_wait_s, made.wrap_up_s, made.sla_s,
           made.skips_busy, made.keeps_waiting, made.is_ready_automatically, made.is_intro_heard_in_full, made.language,
           made.announces_position, made.announces_hold_time, made.announcement_interval_s, made.is_sticky,
           made.callback_key, made.min_skill_level, made.skill_relax_s, made.is_recorded
      FROM callmanager_callqueue AS made
<joins>
     ORDER BY length(made.number), made.number
""")

_MEMBERS_SQL = """
    SELECT member.queue_id, extension.number, member.skill_level
      FROM callmanager_callqueuemember AS member
      JOIN callmanager_extension AS extension ON extension.id = member.extension_id AND extension.is_enabled
     ORDER BY member.queue_id, member.position
"""

_MANAGERS_SQL = """
    SELECT manager.queue_id, extension.number
      FROM callmanager_callqueuemanager AS manager
      JOIN callmanager_extension AS extension ON extension.id = manager.extension_id
"""

_SOUNDS_SQL = "SELECT queue_id, use, stored_name FROM callmanager_callqueuesound"

_AGENTS_SQL = """
    SELECT line.number, extension.number, agent.is_signed_in, agent.is_paused, agent.pause_reason,
           extract(epoch FROM agent.since)::float
      FROM callmanager_queueagent AS agent
      JOIN callmanager_callqueue AS line ON line.id = agent.queue_id
      JOIN callmanager_extension AS extension ON extension.id = agent.extension_id
     ORDER BY agent.id
"""


# Where the files of a use stand below the company's.
_FOLDERS = {"intro": "prompt", "music": "music", "callback": "prompt"}


def load_queues(execute: Execute, schema_name: str) -> tuple[Queue, ...]:
    members: defaultdict[int, list[QueueMember]] = defaultdict(list)
    for owner, number, skill_level in execute(_MEMBERS_SQL, ()):
        members[owner].append(QueueMember(number, skill_level))
    managers: defaultdict[int, set[str]] = defaultdict(set)
    for owner, number in execute(_MANAGERS_SQL, ()):
        managers[owner].add(number)
    sounds = {
        (owner, use): f"{schema_name}/{_FOLDERS[use]}/{stored_name}"
        for owner, use, stored_name in execute(_SOUNDS_SQL, ())
    }
    return tuple(
        Queue(
            **dict(zip(_PLAIN, plain, strict=True)),
            strategy=QueueStrategy(strategy),
            members=tuple(members[plain[0]]),
            managers=frozenset(managers[plain[0]]),
            music=tuple(filter(None, [sounds.get((plain[0], "music"))])),
            intro_prompt=sounds.get((plain[0], "intro"), ""),
            callback_prompt=sounds.get((plain[0], "callback"), ""),
            no_answer=Destination(DestinationKind(action), target),
        )
        for strategy, action, target, *plain in execute(_QUEUES_SQL, ())
    )


def load_agents(execute: Execute) -> tuple[AgentEntry, ...]:
    return tuple(
        AgentEntry(queue, number, AgentState(is_signed_in, is_paused, pause_reason, since))
        for queue, number, is_signed_in, is_paused, pause_reason, since in execute(_AGENTS_SQL, ())
    )
