"""`make demo-call`: 101 calls 102 on the running system; both hear the other, and the CDR is stored."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from callmanager.domain.media_quality import loss_percent, mean_opinion_score
from deploy.stack.signals import signals_as_exit
from tests.phones.calls import PhoneCall
from tests.phones.demo_system import DemoSystem, DemoSystemError
from tests.phones.phone import Phone, PhoneBench
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import until

TENANT = "demo"
CALLER, CALLEE = "101", "102"
# Long enough for a first RTCP report from each side.
TALK_PACKETS = 300
CDR_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Side:
    """What one phone measured."""

    number: str
    own_tone_hz: int
    other_tone_hz: int
    levels: dict[int, float]
    codec: str
    statistics: dict[str, float]


def main() -> int:
    started = time.monotonic()
    try:
        system = DemoSystem.load(Path(os.environ.get("PBX_STATE_DIR", "var")))
        with (
            signals_as_exit(),
            tempfile.TemporaryDirectory(prefix="demo-call-") as directory,
            PhoneBench(Path(directory)) as bench,
        ):
            call, sides = _call(system, bench)
            cdr = _stored_cdr(system, call)
    except (DemoSystemError, AssertionError) as error:
        print(f"demo-call failed: {error}", file=sys.stderr)
        return 1
    _print_result(call, sides)
    _print_cdr(cdr)
    print(
        f"\nOK: both phones heard each other and the call is on record ({time.monotonic() - started:.1f} s)."
    )
    return 0


def _call(system: DemoSystem, bench: PhoneBench) -> tuple[PhoneCall, tuple[Side, Side]]:
    caller = bench.phone(system.phone_config(TENANT, CALLER))
    callee = bench.phone(system.phone_config(TENANT, CALLEE))
    with _registered(caller, callee):
        callee.on_incoming(final=200)
        call = caller.dial(CALLEE).wait_confirmed(10)
        answered = callee.wait_incoming().wait_confirmed()
        call.wait_heard(callee.config.tone_hz)
        answered.wait_heard(caller.config.tone_hz)
        until(lambda: call.statistics()["rx_packets"] >= TALK_PACKETS, 15, "the sound keeps coming")
        sides = (_side(caller, callee, call), _side(callee, caller, answered))
        call.hang_up()
        call.wait_over()
        answered.wait_over()
        return call, sides


@contextmanager
def _registered(*phones: Phone) -> Iterator[None]:
    """Whatever happens, the system is left without phones that nobody answers."""
    try:
        for phone in phones:
            phone.register()
        yield
    finally:
        for phone in phones:
            try:
                phone.forget_calls()
                phone.unregister()
            except AssertionError as error:
                until_s = phone.config.expires_s
                print(
                    f"demo-call: {phone.config.aor} stays registered for {until_s} s: {error}",
                    file=sys.stderr,
                )


def _side(own: Phone, other: Phone, call: PhoneCall) -> Side:
    tones = (own.config.tone_hz, other.config.tone_hz)
    return Side(own.config.number, *tones, call.levels(tones), call.codec, call.statistics())


def _stored_cdr(system: DemoSystem, call: PhoneCall) -> Json:
    tenant = system.tenants[TENANT]
    client = RestClient.sign_in(system.url, username=tenant.username, password=tenant.password)
    return client.wait_cdr(call.sip_call_id, CDR_TIMEOUT_S)


def _print_result(call: PhoneCall, sides: tuple[Side, Side]) -> None:
    times = call.state_times
    print(f"{CALLER} called {CALLEE}")
    print(f"  post-dial delay  {1000 * (times['early'] - times['calling']):7.1f} ms   (INVITE to ringing)")
    print(
        f"  set-up time      {1000 * (times['confirmed'] - times['calling']):7.1f} ms   (INVITE to answered)"
    )
    print(f"\n  {'phone':<6} {'codec':<6} {'hears other':<14} {'hears itself':<14} ", end="")
    print(f"{'packets':>8} {'lost':>5} {'jitter':>9} {'MOS':>5}")
    for side in sides:
        received, lost = side.statistics["rx_packets"], side.statistics["rx_lost"]
        jitter_ms = side.statistics["rx_jitter_ms"]
        mos = mean_opinion_score(
            side.codec,
            loss_percent=loss_percent(int(received), int(lost)),
            jitter_ms=jitter_ms,
            round_trip_ms=side.statistics["round_trip_ms"],
        )
        other = f"{side.other_tone_hz} Hz {side.levels[side.other_tone_hz]:.3f}"
        own = f"{side.own_tone_hz} Hz {side.levels[side.own_tone_hz]:.3f}"
        print(f"  {side.number:<6} {side.codec:<6} {other:<14} {own:<14} ", end="")
        print(f"{received:>8.0f} {lost:>5.0f} {jitter_ms:>6.2f} ms {mos:>5.2f}")


def _print_cdr(cdr: Json) -> None:
    print("\nStored CDR")
    for name, value in cdr.items():
        print(f"  {name:<24} {value}")


if __name__ == "__main__":
    sys.exit(main())
