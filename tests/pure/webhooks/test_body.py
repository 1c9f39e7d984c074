"""The documents that event URLs receive. The reference's own examples, literally."""

from __future__ import annotations

import json
from typing import Any

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import assemble
from callmanager.domain.edge_events import EdgeRegistration
from callmanager.domain.webhook_body import call_event_body, cdr_body, registration_body, source_ip
from tests.cast import ACME_DOMAIN
from tests.pure.cdr.events import answered_call

# Manual 13.6, CDR Events.
CDR_OF_THE_MANUAL = """
{"answered_time":"1569567973",
"call_id":"b3dKobNlCwlOsjwyvlqD4A..",
"call_status":"ANSWERED",
"callee":"102",
"callee_domain":"portsip.io",
"caller":"101",
"caller_display_name":"",
"caller_domain":"portsip.io",
"did_cid":"",
"direction":"ext",
"ended_reason":"caller hangup",
"ended_time":"1569567981",
"fail_code":"0",
"final_dest":"sip:102@192.168.0.16:7059",
"outbound_caller_id":"",
"related_callid1":"",
"related_callid2":"",
"ring_duration":"5",
"ring_time":"1569567968",
"start_time":"1569567968",
"talk_duration":"8",
"tenant_id":"229806676134465536",
"tenant_name":"admin"}
"""
# Manual 13.6, Extension Events.
EVENT_OF_THE_MANUAL = """
{"event_type": "extension_registered",
"tenant_id": "admin",
"extension_number": "101",
"source_ip": "192.168.0.98",
"time": 1489482652, "domain": "sip.portsip.net"}
"""


def call_of_the_manual() -> list[CallEvent]:
    tenant_id, at = 229806676134465536, 1_569_567_968

    def told(sequence: int, kind: CallEventKind, after_s: float, **data: Any) -> CallEvent:
        return CallEvent(tenant_id, "s1", sequence, kind, at + after_s, "worker-0", data)

    phone = {"target_id": "s1-1", "number": "102", "contact": "sip:102@192.168.0.16:7059"}
    return [
        told(
            0,
            CallEventKind.CALL_START,
            0,
            call_id="b3dKobNlCwlOsjwyvlqD4A..",
            caller="101",
            caller_domain="portsip.io",
            caller_display_name="",
            callee="102",
            callee_domain="portsip.io",
            direction="ext",
            tenant_name="admin",
        ),
        told(1, CallEventKind.TARGET_ADD, 0.1, **phone),
        told(2, CallEventKind.TARGET_RINGING, 0.4, **phone, sip_code=180),
        told(3, CallEventKind.CALL_ESTABLISHED, 5.3, **phone, answered_by="extension"),
        told(4, CallEventKind.TARGET_ENDED, 13.2, **phone, sip_code=200, reason="Caller hangup"),
        told(
            5,
            CallEventKind.CALL_ENDED,
            13.2,
            status="answered",
            ended_by="caller",
            reason="Caller hangup",
            sip_code=200,
        ),
    ]


def test_the_call_of_the_manual_is_told_as_there() -> None:
    detail = assemble(call_of_the_manual())
    assert detail is not None
    body, wanted = json.loads(cdr_body(detail)), json.loads(CDR_OF_THE_MANUAL)
    assert {name: body[name] for name in wanted} == wanted
    assert all(isinstance(value, str) for value in body.values())


def phone(source: str) -> EdgeRegistration:
    return EdgeRegistration(
        "ruid", "101@sip.portsip.net", "sip:101@192.168.0.98:5060", "", "Desk 1", source, "", 0, 1489486252
    )


def test_the_phone_of_the_manual_is_told_as_there() -> None:
    body = json.loads(
        registration_body(
            "extension_registered",
            tenant_name="admin",
            number="101",
            registration=phone("udp:192.168.0.98:5060"),
            at=1489482652.7,
        )
    )
    wanted = json.loads(EVENT_OF_THE_MANUAL)
    assert {name: body[name] for name in wanted} == wanted


def test_every_event_of_a_call_stands_in_the_same_frame() -> None:
    events = answered_call()
    start = events[0]
    bodies = [
        json.loads(call_event_body(event, start, tenant_name="acme", domain=ACME_DOMAIN)) for event in events
    ]
    for event, body in zip(events, bodies, strict=True):
        assert (body["event_type"], body["tenant_id"], body["domain"]) == (event.kind, "acme", ACME_DOMAIN)
        assert (body["time"], body["source_ip"]) == (int(event.at), "192.0.2.1")
        assert (body["caller"], body["callee"], body["session_id"]) == ("101", "102", "s1")
    by_type = {body["event_type"]: body for body in bodies}
    assert by_type["call_start"]["extension_number"] == "101"
    assert by_type["target_ringing"]["extension_number"] == "102"
    assert (by_type["call_ended"]["status"], by_type["call_ended"]["ended_by"]) == ("answered", "caller")


def test_an_event_whose_start_was_lost_is_told_all_the_same() -> None:
    body = json.loads(call_event_body(answered_call()[-1], None, tenant_name="acme", domain=ACME_DOMAIN))
    assert (body["event_type"], body["caller"], body["source_ip"]) == ("call_ended", "", "")


def test_an_address_is_read_out_of_its_source() -> None:
    assert source_ip("udp:192.0.2.7:5060") == "192.0.2.7"
    assert source_ip("tls:[2001:db8::7]:5061") == "2001:db8::7"
    assert source_ip("") == ""
