"""What the edge must know of trunks, and what of it has to change. Pure; the edge link carries it out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# Flags of the edge's registrations (Kamailio, module uac).
_DISABLED, _UNDER_WAY, _ONLINE = 1, 2, 4


class TrunkState(StrEnum):
    """`ready`: needs no registration. `offline`: a gateway that has not registered here. `unresolved`: the host name is
    known to no name server.
    """

    READY = "ready"
    REGISTERED = "registered"
    REGISTERING = "registering"
    FAILED = "failed"
    OFFLINE = "offline"
    SILENT = "silent"
    UNRESOLVED = "unresolved"
    DISABLED = "disabled"

    @property
    def is_usable(self) -> bool:
        return self in (TrunkState.READY, TrunkState.REGISTERED)


@dataclass(frozen=True, slots=True)
class TrunkAccount:
    """One registration of ours. `user` is the unguessable user part of our contact, and its name at the edge."""

    user: str
    username: str
    domain: str
    authorization_name: str
    password: str
    proxy: str
    expires_s: int
    # Where it is told that we are, and from which of our sockets. Part of the name, and not compared otherwise: the
    # edge's list of its registrations has neither.
    contact: str = field(default="", compare=False)
    socket: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """Users of accounts to take away, then accounts to add. Whoever is in neither stays undisturbed."""

    removed: tuple[str, ...]
    added: tuple[TrunkAccount, ...]


def account_user(trunk_id: int, token: str, *fields: str | int) -> str:
    """Unguessable, and another one after every change: a late answer to the farewell of the registration before
    must not be taken for one to the new one, which the edge finds by this name."""
    digest = hashlib.sha256("\n".join([token, *map(str, fields)]).encode()).hexdigest()
    return f"trk-{trunk_id}-{digest[:16]}"


def account_changes(wanted: Iterable[TrunkAccount], present: Mapping[str, TrunkAccount]) -> AccountChanges:
    """`present` by user. An account whose fields changed is taken away and added anew."""
    by_user = {account.user: account for account in wanted}
    removed = tuple(user for user, account in present.items() if by_user.get(user) != account)
    added = tuple(account for user, account in by_user.items() if present.get(user) != account)
    return AccountChanges(removed, added)


def registration_state(flags: int) -> TrunkState:
    if flags & _DISABLED:
        return TrunkState.DISABLED
    if flags & _ONLINE:
        return TrunkState.REGISTERED
    return TrunkState.REGISTERING if flags & _UNDER_WAY else TrunkState.FAILED
