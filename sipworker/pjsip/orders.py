"""Actions translated into the parameters of pjsua2's calls. Pure construction, nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable

import pjsua2 as pj

from callmanager.domain.sip_text import name_addr, sip_uri
from sipworker.call.actions import (
    CancelLeg,
    DialLeg,
    DialTrunk,
    HangUpLeg,
    RefuseLeg,
    RingCaller,
    RingLeg,
    SendDigit,
)
from sipworker.pjsip.headers import (
    TrunkAddresses,
    caller_headers,
    caller_identity,
    dial_headers,
    reason_header,
    trunk_headers,
)

OK = 200
SESSION_PROGRESS = 183
HIGHEST_WITHOUT_SDP = 182
NORMAL_CLEARING = 16


def dial_order(action: DialLeg) -> pj.CallOpParam:
    order = _audio_order()
    order.txOption.localUri = caller_identity(action)
    _add_headers(order, (*dial_headers(action).items(), *action.more_headers))
    return order


def trunk_order(action: DialTrunk, addresses: TrunkAddresses) -> pj.CallOpParam:
    order = _audio_order()
    order.txOption.localUri = addresses.from_
    order.txOption.contactUri = addresses.contact
    order.txOption.targetUri = addresses.request_uri
    _add_headers(order, trunk_headers(action))
    return order


def caller_order(action: RingCaller) -> pj.CallOpParam:
    """To all contacts at once: without a registration, the edge rings every one and cancels those that lose."""
    order = _audio_order()
    order.txOption.localUri = name_addr(action.shown_name, sip_uri(action.shown_number, action.sip_domain))
    _add_headers(order, caller_headers(action))
    return order


def refused_caller_order(action: RefuseLeg) -> pj.CallOpParam:
    """CANCEL or BYE: they heard no answer of ours yet, and now learn why there is none."""
    order = pj.CallOpParam()
    protocol, cause = ("Q.850", action.q850_cause) if action.q850_cause else ("SIP", action.sip_code)
    _add_headers(order, [("Reason", reason_header(protocol, cause, action.reason))])
    return order


def ring_order(action: RingLeg, sdp: str) -> pj.CallOpParam:
    """pjsip puts SDP into 183 always and into lower codes never, so `early_media` decides the code."""
    order = _audio_order()
    order.statusCode = SESSION_PROGRESS if action.early_media else min(action.sip_code, HIGHEST_WITHOUT_SDP)
    order.sdp.wholeSdp = sdp
    return order


def answer_order(sdp: str) -> pj.CallOpParam:
    order = _audio_order()
    order.statusCode = OK
    order.sdp.wholeSdp = sdp
    return order


def talk_order() -> pj.CallSendRequestParam:
    """As telephones know it that are controlled by a program beside them (Remote Control Talk)."""
    order = pj.CallSendRequestParam()
    order.method = "NOTIFY"
    _add_headers(order, [("Event", "talk"), ("Subscription-State", "active")])
    return order


def refuse_order(action: RefuseLeg) -> pj.CallOpParam:
    """For `answer`, not `hangup`: the latter loses headers on an unanswered call."""
    order = pj.CallOpParam()
    order.statusCode = action.sip_code
    headers = {}
    if action.q850_cause:
        headers["Reason"] = reason_header("Q.850", action.q850_cause, action.reason)
    if action.retry_after_s:
        headers["Retry-After"] = str(action.retry_after_s)
    _add_headers(order, headers.items())
    return order


def end_order(action: CancelLeg | HangUpLeg) -> pj.CallOpParam:
    """CANCEL or BYE, whichever the dialog needs by now."""
    order = pj.CallOpParam()
    if isinstance(action, HangUpLeg):
        _add_headers(order, [("Reason", reason_header("Q.850", NORMAL_CLEARING, action.reason))])
    elif action.sip_code:
        _add_headers(order, [("Reason", reason_header("SIP", action.sip_code, action.reason))])
    return order


def digit_order(action: SendDigit) -> pj.CallSendDtmfParam:
    order = pj.CallSendDtmfParam()
    order.method = pj.PJSUA_DTMF_METHOD_RFC2833
    order.digits = action.digit
    order.duration = action.duration_ms
    return order


def _audio_order() -> pj.CallOpParam:
    """Audio alone: pjsua would offer video and real-time text too."""
    order = pj.CallOpParam(True)
    order.opt.audioCount = 1
    order.opt.videoCount = 0
    order.opt.textCount = 0
    return order


def _add_headers(order: pj.CallOpParam | pj.CallSendRequestParam, headers: Iterable[tuple[str, str]]) -> None:
    for name, value in headers:
        header = pj.SipHeader()
        header.hName = name
        header.hValue = value
        order.txOption.headers.append(header)
