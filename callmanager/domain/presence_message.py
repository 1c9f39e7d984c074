"""The message `extension_presence`: an extension's status is another one. Pure."""

from __future__ import annotations

from callmanager.domain.subscriptions import EXTENSION_EVENTS, EXTENSION_PRESENCE


def presence_message(tenant_id: int, number: str, status: str, *, at: float) -> dict[str, object]:
    """One live event (docs/interfaces.md section 5)."""
    return {
        "topic": EXTENSION_EVENTS,
        "key": EXTENSION_PRESENCE,
        "tenant_id": tenant_id,
        "extensions": [number],
        "sequence": 0,
        "time": at,
        "data": {
            "extension": number,
            "status": status,
            "tenant_id": str(tenant_id),
            "time": str(int(at)),
        },
    }
