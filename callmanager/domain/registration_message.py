"""The message `extension_register`: which contacts of one extension came and went. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from callmanager.domain.edge_events import EdgeRegistration
from callmanager.domain.subscriptions import EXTENSION_EVENTS


def registration_message(
    tenant_id: int,
    number: str,
    *,
    registered: Iterable[EdgeRegistration] = (),
    removed: Iterable[EdgeRegistration] = (),
    at: float,
) -> dict[str, object]:
    """One live event (docs/interfaces.md section 5); all contacts belong to this extension."""
    return {
        "topic": EXTENSION_EVENTS,
        "key": "extension_register",
        "tenant_id": tenant_id,
        "extensions": [number],
        "sequence": 0,
        "time": at,
        "data": {
            "extension": number,
            "tenant_id": str(tenant_id),
            "time": str(int(at)),
            "registration_contacts": [_contact(registration, at) for registration in registered],
            "removed_contacts": [_contact(registration, at) for registration in removed],
        },
    }


def _contact(registration: EdgeRegistration, at: float) -> dict[str, str]:
    return {
        "contact_uri": registration.contact,
        "expires": str(max(registration.expires_at - int(at), 0)),
        "instance": registration.instance,
        "last_update": str(int(at)),
        "public_address": registration.source.partition(":")[2],
        "received_from": registration.source,
        "reg_id": str(registration.reg_id),
        "user_agent": registration.user_agent,
    }
