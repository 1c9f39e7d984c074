"""From the events of a call to its record.

The same events give the same record in any order and any number of times, and a record stands even where
events were lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.outcome import CallStatus, EndedBy

# Above any sequence number a worker gives, so that a real end that arrives late wins over the reaper's.
WORKER_LOST_SEQUENCE = 1_000_000
WORKER_LOST = "Worker lost"


@dataclass(frozen=True, slots=True)
class TargetDetail:
    """One phone, or somebody outside, that was rung.

    `status`: answered, no_answer, failed, or ended (cancelled, or answered elsewhere).
    """

    target_id: str
    number: str
    contact: str
    user_agent: str
    added_at: float | None
    ringing_at: float | None
    answered_at: float | None
    ended_at: float | None
    status: str
    sip_code: int
    reason: str
    # Somebody outside, over this trunk; None for a phone of an extension.
    trunk_id: int | None = None
    trunk_name: str = ""
    # The group as whose member it was rung.
    ring_group: str = ""


@dataclass(frozen=True, slots=True)
class OutboundDetail:
    """The way outside: over the trunk that answered or, if none did, the last one that was tried.

    `on_behalf_of` is the extension whose minutes it used; empty: the company's own.
    """

    trunk_id: int
    trunk_name: str
    caller_id: str
    on_behalf_of: str


@dataclass(frozen=True, slots=True)
class MediaDetail:
    """RTP of one side; None where the side had no media, or RTCP told nothing."""

    codec: str
    clock_rate_hz: int
    rx_packets: int
    rx_lost: int
    rx_jitter_ms: float
    tx_packets: int
    tx_lost: int
    tx_jitter_ms: float
    round_trip_ms: float
    mos: float | None


@dataclass(frozen=True, slots=True)
class RelatedCall:
    """Another call of the same story. `is_later`: it goes on where this one ends."""

    session_id: str
    call_id: str
    is_later: bool


@dataclass(frozen=True, slots=True)
class CallDetail:
    """Everything known of one call attempt. Times are unix seconds, UTC."""

    tenant_id: int
    tenant_name: str
    session_id: str
    call_id: str
    worker: str
    config_rev: int
    direction: str
    caller: str
    caller_domain: str
    caller_display_name: str
    callee: str
    callee_domain: str
    source: str
    caller_user_agent: str
    callee_user_agent: str
    status: CallStatus
    ended_by: EndedBy
    ended_reason: str
    sip_code: int
    started_at: float
    ringing_at: float | None
    answered_at: float | None
    ended_at: float
    answered_by: str
    answered_number: str
    final_destination: str
    caller_media: MediaDetail | None
    callee_media: MediaDetail | None
    targets: tuple[TargetDetail, ...]
    # The trunk that the call came over, and the number that was called there.
    trunk_id: int | None = None
    trunk_name: str = ""
    did: str = ""
    outbound: OutboundDetail | None = None
    # Calls that somebody came from into this one, or left this one for: their session ids and SIP Call-IDs.
    related: tuple[RelatedCall, ...] = ()

    @property
    def related_call_ids(self) -> tuple[str, ...]:
        return tuple(one.call_id for one in self.related)

    # Of extensions, nobody but the caller may know of it.
    is_confidential: bool = False
    # What its recordings are called outside; known once they are noted.
    recording_ids: tuple[str, ...] = ()

    @property
    def ring_group(self) -> str:
        """The group of whoever answered or, if nobody did, the last one that rang; empty: none."""
        answered = next((target for target in self.targets if target.status == "answered"), None)
        if answered is not None:
            return answered.ring_group
        return next((target.ring_group for target in reversed(self.targets) if target.ring_group), "")

    @property
    def rung_extensions(self) -> tuple[str, ...]:
        return tuple(sorted({target.number for target in self.targets if target.trunk_id is None} - {""}))

    @property
    def ring_duration_s(self) -> float:
        """From the first ringing to the answer, or to the end."""
        if self.ringing_at is None:
            return 0.0
        return max(0.0, (self.answered_at or self.ended_at) - self.ringing_at)

    @property
    def talk_duration_s(self) -> float:
        return max(0.0, self.ended_at - self.answered_at) if self.answered_at is not None else 0.0

    @property
    def post_dial_delay_ms(self) -> int | None:
        """From the INVITE to the first sign of life; None if there was none."""
        sign = self.ringing_at if self.ringing_at is not None else self.answered_at
        return round(max(0.0, sign - self.started_at) * 1000) if sign is not None else None


def assemble(events: Iterable[CallEvent]) -> CallDetail | None:
    """The record of the one call these events are of; None while it has not ended."""
    told = sorted({event.sequence: event for event in _in_fixed_order(events)}.values(), key=_sequence)
    end = _first(told, CallEventKind.CALL_ENDED)
    if end is None:
        return None
    start = _first(told, CallEventKind.CALL_START)
    # A receptionist may answer first, and somebody else after it.
    answers = [event for event in told if event.kind is CallEventKind.CALL_ESTABLISHED]
    established = answers[0] if answers else None
    about: Mapping[str, object] = start.data if start else {}
    answer: Mapping[str, object] = answers[-1].data if answers else {}
    targets = _targets(told, end.at)
    return CallDetail(
        tenant_id=end.tenant_id,
        tenant_name=_text(about, "tenant_name"),
        session_id=end.session_id,
        call_id=_text(about, "call_id"),
        worker=(start or end).worker,
        config_rev=_whole(about, "config_rev"),
        direction=_text(about, "direction") or "ext",
        caller=_text(about, "caller"),
        caller_domain=_text(about, "caller_domain"),
        caller_display_name=_text(about, "caller_display_name"),
        callee=_text(about, "callee"),
        callee_domain=_text(about, "callee_domain"),
        source=_text(about, "source"),
        caller_user_agent=_text(about, "user_agent"),
        callee_user_agent=_text(answer, "user_agent"),
        # What was answered stays answered, also when its worker died: its talk time is owed.
        status=CallStatus.ANSWERED if established else CallStatus(_text(end.data, "status")),
        ended_by=EndedBy(_text(end.data, "ended_by")),
        ended_reason=_text(end.data, "reason"),
        sip_code=200 if established else _whole(end.data, "sip_code"),
        started_at=told[0].at,
        ringing_at=_earliest(target.ringing_at for target in targets),
        answered_at=established.at if established else None,
        ended_at=max(end.at, told[0].at),
        answered_by=_text(answer, "answered_by"),
        answered_number=_text(answer, "number"),
        final_destination=_text(answer, "contact") or (targets[-1].contact if targets else ""),
        caller_media=_media(end.data.get("caller_media")),
        callee_media=_media(end.data.get("callee_media")),
        targets=targets,
        trunk_id=_whole(about, "trunk_id") or None,
        trunk_name=_text(about, "trunk_name"),
        did=_text(about, "did"),
        outbound=_outbound(told, answer),
        related=_related(told),
        is_confidential=about.get("is_confidential") is True,
    )


def _outbound(told: Sequence[CallEvent], answer: Mapping[str, object]) -> OutboundDetail | None:
    if answered := _answered_outside(told):
        way = answered
    elif sent_on := _sent_outside(told):
        way = sent_on
    else:
        added = (event.data for event in reversed(told) if event.kind is CallEventKind.TARGET_ADD)
        way = next((data for data in added if data.get("trunk_id")), {}) if not answer else {}
    if not way:
        return None
    return OutboundDetail(
        trunk_id=_whole(way, "trunk_id"),
        trunk_name=_text(way, "trunk_name"),
        caller_id=_text(way, "outbound_caller_id"),
        on_behalf_of=_text(way, "on_behalf_of"),
    )


def _answered_outside(told: Sequence[CallEvent]) -> Mapping[str, object]:
    """Also after the PBX itself had answered: a receptionist that sends a call outside, a mailbox that calls back."""
    answers = (event.data for event in told if event.kind is CallEventKind.CALL_ESTABLISHED)
    return next((data for data in answers if data.get("trunk_id")), {})


def _sent_outside(told: Sequence[CallEvent]) -> Mapping[str, object]:
    """By a transfer: the call itself went over a trunk, rather than somebody who came from another call."""
    sent = (event.data for event in told if event.kind is CallEventKind.CALL_TRANSFERRED)
    return next((data for data in sent if data.get("trunk_id") and not data.get("from_session")), {})


def _related(told: Sequence[CallEvent]) -> tuple[RelatedCall, ...]:
    found: dict[str, RelatedCall] = {}
    for event in told:
        is_later = event.kind is CallEventKind.CALL_MOVED
        way = "to" if is_later else "from"
        session_id = _text(event.data, f"{way}_session")
        if session_id:
            found[session_id] = RelatedCall(session_id, _text(event.data, f"{way}_call_id"), is_later)
    return tuple(found.values())


def worker_lost_event(tenant_id: int, session_id: str, worker: str, at: float) -> CallEvent:
    """The end the reaper writes for a call whose worker died."""
    data = {
        "status": CallStatus.FAILED.value,
        "ended_by": EndedBy.PBX.value,
        "reason": WORKER_LOST,
        "sip_code": 500,
    }
    return CallEvent(tenant_id, session_id, WORKER_LOST_SEQUENCE, CallEventKind.CALL_ENDED, at, worker, data)


# Also who came from another call: talking there counted for that one.
_TARGET_ANSWERED = (
    CallEventKind.CALL_ESTABLISHED,
    CallEventKind.CALL_TRANSFERRED,
    CallEventKind.CALL_JOINED,
    CallEventKind.TARGET_ANSWERED,
)
_TARGET_END_STATUS = {
    CallEventKind.TARGET_FAIL: "failed",
    CallEventKind.TARGET_NOANSWER: "no_answer",
    CallEventKind.TARGET_ENDED: "ended",
}


def _targets(told: Sequence[CallEvent], call_ended_at: float) -> tuple[TargetDetail, ...]:
    histories: dict[str, dict[CallEventKind, CallEvent]] = {}
    for event in told:
        target_id = _text(event.data, "target_id")
        if target_id:
            histories.setdefault(target_id, {}).setdefault(event.kind, event)
    return tuple(_target(target_id, history, call_ended_at) for target_id, history in histories.items())


def _target(target_id: str, history: Mapping[CallEventKind, CallEvent], call_ended_at: float) -> TargetDetail:
    added = history.get(CallEventKind.TARGET_ADD)
    ringing = history.get(CallEventKind.TARGET_RINGING)
    answered = next((history[kind] for kind in _TARGET_ANSWERED if kind in history), None)
    ended = next((history[kind] for kind in _TARGET_END_STATUS if kind in history), None)
    first = next(iter(history.values()))
    return TargetDetail(
        target_id=target_id,
        number=_text(first.data, "number"),
        contact=_text((added or answered or first).data, "contact"),
        user_agent=_text((answered or added or first).data, "user_agent"),
        added_at=added.at if added else None,
        ringing_at=ringing.at if ringing else None,
        answered_at=answered.at if answered else None,
        ended_at=ended.at if ended else call_ended_at,
        status="answered" if answered else _TARGET_END_STATUS[ended.kind] if ended else "ended",
        sip_code=200 if answered else _whole(ended.data, "sip_code") if ended else 0,
        reason=_text(ended.data, "reason") if ended else "",
        trunk_id=_whole(first.data, "trunk_id") or None,
        trunk_name=_text(first.data, "trunk_name"),
        ring_group=_text(first.data, "ring_group"),
    )


def _media(document: object) -> MediaDetail | None:
    if not isinstance(document, Mapping):
        return None
    mos = document.get("mos")
    return MediaDetail(
        codec=_text(document, "codec"),
        clock_rate_hz=_whole(document, "clock_rate_hz"),
        rx_packets=_whole(document, "rx_packets"),
        rx_lost=_whole(document, "rx_lost"),
        rx_jitter_ms=_number(document, "rx_jitter_ms"),
        tx_packets=_whole(document, "tx_packets"),
        tx_lost=_whole(document, "tx_lost"),
        tx_jitter_ms=_number(document, "tx_jitter_ms"),
        round_trip_ms=_number(document, "round_trip_ms"),
        mos=float(mos) if isinstance(mos, int | float) else None,
    )


def _in_fixed_order(events: Iterable[CallEvent]) -> list[CallEvent]:
    # Two events with one number are not meant to be; if they differ all the same, the later one always wins.
    return sorted(events, key=lambda event: (event.sequence, event.at, event.kind))


def _sequence(event: CallEvent) -> int:
    return event.sequence


def _first(told: Sequence[CallEvent], kind: CallEventKind) -> CallEvent | None:
    return next((event for event in told if event.kind is kind), None)


def _earliest(times: Iterable[float | None]) -> float | None:
    return min((time for time in times if time is not None), default=None)


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    return "" if value is None else str(value)


def _whole(data: Mapping[str, object], key: str) -> int:
    return int(_number(data, key))


def _number(data: Mapping[str, object], key: str) -> float:
    value = data.get(key)
    return float(value) if isinstance(value, int | float) else 0.0
