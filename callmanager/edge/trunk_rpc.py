"""Questions and orders to the edge about trunks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, TypeVar

from callmanager.domain.edge_events import (
    EdgeFormatError,
    EdgeRegistration,
    gateway_contact_parse,
    table_dump_parse,
    trunk_account_dump_parse,
)
from callmanager.domain.trunk_accounts import TrunkAccount, TrunkState
from callmanager.domain.trunk_answers import Answer, answers_parse
from callmanager.edge.rpc import HTTP_FAULT, EdgeRefusedError, EdgeRpc

TrunkTable = Literal["trunks", "trunk_answers"]
Parsed = TypeVar("Parsed")
_PINGED_BY = "sip:ping@edge.invalid"


class TrunkRpc(EdgeRpc):
    def table(self, table: TrunkTable) -> dict[str, str]:
        return self._read("htable.dump", table, parse=table_dump_parse)

    def table_set(self, table: TrunkTable, key: str, value: str) -> None:
        self._call("htable.sets", table, key, value)

    def table_remove(self, table: TrunkTable, key: str) -> None:
        self._call("htable.delete", table, key)

    def has_entry(self, table: TrunkTable, key: str) -> bool:
        return self._call("htable.get", table, key) is not None

    def reload_trunk_addresses(self) -> None:
        self._call("permissions.addressReload")

    def account_add(self, account: TrunkAccount) -> None:
        name, domain = account.username, account.domain
        self._call(
            "uac.reg_add",
            *(account.user, name, domain, name, domain, "", account.authorization_name, account.password, ""),
            *(account.proxy, account.expires_s, 0, 0, account.socket, account.contact),
        )

    def account_remove(self, user: str) -> None:
        """With a word to the provider, which may still be there."""
        self._call("uac.reg_unregister", "l_uuid", user)
        self._call("uac.reg_remove", user)

    def accounts(self) -> dict[str, tuple[TrunkAccount, TrunkState]]:
        return self._read("uac.reg_dump", parse=trunk_account_dump_parse)

    def answers(self) -> dict[str, Answer]:
        return answers_parse(self.table("trunk_answers"))

    def gateway(self, aor: str) -> EdgeRegistration | None:
        asked_at = time.time()
        try:
            found = self._call("ul.lookup", "trunk_location", aor)
        except EdgeRefusedError as refusal:
            # For a moment after its farewell a gateway is known and has no contact.
            if refusal.status != HTTP_FAULT:
                raise
            return None
        try:
            return gateway_contact_parse(found, at=asked_at)
        except EdgeFormatError as error:
            raise EdgeRefusedError(f"ul.lookup: {error}") from error

    def gateway_remove(self, aor: str) -> None:
        self._call("ul.rm", "trunk_location", aor)

    def calls(self, trunk_id: int) -> int:
        size = self._call("dlg.profile_get_size", "trunk", str(trunk_id))
        return size if isinstance(size, int) else 0

    def ping(self, destination: str, socket: str, call_id: str) -> None:
        """Asks whether somebody is there, without waiting; the answer stands in the table afterwards."""
        headers = (
            f"From: <{_PINGED_BY}>;tag={call_id[-8:]}",
            f"To: <{destination}>",
            f"Call-ID: {call_id}",
            "Max-Forwards: 70",
            "",
        )
        self._call("tm.t_uac_start", "OPTIONS", destination, ".", socket or ".", "\r\n".join(headers))

    def _read(self, method: str, *parameters: str | int, parse: Callable[[object], Parsed]) -> Parsed:
        try:
            return parse(self._call(method, *parameters))
        except EdgeFormatError as error:
            raise EdgeRefusedError(f"{method}: {error}") from error
