"""The extensions of a benchmark: made by REST, the callees registered at SIPp's port."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.free_ports import free_port_run
from tests.bench.sipp import Credentials, Sipp, free_port, write_users
from tests.phones.demo_system import DemoSystem
from tests.phones.rest import RestClient

PAIRS = 40
FIRST_NUMBER = 3000


@dataclass(frozen=True, slots=True)
class Subscribers:
    callers: tuple[Credentials, ...]
    callees: tuple[Credentials, ...]

    def calls_file(self, directory: Path, number: str = "") -> Path:
        """Every caller calls one callee, in turn; or all of them one number."""
        pairs = zip(self.callers, self.callees, strict=True)
        lines = [caller.line(number or callee.number) for caller, callee in pairs]
        return write_users(directory / f"calls{number}.csv", lines)


def registrations_file(directory: Path, users: Sequence[Credentials], contact_port: int) -> Path:
    return write_users(directory / "registrations.csv", [user.line(contact_port) for user in users])


def subscribers_make(system: DemoSystem, rest: RestClient) -> Subscribers:
    made = extensions_make(system, rest, FIRST_NUMBER, 2 * PAIRS)
    return Subscribers(made[:PAIRS], made[PAIRS:])


def extensions_make(system: DemoSystem, rest: RestClient, first: int, many: int) -> tuple[Credentials, ...]:
    domain = system.tenants["demo"].domain
    made = []
    for number in range(first, first + many):
        password = _password()
        rest.post(
            "/extensions/",
            {
                "number": str(number),
                "display_name": "Bench",
                "sip_password": password,
                "web_password": _password(),
            },
        )
        made.append(Credentials(str(number), domain, password))
    return tuple(made)


def _password() -> str:
    # The rules ask for a letter and a digit, and refuse the extension's number: so no more digits than one.
    return "".join(secrets.choice(string.ascii_letters) for _ in range(24)) + "1"


@contextmanager
def answering_phones(
    system: DemoSystem,
    users: Sequence[Credentials],
    directory: Path,
    scenario: str = "callee",
    talks_ms: int = 0,
) -> Iterator[Sipp]:
    """SIPp rings, answers and echoes for all these users while the block runs; an `agent` hangs up after a while."""
    target = f"{system.sip_host}:{system.sip_ports['udp']}"
    port = free_port()
    # It echoes audio on the first and video on the third.
    echo_port = free_port_run(4)
    talks: list[str | int | Path] = ["-d", talks_ms] if talks_ms else []
    arguments: list[str | int | Path] = ["-p", port, "-rtp_echo", "-mp", echo_port, *talks]
    with Sipp(directory / scenario, scenario, target, arguments) as callee:
        file = registrations_file(directory, users, port)
        arguments = ["-p", free_port(), "-inf", file, "-r", 50, "-m", len(users)]
        with Sipp(directory / f"register-{scenario}", "register", target, arguments) as registration:
            result = registration.wait(30)
        assert result.is_flawless, f"they do not register, see {directory / f'register-{scenario}'}"
        assert callee.is_running, f"nobody answers calls, see {directory / scenario}"
        yield callee
