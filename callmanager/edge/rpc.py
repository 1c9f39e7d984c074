"""Questions and orders to the edge, by JSON-RPC over HTTP on the loopback."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Literal

from callmanager.domain.edge_events import (
    EdgeAbout,
    EdgeFormatError,
    EdgeRegistration,
    edge_about_parse,
    location_dump_parse,
    rpc_question,
    rpc_result,
)
from callmanager.domain.edge_statistics import EdgeWorker, edge_statistics_parse, edge_workers_parse

HOST = "127.0.0.1"
TIMEOUT_S = 3.0
# Ten thousand registrations take the edge less than a second.
DUMP_TIMEOUT_S = 20.0
HTTP_OK, HTTP_NOT_FOUND, HTTP_FAULT, HTTP_UNAVAILABLE = 200, 404, 500, 503

EdgeCache = Literal["auth", "tenants", "announced"]


class EdgeAwayError(Exception):
    """The edge did not answer; asking again may help."""


class EdgeRefusedError(Exception):
    """The edge answered that it will not; asking again will not help."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class EdgeRpc:
    port: int

    def forget(self, cache: EdgeCache, key: str) -> None:
        """Drop one entry of a cache; one that is not there is as good."""
        self._call("htable.delete", cache, key)

    def forget_all(self) -> None:
        for cache in ("auth", "tenants", "dids"):
            self._call("htable.flush", cache)

    def forget_numbers(self) -> None:
        """Whose number is called: tenants and trunks both have a say."""
        self._call("htable.flush", "dids")

    def let_publish(self, source: str) -> None:
        """Take the states of lamps from this address; a new start of the edge forgets it."""
        self._call("htable.sets", "publishers", source, "1")

    def forbid_to_publish(self, source: str) -> None:
        self._call("htable.delete", "publishers", source)

    def show_lamps(self, domain: str, *, is_on: bool) -> None:
        """Whether calls of this domain's extensions may be watched at all."""
        if is_on:
            self._call("htable.delete", "lamps", f"off:{domain}")
        else:
            self._call("htable.sets", "lamps", f"off:{domain}", "1")

    def reload_workers(self) -> None:
        self._call("dispatcher.reload")

    def uptime_s(self) -> int:
        """The cheapest question there is: whether it answers."""
        result = self._call("core.uptime")
        uptime = result.get("uptime") if isinstance(result, dict) else None
        if not isinstance(uptime, int):
            raise EdgeRefusedError("core.uptime: no number")
        return uptime

    def statistics(self) -> Mapping[str, int]:
        try:
            return edge_statistics_parse(self._call("stats.get_statistics", "all"))
        except EdgeFormatError as error:
            raise EdgeRefusedError(f"stats.get_statistics: {error}") from error

    def workers(self) -> tuple[EdgeWorker, ...]:
        """Those it may send calls to, and whether it does."""
        return edge_workers_parse(self._call("dispatcher.list"))

    def worker_of(self, sip_domain: str) -> str | None:
        """The SIP URI of the worker that calls of this domain go to now; None if there is none."""
        status, answer = self._ask("GET", f"/worker/{sip_domain.lower()}", None, TIMEOUT_S)
        if status == HTTP_OK:
            return answer.decode("ascii", "replace").strip()
        if status == HTTP_UNAVAILABLE:
            return None
        raise EdgeRefusedError(f"worker: status {status}", status)

    def unregister(self, aor: str) -> None:
        self._call("ul.rm", "location", aor)

    def about(self) -> EdgeAbout:
        version, uptime = self._call("core.version"), self._call("core.uptime")
        try:
            return edge_about_parse(version, uptime)
        except EdgeFormatError as error:
            raise EdgeRefusedError(f"core: {error}") from error

    def registrations(self) -> tuple[EdgeRegistration, ...]:
        asked_at = time.time()
        result = self._call("ul.dump", timeout_s=DUMP_TIMEOUT_S)
        try:
            return location_dump_parse(result, at=asked_at)
        except EdgeFormatError as error:
            raise EdgeRefusedError(f"ul.dump: {error}") from error

    def _call(self, method: str, *parameters: str | int, timeout_s: float = TIMEOUT_S) -> object:
        status, answer = self._ask("POST", "/RPC", rpc_question(method, *parameters), timeout_s, method)
        if status == HTTP_NOT_FOUND:
            return None
        if status != HTTP_OK:
            raise EdgeRefusedError(f"{method}: status {status}", status)
        try:
            return rpc_result(answer)
        except EdgeFormatError as error:
            raise EdgeRefusedError(f"{method}: {error}") from error

    def _ask(
        self, verb: str, path: str, body: bytes | None, timeout_s: float, what: str = "worker"
    ) -> tuple[int, bytes]:
        try:
            with closing(HTTPConnection(HOST, self.port, timeout=timeout_s)) as connection:
                connection.request(verb, path, body)
                response = connection.getresponse()
                return response.status, response.read()
        except (OSError, HTTPException) as error:
            raise EdgeAwayError(f"{what}: {type(error).__name__}") from error
