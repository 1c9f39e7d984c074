"""The document that goes down to the workers: all that is needed to route one tenant's calls, frozen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Self, get_type_hints

from callmanager.domain.agent_state import AgentState
from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.dial_codes import MANUAL_CODES, DialCodes
from callmanager.domain.did_pool import DidPool, parse_did_pool
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.inbound_rules import InboundRule, InboundRules
from callmanager.domain.music import COMMON_MUSIC, TenantMusic
from callmanager.domain.number_policy import NO_POLICY, NumberJudge, NumberPolicy
from callmanager.domain.outbound_rules import OutboundRule, OutboundRules
from callmanager.domain.paging import COMMON_AUTO_ANSWER, AutoAnswer
from callmanager.domain.plain_rows import from_plain, to_plain
from callmanager.domain.queue import AgentEntry, Queue
from callmanager.domain.queue_callers import NO_CALLERS, QueueCallers
from callmanager.domain.receptionist import ReceptionistEntry
from callmanager.domain.recording import NOTHING_RECORDED, RecordingPolicy
from callmanager.domain.rights import GroupEntry, Right, group_ids_by_number, rights_by_number
from callmanager.domain.ring_groups import RingGroupEntry
from callmanager.domain.schedule import ALL_WEEK, Holiday, Interval, Schedule
from callmanager.domain.trunk_entry import TrunkEntry

SCHEMA_VERSION = 19
NO_NUMBERS = DidPool()


__all__ = ["SCHEMA_VERSION", "ExtensionEntry", "SnapshotFormatError", "TenantSnapshot"]


class SnapshotFormatError(ValueError):
    """A stored snapshot was written by another version of this module."""


@dataclass(frozen=True, slots=True)
class TenantSnapshot:
    """One tenant's configuration at one revision; a running call keeps the one it started with."""

    tenant_id: int
    tenant_name: str
    sip_domain: str
    is_enabled: bool
    config_rev: int
    time_zone: str
    extensions: tuple[ExtensionEntry, ...] = ()
    groups: tuple[GroupEntry, ...] = ()
    office_intervals: tuple[Interval, ...] = ALL_WEEK
    holidays: tuple[Holiday, ...] = ()
    # None: as many as there is room for.
    max_simultaneous_calls: int | None = None
    music: TenantMusic = COMMON_MUSIC
    trunks: tuple[TrunkEntry, ...] = ()
    inbound_rules: tuple[InboundRule, ...] = ()
    # In the tenant's order of priority.
    outbound_rules: tuple[OutboundRule, ...] = ()
    numbers: NumberPolicy = NO_POLICY
    dial_codes: DialCodes = MANUAL_CODES
    ring_groups: tuple[RingGroupEntry, ...] = ()
    recording: RecordingPolicy = NOTHING_RECORDED
    auto_answer: AutoAnswer = COMMON_AUTO_ANSWER
    receptionists: tuple[ReceptionistEntry, ...] = ()
    queues: tuple[Queue, ...] = ()
    queue_callers: QueueCallers = NO_CALLERS
    # As stored; a worker may know of later ones.
    agents: tuple[AgentEntry, ...] = ()
    conferences: tuple[ConferenceRoom, ...] = ()
    schema_version: int = SCHEMA_VERSION
    _by_number: dict[str, ExtensionEntry] = field(init=False, repr=False, compare=False, default_factory=dict)
    _rights: dict[str, frozenset[Right]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _group_ids: dict[str, frozenset[int]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _ring_groups: dict[str, RingGroupEntry] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _receptionists: dict[str, ReceptionistEntry] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    queues_by_number: dict[str, Queue] = field(init=False, repr=False, compare=False, default_factory=dict)
    _conferences: dict[str, ConferenceRoom] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _agents: dict[tuple[str, str], AgentState] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _by_did: dict[str, ExtensionEntry] = field(init=False, repr=False, compare=False, default_factory=dict)
    _trunks: dict[int, TrunkEntry] = field(init=False, repr=False, compare=False, default_factory=dict)
    _pools: dict[int, DidPool] = field(init=False, repr=False, compare=False, default_factory=dict)
    # Kept, because each remembers the days it was asked for.
    _schedules: dict[tuple[str, tuple[Interval, ...]], Schedule] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    number_judge: NumberJudge = field(init=False, repr=False, compare=False)
    inbound: InboundRules = field(init=False, repr=False, compare=False)
    outbound: OutboundRules = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_number.update({entry.number: entry for entry in self.extensions})
        self._by_did.update({entry.did.removeprefix("+"): entry for entry in self.extensions if entry.did})
        self._ring_groups.update({group.number: group for group in self.ring_groups})
        self._receptionists.update({desk.number: desk for desk in self.receptionists})
        self.queues_by_number.update({queue.number: queue for queue in self.queues})
        self._conferences.update({room.number: room for room in self.conferences})
        self._agents.update({(one.queue, one.number): one.state for one in self.agents})
        self._rights.update(rights_by_number(self.groups))
        self._group_ids.update(group_ids_by_number(self.groups))
        self._trunks.update({trunk.trunk_id: trunk for trunk in self.trunks})
        self._pools.update({trunk.trunk_id: parse_did_pool(trunk.did_pool) for trunk in self.trunks})
        object.__setattr__(self, "number_judge", NumberJudge(self.numbers))
        object.__setattr__(self, "inbound", InboundRules(self.inbound_rules))
        object.__setattr__(self, "outbound", OutboundRules(self.outbound_rules))

    def find_extension(self, number: str) -> ExtensionEntry | None:
        """The extension with this number, enabled or not."""
        return self._by_number.get(number)

    def find_ring_group(self, number: str) -> RingGroupEntry | None:
        return self._ring_groups.get(number)

    def is_number_used(self, number: str) -> bool:
        """By an extension, enabled or not, a ring group, a receptionist, a queue or a conference room."""
        others = (self._ring_groups, self._receptionists, self.queues_by_number, self._conferences)
        return number in self._by_number or any(number in numbers for numbers in others)

    def find_receptionist(self, number: str) -> ReceptionistEntry | None:
        return self._receptionists.get(number)

    def find_queue(self, number: str) -> Queue | None:
        return self.queues_by_number.get(number)

    def find_conference(self, number: str) -> ConferenceRoom | None:
        return self._conferences.get(number)

    def agent_state(self, queue: str, number: str) -> AgentState:
        """As stored; whoever was never told of is signed in where the queue signs in by itself."""
        found = self._agents.get((queue, number))
        if found is not None:
            return found
        entry = self.queues_by_number.get(queue)
        return AgentState(is_signed_in=entry is not None and entry.is_ready_automatically)

    def rights_of(self, number: str) -> frozenset[Right]:
        """What the groups of this extension allow it, taken together; nothing for an unknown number."""
        return self._rights.get(number, frozenset())

    def group_ids_of(self, number: str) -> frozenset[int]:
        """The groups of this extension; none for an unknown number."""
        return self._group_ids.get(number, frozenset())

    def find_extension_by_did(self, did: str) -> ExtensionEntry | None:
        """The extension that has this number as its own; `did` without `+`."""
        return self._by_did.get(did)

    def find_trunk(self, trunk_id: int) -> TrunkEntry | None:
        """A trunk that is lent to this tenant, enabled or not."""
        return self._trunks.get(trunk_id)

    def pool_of(self, trunk_id: int) -> DidPool:
        """The tenant's numbers on a trunk; none on a trunk that it does not have."""
        return self._pools.get(trunk_id, NO_NUMBERS)

    @property
    def office_hours(self) -> Schedule:
        """The company's own hours, in its time zone."""
        return self.schedule(self.office_intervals)

    def hours_of(self, extension: ExtensionEntry) -> Schedule:
        """Its own hours if it has some, else the company's; in its own time zone if it has one."""
        own = extension.own_intervals
        return self.schedule(self.office_intervals if own is None else own, extension.time_zone)

    def schedule(self, intervals: tuple[Interval, ...], time_zone: str = "") -> Schedule:
        """Hours of somebody's own, with the company's holidays, in another time zone if one is given."""
        key = (time_zone, intervals)
        found = self._schedules.get(key)
        if found is None:
            found = self._schedules[key] = Schedule(time_zone or self.time_zone, intervals, self.holidays)
        return found

    def to_json(self) -> dict[str, object]:
        """A plain mapping for the worker's last good copy on disk."""
        return {name: to_plain(getattr(self, name)) for name in _field_names()}

    def json_pieces(self) -> Iterator[str]:
        """The same as text, row by row: one call for all of it would keep Python from the thread that owns the calls,
        and the tree of it would set the collector going.
        """
        before = "{"
        for name in _field_names():
            value = getattr(self, name)
            yield f'{before}"{name}": '
            if isinstance(value, tuple):
                yield "["
                for number, row in enumerate(value):
                    yield ("," if number else "") + json.dumps(to_plain(row))
                yield "]"
            else:
                yield json.dumps(to_plain(value))
            before = ",\n"
        yield "}"

    @classmethod
    def from_json(cls, document: dict[str, object]) -> Self:
        """Read back what `to_json` wrote; raises SnapshotFormatError for any other version."""
        if document.get("schema_version") != SCHEMA_VERSION:
            raise SnapshotFormatError(f"schema_version {document.get('schema_version')!r}")
        kinds = get_type_hints(cls)
        return cls(**{name: from_plain(kinds[name], document[name]) for name in _field_names()})


def _field_names() -> Iterator[str]:
    return (one.name for one in fields(TenantSnapshot) if one.init)
