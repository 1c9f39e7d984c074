"""How live events travel through Redis: published at once, and kept a while for those who were away. Pure."""

from __future__ import annotations

from collections.abc import Mapping

# Per tenant. Whoever was away for more has to read the lists anew.
HISTORY_EVENTS = 5_000
HISTORY_S = 900

# One step, so that the number an event is published with is the one it is kept under. ARGV[1] is a JSON object.
PUBLISH = """
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'event', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('PUBLISH', KEYS[2], '{"id":"' .. id .. '",' .. string.sub(ARGV[1], 2))
"""


def channel_of(tenant_id: object) -> str:
    return f"pbx:events:{tenant_id}"


def history_of(tenant_id: object) -> str:
    return f"pbx:history:{tenant_id}"


def publish_arguments(tenant_id: object, message: str) -> tuple[str, ...]:
    """Of PUBLISH, for a message that is a JSON object: two keys, three values."""
    return (history_of(tenant_id), channel_of(tenant_id), message, str(HISTORY_EVENTS), str(HISTORY_S))


def event_position(event: Mapping[str, object]) -> tuple[int, int] | None:
    """Where in its tenant's history an event stands; None if it was not kept."""
    event_id = event.get("id")
    return position_of(event_id) if isinstance(event_id, str) else None


def position_of(event_id: str) -> tuple[int, int] | None:
    """Positions of one tenant compare as the events followed each other."""
    milliseconds, dash, count = event_id.partition("-")
    if not dash or not _is_number(milliseconds) or not _is_number(count):
        return None
    return int(milliseconds), int(count)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19
