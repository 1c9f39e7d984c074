"""What was told of each lamp and what is still to be told. One request at a time for each; the newest state wins.

Pure: times are seconds of a steady clock, requests are values for somebody to send.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from callmanager.domain.sip_publish import Lamp, PublishAnswer

EXPIRES_S = 900
REFRESH_AFTER_S = 400.0
RETRY_AFTER_S = 5.0
# The edge answers a little before it has notified all watchers. Another process of it would overtake, and the older
# state would be told last.
PACE_S = 0.04
RESEND_AFTER_S = (0.5, 1.0, 2.0)
AWAY_AFTER_S = 4.0
IN_FLIGHT_MAX = 64
_OK, _GONE, _UNKNOWN_PUBLISHER = 200, 412, 403


class EdgeSilent(Exception):
    """The edge does not answer."""


class PublisherUnknown(Exception):
    """The edge has forgotten who may publish: it was started anew."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """`body` None: only to keep alive what was told, or with `expires_s` 0 to take it back."""

    key: str
    sequence: int
    lamp: Lamp
    body: str | None
    etag: str
    expires_s: int = EXPIRES_S


@dataclass(slots=True)
class _Publication:
    """`keeps`: told again before it expires, whether it changes or not. `is_last`: once told, it is taken back."""

    wanted: str
    keeps: bool = False
    is_last: bool = False
    # What was sent last, and was it told, was the last of its kind: to be taken back before anything else is told.
    sends_last: bool = False
    is_over: bool = False
    told: str | None = None
    etag: str = ""
    told_at: float = 0.0
    is_stale: bool = False
    not_before: float = 0.0
    request: PublishRequest | None = None
    sent_at: float = 0.0
    sent_times: int = 0

    @property
    def is_fresh(self) -> bool:
        return self.told == self.wanted


@dataclass(slots=True)
class Publications:
    """`prefix` makes keys that no earlier life of the process has used."""

    prefix: str
    etags: dict[Lamp, str] = field(default_factory=dict)
    _all: dict[Lamp, _Publication] = field(default_factory=dict)
    _due: dict[Lamp, None] = field(default_factory=dict)
    _in_flight: dict[str, Lamp] = field(default_factory=dict)
    _gone: list[Lamp] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def want(self, lamp: Lamp, body: str, *, keeps: bool = True, is_last: bool = False) -> None:
        """From now on this is the state. `keeps` False: once told, it may expire at the edge.

        `is_last`: it is taken back then. A dialog that was told as terminated can't be followed by another: the edge
        would take the next one for a late word of the same.
        """
        known = self._all.get(lamp)
        if known is None:
            known = self._all[lamp] = _Publication(body, etag=self.etags.get(lamp, ""))
        known.wanted, known.keeps, known.is_last = body, keeps, is_last
        if known.told != body:
            self._due[lamp] = None

    def tell_all_again(self) -> None:
        """The edge may have forgotten everything; it says so where it has."""
        self._in_flight.clear()
        for lamp, known in self._all.items():
            known.told, known.request, known.not_before, known.is_over = None, None, 0.0, False
            self._due[lamp] = None

    def let_expire(self, lamp: Lamp) -> None:
        if (known := self._all.get(lamp)) is not None:
            known.keeps = False

    @property
    def lamps(self) -> frozenset[Lamp]:
        return frozenset(self._all)

    @property
    def is_waiting(self) -> bool:
        return bool(self._due or self._in_flight)

    def requests(self, now: float) -> list[PublishRequest]:
        """What is to be sent now: new states, and again what was not answered; EdgeSilent after a while."""
        sent = [*self._again(now)]
        for lamp in list(self._due):
            if len(self._in_flight) >= IN_FLIGHT_MAX:
                break
            known = self._all.get(lamp)
            if known is None or (known.is_fresh and not known.is_stale and not known.is_over):
                del self._due[lamp]
            elif known.request is None and now >= known.not_before:
                del self._due[lamp]
                body = None if known.is_fresh or known.is_over else known.wanted
                expires_s = 0 if known.is_over else EXPIRES_S
                sent.append(self._begin(lamp, known, body, expires_s, now))
        return sent

    def take_gone(self) -> list[Lamp]:
        """What the edge need not know any more, since this was asked last."""
        gone, self._gone = self._gone, []
        return gone

    def refresh(self, now: float) -> None:
        """Now and then: what must not expire is told again, and what may is forgotten."""
        for lamp, known in list(self._all.items()):
            if known.request is not None or known.told is None:
                continue
            if known.keeps and now > known.told_at + REFRESH_AFTER_S:
                known.is_stale = True
                self._due[lamp] = None
            elif not known.keeps and now > known.told_at + EXPIRES_S:
                self._forget(lamp)

    def answer(self, answer: PublishAnswer, now: float) -> Lamp | None:
        """The lamp whose ETag is new; PublisherUnknown where everything must be told anew."""
        if answer.status < _OK or (lamp := self._in_flight.pop(answer.key, None)) is None:
            return None
        known = self._all[lamp]
        request, known.request = known.request, None
        if answer.status == _UNKNOWN_PUBLISHER:
            raise PublisherUnknown
        if request is not None and request.expires_s == 0 and answer.status in (_OK, _GONE):
            self._taken_back(lamp, known, now)
            return None
        if _OK <= answer.status < 300 and request is not None:
            if request.body is not None:
                known.told, known.is_over = request.body, known.sends_last
            known.told_at, known.is_stale = now, False
            # To take back shows nothing new: whichever is told first.
            known.not_before = now if known.is_over else now + PACE_S
            known.etag = self.etags[lamp] = answer.etag
        elif answer.status == _GONE:
            known.etag, known.told, known.is_over = "", None, False
        else:
            known.not_before = now + RETRY_AFTER_S
        if not known.is_fresh or known.is_stale or known.is_over:
            self._due[lamp] = None
        return lamp if answer.status < 300 else None

    def load(self, etags: Mapping[Lamp, str]) -> None:
        """What an earlier life of this process was told."""
        self.etags.update(etags)

    def _taken_back(self, lamp: Lamp, known: _Publication, now: float) -> None:
        known.is_over = False
        if known.is_fresh:
            self._forget(lamp)
            return
        # Meanwhile there is something new to tell.
        known.told, known.etag, known.not_before = None, "", now + PACE_S
        self.etags.pop(lamp, None)
        self._due[lamp] = None

    def _forget(self, lamp: Lamp) -> None:
        del self._all[lamp]
        self.etags.pop(lamp, None)
        self._gone.append(lamp)

    def _begin(
        self, lamp: Lamp, known: _Publication, body: str | None, expires_s: int, now: float
    ) -> PublishRequest:
        number = next(self._count)
        request = PublishRequest(f"{self.prefix}-{number}", number, lamp, body, known.etag, expires_s)
        known.request, known.sent_at, known.sent_times = request, now, 1
        known.sends_last = known.is_last
        self._in_flight[request.key] = lamp
        return request

    def _again(self, now: float) -> Iterator[PublishRequest]:
        for lamp in self._in_flight.values():
            known = self._all[lamp]
            if known.request is None:
                continue
            if now > known.sent_at + AWAY_AFTER_S:
                raise EdgeSilent
            if (
                known.sent_times <= len(RESEND_AFTER_S)
                and now > known.sent_at + RESEND_AFTER_S[known.sent_times - 1]
            ):
                known.sent_times += 1
                yield known.request
