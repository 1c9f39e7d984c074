"""Which running calls a changed configuration ends. Pure; a worker asks for every call of a tenant that changed."""

from __future__ import annotations

from collections.abc import Collection

from callmanager.domain.snapshot import TenantSnapshot


def disconnection_reason(
    caller: str | None, partners: Collection[str], snapshot: TenantSnapshot | None
) -> str | None:
    """Why this call may not go on; None if it may.

    `caller` is None for somebody outside. `partners` are the extensions that are talked to, or that ring; one of
    them is enough for the call to go on.
    """
    if snapshot is None:
        return "Tenant deleted"
    if not snapshot.is_enabled:
        return "Tenant disabled"
    if caller is not None and not _is_enabled(caller, snapshot):
        return "Extension disabled"
    if partners and not any(_is_enabled(number, snapshot) for number in partners):
        return "Extension disabled"
    return None


def _is_enabled(number: str, snapshot: TenantSnapshot) -> bool:
    extension = snapshot.find_extension(number)
    return extension is not None and extension.is_enabled
