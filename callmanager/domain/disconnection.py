"""Which running calls a changed configuration ends. Pure; a worker asks for every call of a tenant that changed."""

from __future__ import annotations

from collections.abc import Collection

from callmanager.domain.snapshot import TenantSnapshot


def disconnection_reason(
    talking: Collection[str], ringing: Collection[str], snapshot: TenantSnapshot | None
) -> str | None:
    """Why this call may not go on; None if it may. People outside are no concern of this.

    `talking` are the extensions that are in the call, before an answer the one that calls; `ringing` those that would
    take it: one of them is enough for the call to go on.
    """
    if snapshot is None:
        return "Tenant deleted"
    if not snapshot.is_enabled:
        return "Tenant disabled"
    if not all(_is_enabled(number, snapshot) for number in talking):
        return "Extension disabled"
    if ringing and not any(_is_enabled(number, snapshot) for number in ringing):
        return "Extension disabled"
    return None


def _is_enabled(number: str, snapshot: TenantSnapshot) -> bool:
    extension = snapshot.find_extension(number)
    return extension is not None and extension.is_enabled
