"""How a trunk fares, in the words of the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from callmanager.domain.trunk_accounts import TrunkState
from callmanager.fleet.models import Trunk
from callmanager.selectors.trunk import trunk_state, trunk_status_find

STATE_WORDS = {
    TrunkState.READY: "Ready",
    TrunkState.REGISTERED: "Registered",
    TrunkState.REGISTERING: "Registering",
    TrunkState.FAILED: "Registration failed",
    TrunkState.OFFLINE: "Not registered",
    TrunkState.SILENT: "Does not answer",
    TrunkState.UNRESOLVED: "Host unknown",
    TrunkState.DISABLED: "Disabled",
}
# Of the theme's labels.
STATE_CLASSES = {
    TrunkState.READY: "success",
    TrunkState.REGISTERED: "success",
    TrunkState.REGISTERING: "info",
    TrunkState.FAILED: "danger",
    TrunkState.OFFLINE: "danger",
    TrunkState.SILENT: "danger",
    TrunkState.UNRESOLVED: "danger",
    TrunkState.DISABLED: "warning",
}
_PILLS = {"success": "td-good", "info": "td-info", "danger": "td-bad", "warning": "td-warn"}


@dataclass(frozen=True, slots=True)
class StatusWords:
    """Also of a trunk that was made a moment ago, and that nobody has looked at yet."""

    state: TrunkState
    since: datetime | None = None
    round_trip_ms: float | None = None
    calls: int = 0
    address: str = ""
    error_code: int | None = None
    error_reason: str = ""
    error_at: datetime | None = None

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def pill(self) -> str:
        return _PILLS[STATE_CLASSES[self.state]]

    @property
    def is_usable(self) -> bool:
        return self.state.is_usable

    @property
    def since_words(self) -> str:
        return duration_words(self.since) if self.since is not None else ""

    @property
    def round_trip(self) -> str:
        if self.round_trip_ms is None:
            return "–"
        return f"{self.round_trip_ms:.0f} ms" if self.round_trip_ms >= 10 else f"{self.round_trip_ms:.1f} ms"


def status_of(trunk: Trunk) -> StatusWords:
    status = trunk_status_find(trunk)
    if status is None:
        return StatusWords(trunk_state(trunk))
    return StatusWords(
        state=TrunkState(status.state),
        since=status.since,
        round_trip_ms=status.round_trip_ms,
        calls=status.calls,
        address=status.address.removeprefix("sip:"),
        error_code=status.error_code,
        error_reason=status.error_reason,
        error_at=status.error_at,
    )


def duration_words(since: datetime) -> str:
    """The two largest units: 3 d 4 h."""
    seconds = max(int((timezone.now() - since).total_seconds()), 0)
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((place for place, (count, _) in enumerate(units) if count), len(units) - 1)
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2] if count or unit == "s")
