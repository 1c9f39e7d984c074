"""What becomes of calls to an extension by its owner's status, the hour and why nobody answers (manual 5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.destination import Destination


class PresenceStatus(StrEnum):
    """What a person says of themselves."""

    AVAILABLE = "available"
    AWAY = "away"
    DO_NOT_DISTURB = "do_not_disturb"
    LUNCH = "lunch"
    BUSINESS_TRIP = "business_trip"


class ForwardStatus(StrEnum):
    """The statuses of people, and the one they do not choose: no phone is registered."""

    AVAILABLE = "available"
    AWAY = "away"
    DO_NOT_DISTURB = "do_not_disturb"
    LUNCH = "lunch"
    BUSINESS_TRIP = "business_trip"
    OFFLINE = "offline"


class ForwardHours(StrEnum):
    OFFICE_HOURS = "office_hours"
    OUTSIDE_OFFICE_HOURS = "outside_office_hours"


class ForwardWhen(StrEnum):
    """`always`: the phones do not even ring. Offline knows this one only."""

    ALWAYS = "always"
    BUSY = "busy"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class ForwardRule:
    """One cell of an extension's table; there is at most one for each status, hours and reason.

    `ring_timeout_s` is how long the phones ring before `no_answer`; 0: as the extension says.
    """

    status: ForwardStatus
    during: ForwardHours
    when: ForwardWhen
    destination: Destination
    ring_timeout_s: int = 0


@dataclass(frozen=True, slots=True)
class Forwards:
    """What holds for an extension at one moment."""

    always: Destination | None = None
    busy: Destination | None = None
    no_answer: Destination | None = None
    offline: Destination | None = None
    ring_timeout_s: int = 0


NO_FORWARDS = Forwards()


def forward_now(rule: ForwardRule, status: PresenceStatus, *, is_office_hour: bool) -> bool:
    """Whether this cell of the table can matter now; one for phones that are not there does whatever the status."""
    during = ForwardHours.OFFICE_HOURS if is_office_hour else ForwardHours.OUTSIDE_OFFICE_HOURS
    return rule.during is during and rule.status in (ForwardStatus(status), ForwardStatus.OFFLINE)


def forwards_at(rules: Iterable[ForwardRule], status: PresenceStatus, *, is_office_hour: bool) -> Forwards:
    """The cells of the table that apply now."""
    during = ForwardHours.OFFICE_HOURS if is_office_hour else ForwardHours.OUTSIDE_OFFICE_HOURS
    present = {(rule.status, rule.when): rule for rule in rules if rule.during is during}
    if not present:
        return NO_FORWARDS
    now = ForwardStatus(status)

    def destination(status: ForwardStatus, when: ForwardWhen) -> Destination | None:
        rule = present.get((status, when))
        return rule.destination if rule is not None else None

    no_answer = present.get((now, ForwardWhen.NO_ANSWER))
    return Forwards(
        always=destination(now, ForwardWhen.ALWAYS),
        busy=destination(now, ForwardWhen.BUSY),
        no_answer=destination(now, ForwardWhen.NO_ANSWER),
        offline=destination(ForwardStatus.OFFLINE, ForwardWhen.ALWAYS),
        ring_timeout_s=no_answer.ring_timeout_s if no_answer is not None else 0,
    )
