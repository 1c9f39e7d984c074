"""The phones themselves, calling each other without a PBX between them: what they report must be true."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.phones.config import PhoneConfig
from tests.phones.phone import Phone, PhoneBench, PhoneError
from tests.phones.waiting import until

pytestmark = pytest.mark.live


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Phone, Phone]]:
    alice_port, bob_port = _free_udp_port(), _free_udp_port()
    directory: Path = tmp_path_factory.mktemp("phones")

    def config(number: str, own_port: int, other_port: int, tone_hz: int) -> PhoneConfig:
        return PhoneConfig(
            number,
            "127.0.0.1",
            "",
            "127.0.0.1",
            other_port,
            tone_hz=tone_hz,
            local_port=own_port,
            codecs=("opus",),
        )

    with PhoneBench(directory) as bench:
        yield (
            bench.phone(config("101", alice_port, bob_port, 500)),
            bench.phone(config("102", bob_port, alice_port, 700)),
        )


def test_each_phone_hears_the_tone_of_the_other_and_not_its_own(pair: tuple[Phone, Phone]) -> None:
    alice, bob = pair
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    answered = bob.wait_incoming()
    call.wait_heard(700)
    answered.wait_heard(500)
    assert call.codec == "opus"
    alice.speak(5000)
    answered.wait_heard(5000)
    alice.speak(0)
    answered.wait_heard()
    call.hang_up()
    answered.wait_over()
    assert answered.final_statistics["rx_packets"] > 0
    alice.forget_calls()
    bob.forget_calls()


def test_a_phone_reports_the_code_the_reason_and_the_headers_it_was_given(pair: tuple[Phone, Phone]) -> None:
    alice, bob = pair
    bob.on_incoming(final=486, reason="Not now")
    call = alice.dial("102", headers={"X-Note": "hello"}).wait_over()
    assert (call.code, call.reason) == (486, "Not now")
    assert call.received("INVITE", 486) is not None
    assert bob.wait_incoming().messages[0].header("x-note") == "hello"
    alice.forget_calls()
    bob.forget_calls()


def test_digits_and_hold_arrive_at_the_other_phone(pair: tuple[Phone, Phone]) -> None:
    alice, bob = pair
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    answered = bob.wait_incoming().wait_confirmed()
    call.wait_heard(700)
    call.send_dtmf("12#")
    until(lambda: answered.digits == "12#", 5)
    call.hold()
    until(lambda: answered.media_status == "remote_hold", 5)
    call.unhold()
    until(lambda: answered.media_status == "active", 5)
    answered.wait_heard(500)
    alice.forget_calls()
    answered.wait_over()


def test_a_phone_whose_process_died_says_so(tmp_path: Path) -> None:
    with PhoneBench(tmp_path) as bench:
        phone = bench.phone(PhoneConfig("109", "127.0.0.1", "", "127.0.0.1", 9))
        phone.kill()
        with pytest.raises(PhoneError, match=r"109@127\.0\.0\.1"):
            phone.dial("102")
