"""A provider over TLS that has to show a certificate which was looked at: what comes from another is no answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tests.live.edge.conftest import PROVIDER_TRUNK
from tests.live.edge.edge_process import Edge
from tests.live.edge.endpoints import Endpoint, Worker
from tests.live.edge.messages import Header, unique
from tests.live.edge.tls_listener import TlsListener
from tests.phones.waiting import PATIENCE_S, until

TRUNK: Header = ("X-PBX-Trunk", str(PROVIDER_TRUNK))
PING, LOST = f"ping:{PROVIDER_TRUNK}", f"lost:{PROVIDER_TRUNK}"
WRONG = "0" * 64


class Place:
    """Where the provider is, and what the edge is told of it."""

    def __init__(self, edge: Edge, host: str) -> None:
        folder = edge.directory
        self._edge = edge
        transport = TlsListener(host, certificate=folder / "edge.crt", key=folder / "edge.key")
        self.provider = Endpoint(transport)
        self.shown = hashlib.sha256((folder / "edge.crt").read_bytes()).hexdigest()
        self.place = f"{transport.host}:{transport.port}"
        self.uri = f"sip:{self.place};transport=tls"
        self._edge.rpc("htable.sets", "trunks", f"to:{PROVIDER_TRUNK}", self.uri)
        for key in (PING, LOST):
            self._edge.rpc("htable.sets", "trunk_answers", key, "")

    def allow(self, *fingerprints: str) -> None:
        self._edge.rpc("htable.sets", "trunks", f"tls:{self.place}", "|".join(fingerprints))

    def ask(self) -> None:
        """As the edge link asks whether somebody is there; it is answered."""
        call_id = f"trunk-ping-{PROVIDER_TRUNK}-{int(unique('a')[1:], 16):x}"
        headers = f"From: <sip:ping@edge.invalid>;tag=1\r\nTo: <{self.uri}>\r\nCall-ID: {call_id}\r\n"
        self._edge.rpc("tm.t_uac_start", "OPTIONS", self.uri, ".", ".", headers)
        self.provider.send(self.provider.expect("OPTIONS").answer(200))

    def wait_answer(self, key: str, code: str) -> None:
        """What is still told of an earlier provider in the same place does not count."""
        until(
            lambda: self._value(key).split("|")[1:2] == [code], PATIENCE_S, f"{key} is answered with {code}"
        )

    def _value(self, key: str) -> str:
        found = self._edge.rpc("htable.get", "trunk_answers", key)
        return str(found["item"]["value"])

    def close(self) -> None:
        for key in (f"to:{PROVIDER_TRUNK}", f"tls:{self.place}"):
            self._edge.rpc("htable.delete", "trunks", key)
        for key in (PING, LOST):
            self._edge.rpc("htable.delete", "trunk_answers", key)
        self.provider.close()


@pytest.fixture(params=["127.0.0.2", "::1"])
def place(edge: Edge, request: pytest.FixtureRequest) -> Iterator[Place]:
    place = Place(edge, request.param)
    yield place
    place.close()


def test_a_call_goes_over_a_connection_that_has_answered_with_the_right_certificate(
    place: Place, worker: Worker
) -> None:
    place.allow(WRONG, place.shown)
    call = worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
    assert worker.expect_final("INVITE", of=call).start_line == "SIP/2.0 503 Trunk Connection Not Verified"
    place.wait_answer(LOST, "503")
    place.ask()
    place.wait_answer(PING, "200")
    worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
    received = place.provider.expect("INVITE")
    place.provider.send(received.answer(486))
    worker.expect("INVITE", 486)


def test_another_certificate_is_no_answer_and_gets_no_call(place: Place, worker: Worker) -> None:
    place.allow(WRONG)
    place.ask()
    place.wait_answer(PING, "437")
    call = worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
    assert worker.expect_final("INVITE", of=call).start_line == "SIP/2.0 503 Trunk Connection Not Verified"


def test_where_nobody_asks_for_a_certificate_any_will_do(place: Place, worker: Worker) -> None:
    worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
    received = place.provider.expect("INVITE")
    place.provider.send(received.answer(486))
    worker.expect("INVITE", 486)


def test_a_connection_that_is_gone_is_not_taken_for_one_that_was_looked_at(
    place: Place, worker: Worker
) -> None:
    place.allow(place.shown)
    place.ask()
    place.wait_answer(PING, "200")
    place.provider.transport.close()

    def is_refused() -> bool:
        call = worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
        return "Not Verified" in worker.expect_final("INVITE", of=call).start_line

    until(is_refused, 5, "the edge has seen that the connection is gone")


def test_a_connection_over_tls_is_kept_as_long_as_one_over_tcp(place: Place, edge: Edge) -> None:
    place.ask()
    rows = edge.rpc("core.tcp_list")
    assert {row["lifetime"] for row in rows} == {7260}
    assert "TLS" in {row["type"] for row in rows}
