"""Application to edge: where providers are and how we register there. Edge to application: how that goes.

The edge asks no resolver and keeps no trunk over a restart: names are resolved here, and what the edge has is
compared with what it should have whenever a trunk changes, once a minute, and when the edge has forgotten something.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from django.conf import settings

from callmanager.domain.trunk_accounts import (
    EdgeTrunk,
    TrunkAccount,
    TrunkState,
    account_changes,
    account_user,
    sip_destination,
)
from callmanager.edge.notifications import Notifications
from callmanager.edge.rpc import EdgeRpc
from callmanager.edge.running import Working
from callmanager.fleet.models import Trunk, TrunkAuthentication
from callmanager.services.trunk_status import trunk_addresses_replace, trunk_states_record

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

RELOAD = "trunks reload"
WATCH_EVERY_S = 2.0
RESOLVE_EVERY_S = 60.0
DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


@dataclass(slots=True)
class TrunkLink:
    rpc: EdgeRpc
    _wanted: dict[int, EdgeTrunk] = field(default_factory=dict)
    _states: dict[int, TrunkState] = field(default_factory=dict)

    def work(self, stopping: threading.Event, is_working: Working) -> None:
        notifications = Notifications()
        self._wanted.clear()
        applied_at = self._apply()
        is_working()
        while not stopping.is_set():
            has_changed = RELOAD in notifications.take(WATCH_EVERY_S)
            if has_changed or time.monotonic() > applied_at + RESOLVE_EVERY_S or not self._watch():
                applied_at = self._apply()

    def _apply(self) -> float:
        trunks = list(Trunk.objects.order_by("pk"))
        resolved = {trunk.pk: _addresses_of(trunk) for trunk in trunks if trunk.is_enabled}
        trunk_addresses_replace(addresses=resolved)
        self.rpc.reload_trunk_addresses()
        self.rpc.forget_numbers()
        wanted = {
            trunk.pk: _edge_trunk(trunk, resolved[trunk.pk][0]) for trunk in trunks if resolved.get(trunk.pk)
        }
        self._set_destinations(wanted)
        self._set_accounts(each.account for each in wanted.values() if each.account is not None)
        self._wanted = wanted
        self._states = {trunk.pk: _state_without_registration(trunk, wanted) for trunk in trunks}
        self._watch()
        return time.monotonic()

    def _set_destinations(self, wanted: dict[int, EdgeTrunk]) -> None:
        for trunk_id in self._wanted.keys() - wanted.keys():
            self.rpc.trunk_forget(trunk_id)
        for trunk_id, trunk in wanted.items():
            if self._wanted.get(trunk_id) != trunk:
                self.rpc.trunk_destination_set(trunk_id, trunk.destination)
                if trunk.account is not None:
                    self.rpc.trunk_account_set(trunk_id, trunk.account.user)

    def _set_accounts(self, wanted: Iterable[TrunkAccount]) -> None:
        present = {user: account for user, (account, _) in self.rpc.trunk_accounts().items()}
        changes = account_changes(wanted, present)
        for user in changes.removed:
            self.rpc.trunk_account_remove(user)
        for account in changes.added:
            self.rpc.trunk_account_add(account, settings.PBX_TRUNK_CONTACT)
        if changes.removed or changes.added:
            log.info("edge_link.trunk_accounts", removed=len(changes.removed), added=len(changes.added))

    def _watch(self) -> bool:
        """Notes how the registrations go; False if the edge has forgotten one."""
        present = self.rpc.trunk_accounts()
        for trunk_id, trunk in self._wanted.items():
            if trunk.account is None:
                continue
            if trunk.account.user not in present:
                return False
            self._states[trunk_id] = present[trunk.account.user][1]
        trunk_states_record(
            states=self._states, addresses={each.trunk_id: each.destination for each in self._wanted.values()}
        )
        return True


def _edge_trunk(trunk: Trunk, address: str) -> EdgeTrunk:
    port = trunk.port
    if trunk.outbound_proxy:
        port = trunk.outbound_proxy_port or DEFAULT_PORTS[trunk.transport]
    destination = sip_destination(address, port, trunk.transport)
    account = None
    if trunk.authentication == TrunkAuthentication.REGISTER:
        username = trunk.username or trunk.authorization_name
        told = (username, trunk.host, trunk.authorization_name, trunk.password, destination)
        account = TrunkAccount(
            user=account_user(trunk.pk, trunk.contact_token, *told, trunk.reregister_interval_s),
            username=username,
            domain=trunk.host,
            authorization_name=trunk.authorization_name,
            password=trunk.password,
            proxy=destination,
            expires_s=trunk.reregister_interval_s,
        )
    return EdgeTrunk(trunk.pk, destination, account)


def _addresses_of(trunk: Trunk) -> tuple[str, ...]:
    """Of the outbound proxy if there is one; IPv4 first. A gateway that registers here is found elsewhere."""
    if trunk.authentication == TrunkAuthentication.ACCEPT_REGISTER:
        return ()
    host = (trunk.outbound_proxy or trunk.host).removeprefix("[").removesuffix("]")
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError as error:
        log.warning("edge_link.trunk_unresolved", trunk=trunk.pk, error=type(error).__name__)
        return ()
    ordered = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in ordered))


def _state_without_registration(trunk: Trunk, wanted: dict[int, EdgeTrunk]) -> TrunkState:
    if not trunk.is_enabled:
        return TrunkState.DISABLED
    if trunk.authentication == TrunkAuthentication.ACCEPT_REGISTER:
        return TrunkState.REGISTERING
    if trunk.pk not in wanted:
        return TrunkState.UNRESOLVED
    return TrunkState.READY if trunk.authentication == TrunkAuthentication.IP else TrunkState.REGISTERING
