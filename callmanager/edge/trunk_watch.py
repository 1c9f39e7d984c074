"""How trunks fare: registered or not and why, answering or not and how fast, and with how many calls."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from callmanager.domain.edge_trunk import EdgeTrunk, sip_destination
from callmanager.domain.trunk_accounts import TrunkAccount, TrunkState
from callmanager.domain.trunk_answers import CERTIFICATE_REFUSED, NO_ANSWER, Answer, Pings
from callmanager.edge.trunk_rpc import TrunkRpc
from callmanager.services.trunk_status import TrunkReport

# Of many trunks, so many are asked at one time; the others wait for their turn.
PINGS_AT_ONCE = 25
COUNTED_AT_ONCE = 50
NO_ANSWER_REASON = "No answer"
NOT_LISTED_REASON = "The registration was accepted, but our contact is not in the answer"
# Registrations are tried again after half a minute: an older answer is not about the last attempt.
FRESH_FOR_S = 40.0
# A registration that has not begun looks like one that failed.
FIRST_ANSWER_WITHIN_S = 8.0
DOUBTED_AT_MOST_EVERY_S = 20.0


@dataclass(slots=True)
class TrunkWatch:
    rpc: TrunkRpc
    _pings: dict[tuple[int, str, int], Pings] = field(default_factory=dict)
    _calls: dict[int, int] = field(default_factory=dict)
    _began_at: dict[str, float] = field(default_factory=dict)
    _turn: int = 0
    # Trunk: when it last showed a certificate that is none of those it may show, and when that was looked into.
    _doubted: dict[int, float] = field(default_factory=dict)
    _looked_into: dict[int, float] = field(default_factory=dict)

    @property
    def has_doubts(self) -> bool:
        return any(at > self._looked_into.get(pk, 0.0) for pk, at in self._doubted.items())

    def take_doubted(self) -> set[int]:
        """Whose certificate is to be looked at again. Each doubt is told once, and not all the time."""
        doubted = {pk for pk, at in self._doubted.items() if at > self._looked_into.get(pk, 0.0)}
        now = time.time()
        self._looked_into = {pk: self._looked_into.get(pk, 0.0) for pk in self._doubted}
        self._looked_into |= dict.fromkeys(doubted, now + DOUBTED_AT_MOST_EVERY_S)
        return doubted

    def answers_of(self, trunk: EdgeTrunk) -> list[str]:
        """Keys of the edge's table that its answers will stand under."""
        keys = [f"ping:{trunk.trunk_id}"] if trunk.ping_interval_s else []
        keys += [f"lost:{trunk.trunk_id}"] if trunk.fingerprints else []
        return keys if trunk.account is None else [*keys, registration_key(trunk.account)]

    def reports(self, trunks: Iterable[EdgeTrunk]) -> dict[int, TrunkReport] | None:
        """None if the edge has forgotten a registration."""
        trunks, now = list(trunks), time.time()
        accounts, answers = self.rpc.accounts(), self.rpc.answers()
        self._count(trunks)
        self._began_at = {user: self._began_at.get(user, now) for user in accounts}
        reports, kept = {}, {}
        asked = 0
        for trunk in trunks:
            destination, socket = self._place(trunk)
            key = (trunk.trunk_id, destination, trunk.ping_interval_s)
            pings = kept[key] = self._pings.get(key) or Pings(trunk.ping_interval_s)
            pings.take(answers.get(f"ping:{trunk.trunk_id}"), now)
            lost = answers.get(f"lost:{trunk.trunk_id}")
            if destination and asked < PINGS_AT_ONCE and (pings.hurry(lost, now) or pings.is_due(now)):
                self._ping(trunk, destination, socket, pings)
                asked += 1
            state = TrunkState.READY
            if trunk.account is not None:
                if trunk.account.user not in accounts:
                    return None
                state = accounts[trunk.account.user][1]
            reports[trunk.trunk_id] = self._report(trunk, destination, state, pings, answers, now)
        self._pings = kept
        return reports

    def _report(
        self,
        trunk: EdgeTrunk,
        destination: str,
        state: TrunkState,
        pings: Pings,
        answers: Mapping[str, Answer],
        now: float,
    ) -> TrunkReport:
        code, reason = None, ""
        doubt = self._doubt(trunk, answers, now)
        if doubt is not None:
            state, code, reason = TrunkState.FAILED, doubt.code, doubt.reason
        elif trunk.gateway is not None:
            state = TrunkState.REGISTERED if destination else TrunkState.OFFLINE
        elif trunk.account is not None and state == TrunkState.FAILED:
            answer = answers.get(registration_key(trunk.account))
            if answer is None and now < self._began_at[trunk.account.user] + FIRST_ANSWER_WITHIN_S:
                state = TrunkState.REGISTERING
            else:
                code, reason = _why(answer, now)
        elif trunk.account is None and pings.is_silent:
            state, code, reason = TrunkState.SILENT, NO_ANSWER, NO_ANSWER_REASON
        return TrunkReport(
            state=state,
            address=destination,
            round_trip_ms=pings.round_trip_ms,
            calls=self._calls.get(trunk.trunk_id, 0),
            error_code=code,
            error_reason=reason,
            # A provider that never answered the question may still take calls.
            is_blocked=state == TrunkState.FAILED or (state == TrunkState.SILENT and pings.has_answered),
        )

    def _doubt(self, trunk: EdgeTrunk, answers: Mapping[str, Answer], now: float) -> Answer | None:
        """What came from somebody who could not show the right certificate, unless it was all right since."""
        if not trunk.fingerprints:
            self._doubted.pop(trunk.trunk_id, None)
            return None
        keys = (key for key in self.answers_of(trunk) if not key.startswith("lost:"))
        found = [answer for key in keys if (answer := answers.get(key)) is not None]
        last = max(found, key=lambda answer: answer.at, default=None)
        if last is None or last.code != CERTIFICATE_REFUSED:
            return None
        self._doubted[trunk.trunk_id] = last.at
        return last

    def _place(self, trunk: EdgeTrunk) -> tuple[str, str]:
        """Where it is and by which socket; empty for a gateway that has not registered."""
        if trunk.gateway is None:
            return trunk.destination, trunk.socket
        contact = self.rpc.gateway(trunk.gateway.aor)
        if contact is None:
            return "", ""
        transport, _, host_and_port = contact.source.partition(":")
        host, _, port = host_and_port.rpartition(":")
        return sip_destination(host.strip("[]"), int(port), transport), ""

    def _ping(self, trunk: EdgeTrunk, destination: str, socket: str, pings: Pings) -> None:
        call_id = f"trunk-ping-{trunk.trunk_id}-{secrets.token_hex(8)}"
        pings.ask(call_id, time.time())
        self.rpc.ping(destination, socket, call_id)

    def _count(self, trunks: list[EdgeTrunk]) -> None:
        """Those whose turn it is; a few trunks are counted every time."""
        ids = [trunk.trunk_id for trunk in trunks]
        self._calls = {pk: self._calls.get(pk, 0) for pk in ids}
        if len(ids) > COUNTED_AT_ONCE:
            start = self._turn % len(ids)
            ids = (ids[start:] + ids[:start])[:COUNTED_AT_ONCE]
            self._turn += COUNTED_AT_ONCE
        for pk in ids:
            self._calls[pk] = self.rpc.calls(pk)


def registration_key(account: TrunkAccount) -> str:
    return f"reg:{account.username}@{account.domain}"


def _why(answer: Answer | None, now: float) -> tuple[int, str]:
    if answer is None:
        return NO_ANSWER, NO_ANSWER_REASON
    if answer.code >= 300:
        return answer.code, answer.reason
    if now < answer.at + FRESH_FOR_S:
        return answer.code, NOT_LISTED_REASON
    return NO_ANSWER, NO_ANSWER_REASON
