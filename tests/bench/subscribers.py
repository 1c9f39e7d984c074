"""The extensions of a benchmark: made by REST, the callees registered at SIPp's port."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
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

    def registrations_file(self, directory: Path, contact_port: int) -> Path:
        users = [user.line(contact_port) for user in self.callees]
        return write_users(directory / "registrations.csv", users)


def subscribers_make(system: DemoSystem, rest: RestClient) -> Subscribers:
    domain = system.tenants["demo"].domain
    made = []
    for number in range(FIRST_NUMBER, FIRST_NUMBER + 2 * PAIRS):
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
    return Subscribers(tuple(made[:PAIRS]), tuple(made[PAIRS:]))


def _password() -> str:
    # The rules ask for a letter and a digit; chance alone sometimes leaves one out.
    return secrets.token_hex(16) + "a1"


@contextmanager
def answering_phones(system: DemoSystem, subscribers: Subscribers, directory: Path) -> Iterator[None]:
    """SIPp rings, answers and echoes for all callees while the block runs."""
    target = f"{system.sip_host}:{system.sip_ports['udp']}"
    port = free_port()
    # It echoes audio on the first and video on the third.
    echo_port = free_port_run(4)
    callee = Sipp(directory / "callee", "callee", target, ["-p", port, "-rtp_echo", "-mp", echo_port])
    with callee:
        users = subscribers.registrations_file(directory, port)
        arguments: list[str | int | Path] = ["-p", free_port(), "-inf", users, "-r", 50, "-m", PAIRS]
        with Sipp(directory / "register", "register", target, arguments) as registration:
            result = registration.wait(30)
        assert result.is_flawless, f"the callees do not register, see {directory / 'register'}"
        assert callee.is_running, f"nobody answers calls, see {directory / 'callee'}"
        yield
