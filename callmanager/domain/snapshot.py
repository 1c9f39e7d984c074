"""The document that goes down to the workers: all that is needed to route one tenant's calls, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from callmanager.domain.extension_entry import ExtensionEntry, entry_from_row, entry_to_row
from callmanager.domain.music import COMMON_MUSIC, MusicOrder, TenantMusic
from callmanager.domain.rights import GroupEntry, MonitorScope, Right, rights_by_number
from callmanager.domain.schedule import ALL_WEEK, Holiday, Interval, Schedule
from callmanager.domain.schedule_rows import schedule_from_json, schedule_to_json

SCHEMA_VERSION = 6


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
    schema_version: int = SCHEMA_VERSION
    _by_number: dict[str, ExtensionEntry] = field(init=False, repr=False, compare=False, default_factory=dict)
    _rights: dict[str, frozenset[Right]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_number.update({entry.number: entry for entry in self.extensions})
        self._rights.update(rights_by_number(self.groups))

    def find_extension(self, number: str) -> ExtensionEntry | None:
        """The extension with this number, enabled or not."""
        return self._by_number.get(number)

    def rights_of(self, number: str) -> frozenset[Right]:
        """What the groups of this extension allow it, taken together; nothing for an unknown number."""
        return self._rights.get(number, frozenset())

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
        return Schedule(time_zone or self.time_zone, intervals, self.holidays)

    def to_json(self) -> dict[str, object]:
        """A plain mapping for the worker's last good copy on disk."""
        return {
            "schema_version": self.schema_version,
            "tenant_id": self.tenant_id,
            "tenant_name": self.tenant_name,
            "sip_domain": self.sip_domain,
            "is_enabled": self.is_enabled,
            "config_rev": self.config_rev,
            "time_zone": self.time_zone,
            "max_simultaneous_calls": self.max_simultaneous_calls,
            "extensions": [entry_to_row(entry) for entry in self.extensions],
            "groups": [_group_to_row(group) for group in self.groups],
            "office_hours": schedule_to_json(self.office_hours),
            "music": [self.music.is_enabled, self.music.order.value, list(self.music.files)],
        }

    @classmethod
    def from_json(cls, document: dict[str, object]) -> Self:
        """Read back what `to_json` wrote; raises SnapshotFormatError for any other version."""
        if document.get("schema_version") != SCHEMA_VERSION:
            raise SnapshotFormatError(f"schema_version {document.get('schema_version')!r}")
        fields = dict(document)
        rows, groups = fields.pop("extensions"), fields.pop("groups")
        office_hours = schedule_from_json(fields.pop("office_hours"))
        music = _music_from_row(fields.pop("music"))
        if not isinstance(rows, list) or not isinstance(groups, list):
            raise SnapshotFormatError("extensions or groups is not a list")
        return cls(
            extensions=tuple(entry_from_row(row) for row in rows),
            groups=tuple(_group_from_row(*row) for row in groups),
            office_intervals=office_hours.intervals,
            holidays=office_hours.holidays,
            music=music,
            **fields,  # type: ignore[arg-type]
        )


def _group_to_row(group: GroupEntry) -> list[object]:
    return [
        group.group_id,
        group.name,
        sorted(group.rights),
        sorted(group.members),
        sorted(group.monitors),
        group.monitor_scope,
    ]


def _group_from_row(
    group_id: int, name: str, rights: list[str], members: list[str], monitors: list[str], monitor_scope: str
) -> GroupEntry:
    return GroupEntry(
        group_id,
        name,
        frozenset(map(Right, rights)),
        frozenset(members),
        frozenset(monitors),
        MonitorScope(monitor_scope),
    )


def _music_from_row(row: Any) -> TenantMusic:
    is_enabled, order, files = row
    return TenantMusic(is_enabled, MusicOrder(order), tuple(files))
