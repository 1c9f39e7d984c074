"""A phone that watches: raw SIP, so that every word of a NOTIFY can be looked at."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from xml.etree import ElementTree

from tests.live.edge.endpoints import Phone as RawPhone
from tests.live.edge.messages import Account, SipMessage
from tests.live.edge.transports import NothingReceived, UdpTransport
from tests.live.system.running_system import RunningSystem

XML = {
    "d": "urn:ietf:params:xml:ns:dialog-info",
    "p": "urn:ietf:params:xml:ns:pidf",
    "r": "urn:ietf:params:xml:ns:pidf:rpid",
}
WITHIN_S = 15.0


class Watcher:
    """One extension's phone with one subscription."""

    def __init__(self, system: RunningSystem, tenant: str, number: str) -> None:
        config = system.demo.phone_config(tenant, number)
        account = Account(config.number, config.domain, config.password)
        self.domain = config.domain
        self.phone = RawPhone(UdpTransport(system.sip_udp), account)
        self.told: list[str] = []

    def watch(self, number: str, package: str, domain: str = "") -> int:
        """The final answer's status."""
        answer = self.phone.subscribe(f"sip:{number}@{domain or self.domain}", package)
        return answer.status

    def until(self, what: str, is_it: Callable[[SipMessage], bool], within_s: float = WITHIN_S) -> SipMessage:
        """The NOTIFY that is waited for; those before it are answered, too."""
        deadline = time.monotonic() + within_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                notify = self.phone.notified(left)
            except NothingReceived:
                break
            self.told.append(notify.body)
            if is_it(notify):
                return notify
        raise AssertionError(f"not told within {within_s} s: {what}; but {self.told}")

    def until_dialogs(self, *wanted: str, within_s: float = WITHIN_S) -> SipMessage:
        """As `recipient early`; terminated ones do not count."""
        return self.until(
            f"dialogs {wanted}", lambda notify: dialogs(notify.body) == sorted(wanted), within_s
        )

    def until_mailbox(self, new: int, old: int) -> SipMessage:
        wanted = f"Voice-Message: {new}/{old} "
        return self.until(wanted, lambda notify: wanted in notify.body)

    def close(self) -> None:
        self.phone.close()


def dialogs(body: str) -> list[str]:
    """Of those that are not over."""
    if not body:
        return []
    root = ElementTree.fromstring(body)  # noqa: S314 - of our own edge
    rows: Iterable[ElementTree.Element] = root.findall("d:dialog", XML)
    shown = [f"{row.get('direction')} {row.findtext('d:state', namespaces=XML)}" for row in rows]
    return sorted(one for one in shown if not one.endswith("terminated"))


def presence(body: str) -> tuple[str, str]:
    """Open or closed, and the note."""
    if not body:
        return "", ""
    root = ElementTree.fromstring(body)  # noqa: S314 - of our own edge
    return (
        root.findtext(".//p:basic", "", XML),
        root.findtext(".//p:note", "", XML),
    )


def versions(bodies: Iterable[str]) -> list[int]:
    found = (re.search(r'version="(\d+)"', body) for body in bodies)
    return [int(match[1]) for match in found if match is not None]
