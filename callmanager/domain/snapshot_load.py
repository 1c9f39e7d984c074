"""Reads a TenantSnapshot with plain value queries over any DB-API cursor. No driver, no ORM.

The caller owns the transaction: REPEATABLE READ READ ONLY, so that all queries see one revision.
"""

from __future__ import annotations

import json
from collections import defaultdict

from callmanager.domain.call_exceptions import CallException, ReceivedDuring
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.music import MusicOrder, TenantMusic
from callmanager.domain.recording import Announcement, RecordingPolicy
from callmanager.domain.rights import GroupEntry, MonitorScope, Right
from callmanager.domain.schedule import ALL_WEEK, Interval
from callmanager.domain.schedule_rows import holiday_of, office_intervals
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.snapshot_caller_load import load_queue_callers
from callmanager.domain.snapshot_conference_load import load_conferences
from callmanager.domain.snapshot_destination import with_target
from callmanager.domain.snapshot_group_load import load_auto_answer, load_ring_groups
from callmanager.domain.snapshot_mailbox_load import load_mailboxes
from callmanager.domain.snapshot_queue_load import load_agents, load_queues
from callmanager.domain.snapshot_receptionist_load import load_receptionists
from callmanager.domain.snapshot_routing_load import (
    Execute,
    load_dial_codes,
    load_forwards,
    load_inbound_rules,
    load_numbers,
    load_outbound_rules,
    load_trunks,
)
from callmanager.domain.week_hours import parse_intervals

_TENANT_SQL = """
    SELECT schema_name, name, sip_domain, is_enabled, config_rev, time_zone, max_simultaneous_calls,
           country, are_audio_calls_recorded, is_recorded_in_two_tracks, recording_announcement,
           may_extensions_record
      FROM public.tenants_tenant
     WHERE id = %s
"""

# A parameter instead of a name built into SQL; `true` = until the end of the transaction only.
_ENTER_SCHEMA_SQL = "SELECT set_config('search_path', quote_ident(%s), true)"

_EXTENSIONS_SQL = """
    SELECT number, display_name, is_enabled, ring_timeout_s, time_zone,
           CASE WHEN has_own_hours THEN week::text END, status, did, outbound_caller_id, emergency_caller_id,
           may_set_caller_id, is_decline_final, max_external_calls, max_external_minutes_per_day, is_audio_recorded
      FROM callmanager_extension
     ORDER BY length(number), number
"""

_EXCEPTIONS_SQL = with_target("""
    SELECT extension.number, made.caller_mask, made.received_during, made.action,
           <target>
      FROM callmanager_extensionexception AS made
      JOIN callmanager_extension AS extension ON extension.id = made.extension_id
<joins>
     ORDER BY made.extension_id, made.position
""")

_GROUPS_SQL = """
    SELECT id, name, monitor_scope, may_see_members, may_see_member_calls, may_use_console, may_page,
           may_call_external
      FROM callmanager_extensiongroup
     ORDER BY id
"""
_GROUP_RIGHTS = (
    Right.SEE_MEMBERS,
    Right.SEE_MEMBER_CALLS,
    Right.USE_CONSOLE,
    Right.PAGE,
    Right.CALL_EXTERNAL,
)

_MEMBERS_SQL = """
    SELECT membership.group_id, extension.number
      FROM callmanager_groupmembership AS membership
      JOIN callmanager_extension AS extension ON extension.id = membership.extension_id
"""

_MONITORS_SQL = """
    SELECT monitor.group_id, extension.number
      FROM callmanager_groupmonitor AS monitor
      JOIN callmanager_extensiongroup AS chosen ON chosen.id = monitor.group_id
      JOIN callmanager_extension AS extension ON extension.id = monitor.extension_id
     WHERE chosen.is_monitoring_allowed
"""

_OFFICE_HOURS_SQL = "SELECT is_always_open, week::text FROM callmanager_officehours"

_HOLIDAYS_SQL = """
    SELECT name, first_day, last_day, starts_at, ends_at, is_every_year
      FROM callmanager_holiday
     ORDER BY first_day, starts_at, name
"""

_MUSIC_SQL = 'SELECT is_enabled, "order" FROM callmanager_musiconhold'

_MUSIC_FILES_SQL = "SELECT stored_name FROM callmanager_musicfile ORDER BY position"

_ANNOUNCEMENT_SQL = "SELECT stored_name FROM callmanager_recordingannouncement"

_REVISIONS_SQL = "SELECT id, config_rev FROM public.tenants_tenant"


def load_snapshot(execute: Execute, tenant_id: int) -> TenantSnapshot | None:
    """The tenant's configuration at its present revision; None when there is no such tenant (any more)."""
    rows = execute(_TENANT_SQL, (tenant_id,))
    if not rows:
        return None
    (
        schema_name,
        name,
        sip_domain,
        is_enabled,
        config_rev,
        time_zone,
        max_simultaneous_calls,
        country,
        *recording,
    ) = rows[0]
    execute(_ENTER_SCHEMA_SQL, (schema_name,))
    return TenantSnapshot(
        tenant_id=tenant_id,
        tenant_name=name,
        sip_domain=sip_domain,
        is_enabled=is_enabled,
        config_rev=config_rev,
        time_zone=time_zone,
        max_simultaneous_calls=max_simultaneous_calls,
        extensions=_load_extensions(execute, schema_name),
        groups=_load_groups(execute),
        office_intervals=_load_office_intervals(execute),
        holidays=tuple(holiday_of(*row) for row in execute(_HOLIDAYS_SQL, ())),
        music=_load_music(execute, schema_name),
        trunks=load_trunks(execute, tenant_id),
        inbound_rules=load_inbound_rules(execute),
        outbound_rules=load_outbound_rules(execute),
        numbers=load_numbers(execute, country),
        ring_groups=load_ring_groups(execute),
        auto_answer=load_auto_answer(execute),
        receptionists=load_receptionists(execute, schema_name),
        queues=load_queues(execute, schema_name),
        agents=load_agents(execute),
        queue_callers=load_queue_callers(execute, schema_name, country),
        conferences=load_conferences(execute),
        dial_codes=load_dial_codes(execute),
        recording=_recording_policy(
            *recording, own_announcement=_load_own_announcement(execute, schema_name)
        ),
    )


def _recording_policy(
    is_all_recorded: bool,
    is_two_tracks: bool,
    announcement: str,
    may_extensions_record: bool,
    *,
    own_announcement: str,
) -> RecordingPolicy:
    return RecordingPolicy(
        is_all_recorded, is_two_tracks, Announcement(announcement), may_extensions_record, own_announcement
    )


def _load_own_announcement(execute: Execute, schema_name: str) -> str:
    rows = execute(_ANNOUNCEMENT_SQL, ())
    return f"{schema_name}/prompt/{rows[0][0]}" if rows else ""


def _load_extensions(execute: Execute, schema_name: str) -> tuple[ExtensionEntry, ...]:
    exceptions: defaultdict[str, list[CallException]] = defaultdict(list)
    for number, caller_mask, received_during, action, target in execute(_EXCEPTIONS_SQL, ()):
        destination = Destination(DestinationKind(action), target)
        exceptions[number].append(CallException(caller_mask, ReceivedDuring(received_during), destination))
    forwards = load_forwards(execute)
    mailboxes = load_mailboxes(execute, schema_name)
    return tuple(
        ExtensionEntry(
            number=number,
            display_name=display_name,
            is_enabled=is_enabled,
            ring_timeout_s=ring_timeout_s,
            time_zone=time_zone,
            own_intervals=None if week is None else parse_intervals(json.loads(week)),
            exceptions=tuple(exceptions.get(number, ())),
            status=PresenceStatus(status),
            forwards=forwards.get(number, ()),
            mailbox=mailboxes.get(number),
            did=did.removeprefix("+"),
            outbound_caller_id=outbound_caller_id,
            emergency_caller_id=emergency_caller_id,
            may_set_caller_id=may_set_caller_id,
            is_decline_final=is_decline_final,
            max_external_calls=max_external_calls,
            max_external_minutes_per_day=max_external_minutes_per_day,
            is_recorded=is_recorded,
        )
        for (
            number,
            display_name,
            is_enabled,
            ring_timeout_s,
            time_zone,
            week,
            status,
            did,
            outbound_caller_id,
            emergency_caller_id,
            may_set_caller_id,
            is_decline_final,
            max_external_calls,
            max_external_minutes_per_day,
            is_recorded,
        ) in execute(_EXTENSIONS_SQL, ())
    )


def _load_music(execute: Execute, schema_name: str) -> TenantMusic:
    """Where `tenants.files` keeps them, below its directory."""
    files = tuple(f"{schema_name}/music/{name}" for (name,) in execute(_MUSIC_FILES_SQL, ()))
    rows = execute(_MUSIC_SQL, ())
    is_enabled, order = rows[0] if rows else (True, MusicOrder.RANDOM_PER_DAY)
    return TenantMusic(is_enabled, MusicOrder(order), files)


def _load_office_intervals(execute: Execute) -> tuple[Interval, ...]:
    rows = execute(_OFFICE_HOURS_SQL, ())
    if not rows:
        return ALL_WEEK
    is_always_open, week = rows[0]
    return office_intervals(is_always_open=is_always_open, week=json.loads(week))


def _load_groups(execute: Execute) -> tuple[GroupEntry, ...]:
    members, monitors = _numbers_by_group(execute, _MEMBERS_SQL), _numbers_by_group(execute, _MONITORS_SQL)
    return tuple(
        GroupEntry(
            group_id=group_id,
            name=name,
            rights=frozenset(right for right, is_given in zip(_GROUP_RIGHTS, given, strict=True) if is_given),
            members=frozenset(members[group_id]),
            monitors=frozenset(monitors[group_id]),
            monitor_scope=MonitorScope(monitor_scope),
        )
        for group_id, name, monitor_scope, *given in execute(_GROUPS_SQL, ())
    )


def _numbers_by_group(execute: Execute, sql: str) -> defaultdict[int, list[str]]:
    numbers: defaultdict[int, list[str]] = defaultdict(list)
    for group_id, number in execute(sql, ()):
        numbers[group_id].append(number)
    return numbers


def load_revisions(execute: Execute) -> dict[int, int]:
    """{tenant id: config_rev} of every tenant: what a worker compares after it lost its connection."""
    rows: list[tuple[int, int]] = execute(_REVISIONS_SQL, ())
    return dict(rows)
