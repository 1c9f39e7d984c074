"""Certificates of providers that are reached by TLS: looked at here, and believed by the edge for what was found.

The edge can tell what a connection's other side has shown, but not whose it is. So this asks the provider itself,
as the edge does (without a server name), checks the chain and the name, and names the certificate that is good.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from callmanager.domain.certificate_names import is_certificate_for
from callmanager.domain.trunk_answers import CERTIFICATE_REFUSED, NO_ANSWER

EXAMINED_AT_ONCE = 8
EXAMINED_WITHIN_S = 1.5
CONNECTED_WITHIN_S = 3.0
# A good one is looked at again in time before it expires unseen; a bad one may have been replaced.
GOOD_AGAIN_S, BAD_AGAIN_S = 3600.0, 50.0
# Servers behind one address may show different ones.
KEPT_AT_MOST, KEPT_FOR_S = 8, 86_400.0


@dataclass(frozen=True, slots=True)
class Question:
    """`authorities` in PEM; empty: those of the system. `source` is the address of ours that it is asked from."""

    address: str
    port: int
    name: str
    authorities: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Fingerprints (SHA-256 of the PEM text) of what is good, or a code and a reason why nothing is."""

    fingerprints: tuple[str, ...] = ()
    code: int = 0
    problem: str = ""

    @property
    def is_good(self) -> bool:
        return bool(self.fingerprints)


@dataclass(slots=True)
class _Examined:
    at: float
    last: Verdict
    good: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Certificates:
    _examined: dict[Question, _Examined] = field(default_factory=dict)
    _asked: dict[Question, Future[Verdict]] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(EXAMINED_AT_ONCE, thread_name_prefix="certificate")
    )

    @property
    def is_waiting(self) -> bool:
        return bool(self._asked)

    def verdicts(self, questions: Mapping[int, Question], again: Collection[int] = ()) -> dict[int, Verdict]:
        """By trunk; no entry for one that has not been examined yet. `again`: look at these in any case."""
        wanted = set(questions.values())
        now = time.monotonic()
        self._examined = {one: kept for one, kept in self._examined.items() if one in wanted}
        urgent = {questions[trunk_id] for trunk_id in again if trunk_id in questions}
        for question in wanted - self._asked.keys():
            if question in urgent or self._is_due(question, now):
                self._asked[question] = self._pool.submit(examine, question)
        wait(self._asked.values(), timeout=EXAMINED_WITHIN_S)
        for question, answer in list(self._asked.items()):
            if answer.done():
                del self._asked[question]
                if question in wanted:
                    self._take(question, answer.result(), now)
        return {
            trunk_id: _verdict(self._examined[question])
            for trunk_id, question in questions.items()
            if question in self._examined
        }

    def _is_due(self, question: Question, now: float) -> bool:
        known = self._examined.get(question)
        if known is None:
            return True
        return now > known.at + (GOOD_AGAIN_S if known.last.is_good else BAD_AGAIN_S)

    def _take(self, question: Question, verdict: Verdict, now: float) -> None:
        kept = self._examined.setdefault(question, _Examined(now, verdict))
        kept.at, kept.last = now, verdict
        if verdict.code == CERTIFICATE_REFUSED:
            kept.good.clear()
        kept.good |= dict.fromkeys(verdict.fingerprints, now)
        young = {one: at for one, at in kept.good.items() if now < at + KEPT_FOR_S}
        kept.good = dict(sorted(young.items(), key=lambda entry: -entry[1])[:KEPT_AT_MOST])


def _verdict(kept: _Examined) -> Verdict:
    """A provider that can't be reached for a moment loses nothing of what it has shown."""
    return Verdict(tuple(sorted(kept.good))) if kept.good else kept.last


def examine(question: Question) -> Verdict:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # What an administrator has named is trusted, be it an authority or the provider's own certificate.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        if question.authorities:
            context.load_verify_locations(cadata=question.authorities)
        else:
            context.load_default_certs()
        source = (question.source, 0) if question.source else None
        place = (question.address, question.port)
        with (
            socket.create_connection(place, CONNECTED_WITHIN_S, source) as stream,
            context.wrap_socket(stream) as secure,
        ):
            described, der = secure.getpeercert(), secure.getpeercert(binary_form=True)
    except ssl.SSLCertVerificationError as error:
        return Verdict(code=CERTIFICATE_REFUSED, problem=f"Certificate: {error.verify_message}")
    except ssl.SSLError as error:
        return Verdict(code=NO_ANSWER, problem=f"No TLS connection: {error.reason or 'it was broken off'}")
    except OSError as error:
        return Verdict(code=NO_ANSWER, problem=f"No TLS connection: {error.strerror or 'no answer'}")
    if der is None or described is None or not is_certificate_for(question.name, described):
        return Verdict(code=CERTIFICATE_REFUSED, problem=f"Certificate: it is not for {question.name}")
    return Verdict((fingerprint(der),))


def fingerprint(der: bytes) -> str:
    """Of the PEM text, which is what the edge has."""
    return hashlib.sha256(ssl.DER_cert_to_PEM_cert(der).encode()).hexdigest()
