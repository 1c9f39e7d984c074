"""The wallboard of the tenant in scope. Its queries do not grow with queues, callers or agents."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from callmanager.domain.call_parties import inside_numbers
from callmanager.domain.queue_stay import QueueStay, StayOutcome
from callmanager.domain.wallboard import QueueFigures, agent_shown, waiting_in
from callmanager.fleet.models import Cdr, Registration
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.models import CallQueue
from callmanager.selectors.call_queue import AgentRow, agent_rows, call_queue_list, queues_of_manager
from callmanager.selectors.live_call import live_call_list
from callmanager.selectors.queue_events import running_queue_sessions, stays_of_calls
from callmanager.selectors.queue_stay import queue_figures, queue_stay_list
from tenants.acting import Actor
from tenants.models import Role, Tenant


@dataclass(frozen=True, slots=True)
class WaitingCaller:
    session_id: str
    caller: str
    caller_name: str
    entered_at: datetime
    is_sla_breached: bool
    # Extensions that ring for this caller.
    ringing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WallAgent:
    """`state`: talking, ringing, ready, wrap_up (left in peace after a call, until `rests_until`), paused, offline
    (signed in without a phone) or signed_out. `since`: of what the agent has said of itself.
    """

    number: str
    display_name: str
    state: str
    is_signed_in: bool
    is_paused: bool
    pause_reason: str
    since: datetime | None
    rests_until: datetime | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Of callers who came today and wait no longer. `sla_percent`: for how many the service level was kept; null before
    the first one, and where there is none.
    """

    calls: int
    answered: int
    lost: int
    sla_percent: int | None
    mean_wait_s: int
    longest_wait_s: int


@dataclass(frozen=True, slots=True)
class WallQueue:
    number: str
    name: str
    sla_s: int
    waiting: tuple[WaitingCaller, ...]
    agents: tuple[WallAgent, ...]
    today: DayFigures


@dataclass(frozen=True, slots=True)
class Wallboard:
    """`are_calls_known`: false while nobody can tell who talks."""

    at: datetime
    are_calls_known: bool
    queues: tuple[WallQueue, ...]


@dataclass(frozen=True, slots=True)
class _Floor:
    talking: Collection[str]
    online: Collection[str]
    # Until when agents are left in peace.
    resting: Mapping[str, datetime]
    stays: list[QueueStay]


def wallboard(*, tenant: Tenant, now: datetime, numbers: Collection[str] | None = None) -> Wallboard:
    """`numbers`: of these queues alone."""
    everything = list(call_queue_list())
    queues = [one for one in everything if numbers is None or one.number in numbers]
    sessions = running_queue_sessions()
    talking = _talking(tenant)
    online = Registration.objects.filter(expires_at__gt=now).values_list("username", flat=True).distinct()
    floor = _Floor(talking or (), set(online), _resting(everything, now), stays_of_calls(sessions))
    midnight = now.astimezone(ZoneInfo(tenant.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    figures = dict(queue_figures(since=midnight, without=sessions))
    for stay in floor.stays:
        if stay.left_at is not None and stay.entered_at >= midnight.timestamp():
            figures[stay.queue] = figures.get(stay.queue, QueueFigures()).plus(stay)
    agents: dict[int, list[AgentRow]] = {}
    for row in agent_rows(queues):
        agents.setdefault(row.queue.pk, []).append(row)
    return Wallboard(
        at=now,
        are_calls_known=talking is not None,
        queues=tuple(_queue(one, agents.get(one.pk, []), figures, floor) for one in queues),
    )


def wallboard_numbers(actor: Actor, asked: Collection[str]) -> Collection[str] | None:
    """Of the queues that somebody sees: all for the company's people, those that they manage for extensions."""
    if actor.role != Role.EXTENSION:
        return asked or None
    managed = frozenset(queues_of_manager(actor.user.extension_number).values_list("number", flat=True))
    return managed & frozenset(asked) if asked else managed


def _resting(queues: Sequence[CallQueue], now: datetime) -> dict[str, datetime]:
    """Agents whose call of a queue has just ended: as its records tell, a moment after the worker knows it."""
    wrap_ups = {queue.number: timedelta(seconds=queue.wrap_up_s) for queue in queues if queue.wrap_up_s}
    if not wrap_ups:
        return {}
    since = now - max(wrap_ups.values())
    ended = dict(Cdr.objects.filter(ended_at__gt=since).values_list("session_id", "ended_at"))
    stays = queue_stay_list().filter(session_id__in=ended, queue__in=wrap_ups, outcome=StayOutcome.ANSWERED)
    rests: dict[str, datetime] = {}
    for session_id, queue, agent in stays.values_list("session_id", "queue", "agent"):
        until = ended[session_id] + wrap_ups[queue]
        if until > now:
            rests[agent] = max(until, rests.get(agent, until))
    return rests


def _talking(tenant: Tenant) -> set[str] | None:
    """Extensions with a call that was answered, on either side; None while nobody can tell."""
    try:
        calls = live_call_list(tenant_id=tenant.pk)
    except LiveCallsUnavailable:
        return None
    found: set[str] = set()
    for call in calls:
        if call.answered_at is not None:
            found |= {
                call.answered_number,
                *inside_numbers(call.direction, call.caller_now or call.caller, ""),
            }
    return found - {""}


def _queue(
    queue: CallQueue, agents: list[AgentRow], figures: Mapping[str, QueueFigures], floor: _Floor
) -> WallQueue:
    waiting = waiting_in(floor.stays, queue.number)
    ringing = {number for stay in waiting for number in stay.ringing}
    today = figures.get(queue.number, QueueFigures())
    return WallQueue(
        queue.number,
        queue.name,
        queue.sla_s,
        tuple(
            WaitingCaller(
                stay.session_id,
                stay.caller,
                stay.caller_name,
                datetime.fromtimestamp(stay.entered_at, UTC),
                stay.is_sla_breached,
                stay.ringing,
            )
            for stay in waiting
        ),
        tuple(
            WallAgent(
                row.number,
                row.display_name,
                agent_shown(
                    row.state,
                    row.number,
                    talking=floor.talking,
                    ringing=ringing,
                    online=floor.online,
                    resting=floor.resting,
                ).value,
                row.state.is_signed_in,
                row.state.is_paused,
                row.state.pause_reason,
                datetime.fromtimestamp(row.state.since, UTC) if row.state.since else None,
                floor.resting.get(row.number),
            )
            for row in agents
        ),
        DayFigures(
            today.calls,
            today.answered,
            today.lost,
            today.sla_percent if queue.sla_s else None,
            today.mean_wait_s,
            today.longest_wait_s,
        ),
    )
