"""What reaches the worker, what reaches the phones, and who cannot get through."""

from __future__ import annotations

import time

import pytest

from deploy.stack.free_ports import free_port
from tests.live.edge.conftest import ALICE, BOB, CAROL_DISABLED, PhoneMaker
from tests.live.edge.edge_process import Directory, Edge, EventStream
from tests.live.edge.endpoints import SDP, Phone, Worker, in_dialog_request
from tests.live.edge.messages import Account, Header, SipMessage
from tests.live.edge.providers import acknowledge_refusal
from tests.live.edge.transports import NothingReceived


@pytest.fixture
def alice(phone: PhoneMaker) -> Phone:
    alice = phone(ALICE)
    assert alice.register().status == 200
    return alice


def registered(phone: Phone, events: EventStream, *extra: Header) -> str:
    """Registers; the ruid."""
    assert phone.register(*extra).status == 200
    return str(events.next(event="registered", aor=phone.account.aor)["ruid"])


def test_invite_reaches_the_worker_with_what_the_edge_vouches_for(alice: Phone, worker: Worker) -> None:
    alice.invite("102")
    invite = worker.expect("INVITE")
    assert invite.request_uri == "sip:102@acme.example"
    assert {
        name: invite.all(name) for name in ("X-PBX-Kind", "X-PBX-User", "X-PBX-Domain", "X-PBX-Tenant")
    } == {
        "X-PBX-Kind": ["ext"],
        "X-PBX-User": ["101"],
        "X-PBX-Domain": ["acme.example"],
        "X-PBX-Tenant": ["1"],
    }
    assert invite["X-PBX-Src"] == f"udp:127.0.0.1:{alice.transport.port}"
    assert "Proxy-Authorization" not in invite
    assert len(invite.all("Record-Route")) == 2
    worker.send(invite.answer(486))


def test_source_over_ipv6_and_wss_is_told_to_the_worker(phone: PhoneMaker, worker: Worker) -> None:
    for kind, start in (
        ("udp6", "udp:[::1]:"),
        ("tcp", "tcp:127.0.0.1:"),
        ("tls", "tls:127.0.0.1:"),
        ("wss", "wss:127.0.0.1:"),
    ):
        caller = phone(ALICE, kind)
        caller.invite("102")
        invite = worker.expect("INVITE")
        assert invite["X-PBX-Src"].startswith(start)
        worker.send(invite.answer(486))
        caller.expect("INVITE", 486)


def test_spoofed_headers_never_reach_the_worker(alice: Phone, worker: Worker) -> None:
    alice.invite(
        "102",
        ("X-PBX-Tenant", "2"),
        ("x-pbx-user", "999"),
        ("X-PBX-Rogue", "1"),
        ("X-PBX-Dest ", "ext"),
        ("X-Pbx-Kind\t", "trunk"),
        ("P-Asserted-Identity", "<sip:boss@acme.example>"),
        ("Remote-Party-ID", "<sip:boss@acme.example>"),
        ("p-preferred-identity", "<sip:boss@acme.example>"),
        ("X-Kept", "yes"),
    )
    invite = worker.expect("INVITE")
    assert invite.all("X-PBX-Tenant") == ["1"]
    assert invite.all("X-PBX-User") == ["101"]
    assert invite.all("X-PBX-Kind") == ["ext"]
    assert not invite.names() & {
        "x-pbx-rogue",
        "x-pbx-dest",
        "p-asserted-identity",
        "remote-party-id",
        "p-preferred-identity",
    }
    assert invite["X-Kept"] == "yes"
    worker.send(invite.answer(486))


def test_worker_headers_never_reach_the_phone(alice: Phone, worker: Worker) -> None:
    alice.invite("102")
    invite = worker.expect("INVITE")
    worker.send(invite.answer(180, contact=f"<{worker.uri}>", extra=(("X-PBX-Session", "secret"),)))
    assert "X-PBX-Session" not in alice.expect("INVITE", 180)
    worker.send(invite.answer(486, extra=(("X-PBX-Session", "secret"), ("Reason", "Q.850;cause=17"))))
    refused = alice.expect("INVITE", 486)
    assert "X-PBX-Session" not in refused
    assert refused["Reason"] == "Q.850;cause=17"


@pytest.mark.parametrize("kind", ["udp", "udp6", "tcp", "tls", "ws", "wss"])
def test_call_of_a_phone_runs_through_its_whole_life(phone: PhoneMaker, worker: Worker, kind: str) -> None:
    caller = phone(ALICE, kind)
    sent = caller.invite("102")
    invite = worker.expect("INVITE")
    worker.send(invite.answer(180, contact=f"<{worker.uri}>", extra=(("RSeq", "1"), ("Require", "100rel"))))
    ringing = caller.expect("INVITE", 180)
    caller.send(caller.in_dialog("PRACK", sent, ringing, ("RAck", f"1 {sent['CSeq']}")))
    prack = worker.expect("PRACK")
    worker.send(prack.answer(200))
    caller.expect("PRACK", 200)
    worker.send(invite.answer(200, contact=f"<{worker.uri}>"))
    answered = caller.expect("INVITE", 200)
    caller.acknowledge(sent, answered)
    assert worker.expect("ACK")["Call-ID"] == sent["Call-ID"]

    caller.send(caller.in_dialog("INVITE", sent, answered, ("X-PBX-Tenant", "2"), body=SDP))
    reinvite = worker.expect("INVITE")
    assert "X-PBX-Tenant" not in reinvite
    worker.send(reinvite.answer(200, contact=f"<{worker.uri}>"))
    caller.expect("INVITE", 200)

    worker.send(worker.in_dialog("UPDATE", invite, reinvite.answer(200), ("X-PBX-Session", "secret")))
    update = caller.expect("UPDATE")
    assert "X-PBX-Session" not in update
    caller.send(update.answer(200, contact=caller.contact))
    worker.expect("UPDATE", 200)

    worker.send(
        worker.in_dialog("REFER", invite, reinvite.answer(200), ("Refer-To", "<sip:103@acme.example>"))
    )
    caller.send(caller.expect("REFER").answer(202))
    worker.expect("REFER", 202)

    worker.send(worker.in_dialog("BYE", invite, reinvite.answer(200)))
    caller.send(caller.expect("BYE").answer(200))
    worker.expect("BYE", 200)


@pytest.mark.parametrize("kind", ["udp", "udp6", "tcp", "tls", "ws", "wss"])
def test_call_to_a_phone_runs_through_its_whole_life(
    phone: PhoneMaker, worker: Worker, events: EventStream, kind: str
) -> None:
    callee = phone(BOB, kind)
    ruid = registered(callee, events)
    invite = worker.invite(BOB.aor, ("X-PBX-Ruid", ruid))
    received = callee.expect("INVITE")
    assert not [name for name in received.names() if name.startswith("x-pbx")]
    callee.send(received.answer(180, contact=callee.contact, extra=(("X-PBX-Tenant", "2"),)))
    assert "X-PBX-Tenant" not in worker.expect("INVITE", 180)
    callee.send(received.answer(200, contact=callee.contact))
    answered = worker.expect("INVITE", 200)

    def to_callee(method: str, cseq: int) -> SipMessage:
        return in_dialog_request(
            worker,
            method,
            answered,
            local=invite["From"],
            remote=answered["To"],
            cseq=cseq,
            routes=list(reversed(answered.all("Record-Route"))),
        )

    worker.send(to_callee("ACK", int(invite["CSeq"].split()[0])))
    callee.expect("ACK")
    worker.send(to_callee("INFO", 500))
    callee.send(callee.expect("INFO").answer(200))
    worker.expect("INFO", 200)
    bye = in_dialog_request(
        callee,
        "BYE",
        received,
        local=received.answer(200)["To"],
        remote=received["From"],
        cseq=1,
        routes=received.all("Record-Route"),
    )
    callee.send(bye)
    worker.send(worker.expect("BYE").answer(200))
    callee.expect("BYE", 200)


def test_call_to_a_phone_behind_nat_goes_to_its_source(
    phone: PhoneMaker, worker: Worker, events: EventStream
) -> None:
    callee = phone(BOB)
    private: Header = ("Contact", "<sip:102@192.168.7.7:5060>")
    ruid = registered(callee, events, private)
    invite = worker.invite(BOB.aor, ("X-PBX-Ruid", ruid))
    received = callee.expect("INVITE")
    assert received.request_uri == "sip:102@192.168.7.7:5060"
    callee.send(received.answer(200, contact=private[1]))
    answered = worker.expect("INVITE", 200)
    worker.send(
        in_dialog_request(
            worker,
            "BYE",
            answered,
            local=invite["From"],
            remote=answered["To"],
            cseq=900,
            routes=list(reversed(answered.all("Record-Route"))),
        )
    )
    callee.send(callee.expect("BYE").answer(200))
    worker.expect("BYE", 200)


def test_ruid_rings_one_contact_of_two(phone: PhoneMaker, worker: Worker, events: EventStream) -> None:
    desk, app = phone(BOB), phone(BOB, "tcp")
    ruids = {desk: registered(desk, events), app: registered(app, events)}
    for rung, quiet in ((desk, app), (app, desk)):
        invite = worker.invite(BOB.aor, ("X-PBX-Ruid", ruids[rung]))
        received = rung.expect("INVITE")
        quiet.expect_silence("INVITE", 0.3)
        rung.send(received.answer(486))
        refused = worker.expect("INVITE", 486)
        assert refused["Call-ID"] == invite["Call-ID"]
        acknowledge_refusal(worker, invite, refused)


def test_without_ruid_all_contacts_ring(phone: PhoneMaker, worker: Worker, events: EventStream) -> None:
    devices = (phone(BOB), phone(BOB, "tls"))
    for device in devices:
        registered(device, events)
    invite = worker.invite(BOB.aor)
    for device in devices:
        device.send(device.expect("INVITE").answer(486))
    assert worker.expect("INVITE", 486)["Call-ID"] == invite["Call-ID"]


def test_vanished_contact_is_480_and_unknown_extension_404(
    phone: PhoneMaker, worker: Worker, events: EventStream
) -> None:
    registered(phone(BOB), events)
    worker.invite(BOB.aor, ("X-PBX-Ruid", "uloc-none"))
    worker.expect("INVITE", 480)
    worker.invite("555@acme.example", ("X-PBX-Ruid", "uloc-none"))
    worker.expect("INVITE", 404)
    worker.invite("102@globex.example")
    worker.expect("INVITE", 404)


def test_cancel_of_the_worker_carries_its_reason_to_the_phone(
    phone: PhoneMaker, worker: Worker, events: EventStream
) -> None:
    callee = phone(BOB)
    registered(callee, events)
    invite = worker.invite(BOB.aor)
    received = callee.expect("INVITE")
    callee.send(received.answer(180, contact=callee.contact))
    worker.expect("INVITE", 180)
    reason = 'SIP;cause=200;text="Call completed elsewhere"'
    worker.cancel(invite, ("Reason", reason))
    cancel = callee.expect("CANCEL")
    assert cancel["Reason"] == reason
    callee.send(cancel.answer(200))
    callee.send(received.answer(487))
    worker.expect("INVITE", 487)


def test_caller_may_cancel(alice: Phone, worker: Worker) -> None:
    sent = alice.invite("102")
    invite = worker.expect("INVITE")
    worker.send(invite.answer(180, contact=f"<{worker.uri}>"))
    alice.expect("INVITE", 180)
    kept = [(n, v) for n, v in sent.headers if n in {"Via", "From", "To", "Call-ID", "Max-Forwards"}]
    cseq = ("CSeq", f"{sent['CSeq'].split()[0]} CANCEL")
    alice.send(SipMessage(f"CANCEL {sent.request_uri} SIP/2.0", (*kept, cseq)))
    worker.send(worker.expect("CANCEL").answer(200))
    worker.send(invite.answer(487))
    alice.acknowledge(sent, alice.expect("INVITE", 487))


def test_stranger_on_the_private_socket_is_ignored(
    edge: Edge, phone: PhoneMaker, events: EventStream
) -> None:
    callee = phone(BOB)
    registered(callee, events)
    stranger = Worker(edge.at("EDGE_PRIVATE"), free_port())
    stranger.invite(BOB.aor)
    with pytest.raises(NothingReceived):
        stranger.expect("INVITE", timeout_s=0.5)
    callee.expect_silence("INVITE", 0.2)
    stranger.close()


def test_worker_headers_from_outside_do_not_open_the_way_to_phones(
    alice: Phone, phone: PhoneMaker, worker: Worker, events: EventStream
) -> None:
    callee = phone(BOB)
    ruid = registered(callee, events)
    alice.invite("102", ("X-PBX-Dest", "ext"), ("X-PBX-Ruid", ruid), ("X-PBX-Tenant", "1"))
    invite = worker.expect("INVITE")
    assert "X-PBX-Ruid" not in invite
    callee.expect_silence("INVITE", 0.2)
    worker.send(invite.answer(486))


def test_forged_route_does_not_make_the_edge_a_relay(alice: Phone, worker: Worker, edge: Edge) -> None:
    victim = Worker(edge.at("EDGE_PRIVATE"), free_port())
    udp, private = edge.at("SIP_UDP")[1], edge.at("EDGE_PRIVATE")[1]
    own = [f"<sip:127.0.0.1:{udp};lr>", f"<sip:127.0.0.1:{private};lr>"]
    for routes, target in (
        ([own[0]], victim.uri),
        (own, victim.uri),
        ([*own, f"<{victim.uri};lr>"], worker.uri),
        ([own[0], f"<{victim.uri};lr>"], worker.uri),
        ([own[0]], f"sip:102@acme.example;alias=127.0.0.1~{victim.transport.port}~1"),
    ):
        forged = alice.request("BYE", target, *(("Route", route) for route in routes), to=f"<{target}>;tag=x")
        assert alice.ask(forged).status in (403, 404), routes
    victim.expect_silence("BYE", 0.2)
    victim.close()


def test_preloaded_route_of_an_initial_invite_is_ignored(alice: Phone, worker: Worker, edge: Edge) -> None:
    alice.invite("102", ("Route", "<sip:192.0.2.99;lr>"))
    invite = worker.expect("INVITE")
    assert "Route" not in invite
    worker.send(invite.answer(486))


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("PUBLISH", 489),
        ("MESSAGE", 405),
        ("REFER", 405),
        ("NOTIFY", 405),
        ("INFO", 405),
        ("BYE", 405),
        ("OPTIONS", 200),
        ("FOO", 405),
    ],
)
def test_out_of_dialog_methods_are_answered_plainly(
    alice: Phone, worker: Worker, method: str, status: int
) -> None:
    assert alice.ask(alice.request(method, "sip:102@acme.example")).status == status
    worker.expect_silence(method, 0.05)


def test_invite_without_right_is_refused(phone: PhoneMaker, worker: Worker) -> None:
    nobody = phone(Account("101", "nowhere.example", "x"))
    assert nobody.ask(nobody.request("INVITE", "sip:102@acme.example", body=SDP)).status == 404
    intruder = phone(Account("101", "acme.example", "guess"))
    intruder.invite("102")
    assert intruder.expect_final("INVITE").status == 407
    disabled = phone(CAROL_DISABLED)
    disabled.invite("102")
    assert disabled.expect_final("INVITE").status == 403
    worker.expect_silence("INVITE", 0.1)


def test_silent_worker_is_passed_over_and_without_any_the_answer_is_503(
    phone: PhoneMaker, edge: Edge, directory: Directory, worker: Worker, worker_port: int, events: EventStream
) -> None:
    """Two workers: whichever the tenant hashes to goes silent; the other takes the call, then goes too."""
    second_port = free_port()
    directory.add_worker("two", f"sip:127.0.0.1:{second_port}")
    second = Worker(edge.at("EDGE_PRIVATE"), second_port)
    try:
        edge.rpc("dispatcher.reload")
        caller = phone(ALICE)
        caller.invite("102")
        first, spare = (worker, second) if _takes_the_call(worker) else (second, worker)
        first.close()
        started = time.monotonic()
        caller.invite("102")
        invite = spare.expect("INVITE")
        assert time.monotonic() - started < 3.5
        assert events.next(event="worker_down")["worker"] == first.uri
        spare.send(invite.answer(486))
        spare.close()
        caller.invite("102")
        refused = caller.expect("INVITE", 503, timeout_s=8)
        assert "Retry-After" in refused
    finally:
        second.close()
        directory.execute("DELETE FROM worker_node WHERE worker = 'two'")


def _takes_the_call(worker: Worker) -> bool:
    try:
        worker.send(worker.expect("INVITE", timeout_s=0.5).answer(486))
    except NothingReceived:
        return False
    return True


def test_draining_worker_gets_no_new_call_but_keeps_its_own(
    phone: PhoneMaker, edge: Edge, directory: Directory, worker: Worker, events: EventStream
) -> None:
    callee = phone(BOB)
    registered(callee, events)
    worker.invite(BOB.aor)
    received = callee.expect("INVITE")
    callee.send(received.answer(200, contact=callee.contact))
    worker.expect("INVITE", 200)
    directory.execute("UPDATE worker_node SET state = 'draining'")
    try:
        edge.rpc("dispatcher.reload")
        caller = phone(ALICE)
        caller.invite("102")
        assert "Retry-After" in caller.expect("INVITE", 503)
        bye = in_dialog_request(
            callee,
            "BYE",
            received,
            local=received.answer(200)["To"],
            remote=received["From"],
            cseq=1,
            routes=received.all("Record-Route"),
        )
        callee.send(bye)
        worker.send(worker.expect("BYE").answer(200))
        callee.expect("BYE", 200)
    finally:
        directory.execute("UPDATE worker_node SET state = 'up'")


def test_worker_that_answers_503_is_passed_over(alice: Phone, worker: Worker) -> None:
    alice.invite("102")
    invite = worker.expect("INVITE")
    worker.send(invite.answer(503))
    assert "Retry-After" in alice.expect("INVITE", 503)
