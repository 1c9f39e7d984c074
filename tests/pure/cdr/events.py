"""The events of an answered call, as a worker tells them."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_events import CallEvent, CallEventKind
from tests.cast import ACME_DOMAIN, ACME_ID

START_AT = 1_569_567_967.9

MEDIA = {
    "codec": "G722",
    "clock_rate_hz": 16000,
    "rx_packets": 400,
    "rx_lost": 2,
    "rx_jitter_ms": 1.5,
    "tx_packets": 401,
    "tx_lost": 0,
    "tx_jitter_ms": 0.4,
    "round_trip_ms": 21.0,
    "mos": 4.37,
}


def event(sequence: int, kind: CallEventKind, after_s: float, data: Mapping[str, object]) -> CallEvent:
    return CallEvent(ACME_ID, "s1", sequence, kind, START_AT + after_s, "worker-0", data)


def answered_call() -> list[CallEvent]:
    """101 calls 102: the mobile rings too, the desk phone answers, the caller hangs up."""
    desk = {"target_id": "s1-1", "number": "102"}
    mobile = {"target_id": "s1-2", "number": "102"}
    start = {
        "call_id": "b3dKobNlCwlOsjwyvlqD4A..",
        "caller": "101",
        "caller_domain": ACME_DOMAIN,
        "caller_display_name": "Alice",
        "callee": "102",
        "callee_domain": ACME_DOMAIN,
        "direction": "ext",
        "source": "udp:192.0.2.1:5060",
        "user_agent": "Alice's phone",
        "tenant_name": "acme",
        "config_rev": 7,
    }
    kinds = CallEventKind
    elsewhere = {"sip_code": 200, "reason": "Call completed elsewhere"}
    end = {"status": "answered", "ended_by": "caller", "reason": "Caller hangup", "sip_code": 200}
    established = {"answered_by": "extension", "contact": "sip:102@192.0.2.2", "user_agent": "Desk 2.0"}
    return [
        event(0, kinds.CALL_START, 0, start),
        event(1, kinds.TARGET_ADD, 0.01, desk | {"contact": "sip:102@192.0.2.2", "user_agent": "Desk"}),
        event(2, kinds.TARGET_ADD, 0.01, mobile | {"contact": "sip:102@mobile", "user_agent": "Soft"}),
        event(3, kinds.TARGET_RINGING, 0.112, mobile | {"sip_code": 180, "early_media": False}),
        event(4, kinds.TARGET_RINGING, 0.2, desk | {"sip_code": 180, "early_media": False}),
        event(5, kinds.TARGET_ENDED, 5.15, mobile | elsewhere),
        event(6, kinds.CALL_ESTABLISHED, 5.2, desk | established),
        event(7, kinds.CALL_HOLD, 6, {"side": "caller", "aor": "101@a", "peer_aor": "102@a"}),
        event(8, kinds.TARGET_ENDED, 13.3, desk | {"sip_code": 200, "reason": "Caller hangup"}),
        event(9, kinds.CALL_ENDED, 13.3, end | {"caller_media": MEDIA, "callee_media": MEDIA}),
    ]
