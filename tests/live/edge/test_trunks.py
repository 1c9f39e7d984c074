"""Calls from and to a provider: who is believed, whose number it is, and what goes out."""

from __future__ import annotations

import pytest

from tests.live.edge.conftest import PROVIDER_TRUNK, PhoneMaker
from tests.live.edge.edge_process import Edge
from tests.live.edge.endpoints import Endpoint, Worker, in_dialog_request
from tests.live.edge.messages import Header, SipMessage
from tests.live.edge.providers import inbound

ACMES_NUMBER, GLOBEXS_NUMBER, SUSPENDEDS_NUMBER = "49301114", "4930333", "4930444"
ACCOUNT = f"trk-{PROVIDER_TRUNK}-0123456789abcdef"


def vouched(invite: SipMessage) -> dict[str, list[str]]:
    names = ("X-PBX-Kind", "X-PBX-Trunk", "X-PBX-Did", "X-PBX-Domain", "X-PBX-Tenant", "X-PBX-User")
    return {name: invite.all(name) for name in names}


@pytest.mark.parametrize(
    ("called", "number", "domain", "tenant"),
    [
        (ACMES_NUMBER, ACMES_NUMBER, "acme.example", "1"),
        (f"+{ACMES_NUMBER}", ACMES_NUMBER, "acme.example", "1"),
        ("4930250", "4930250", "acme.example", "1"),
        (GLOBEXS_NUMBER, GLOBEXS_NUMBER, "globex.example", "2"),
    ],
)
def test_a_providers_call_reaches_the_worker_of_the_numbers_owner(
    provider: Endpoint, worker: Worker, called: str, number: str, domain: str, tenant: str
) -> None:
    inbound(provider, called, ("X-PBX-Tenant", "9"), ("X-PBX-Kind", "ext"), ("X-PBX-User", "101"))
    invite = worker.expect("INVITE")
    assert vouched(invite) == {
        "X-PBX-Kind": ["trunk"],
        "X-PBX-Trunk": [str(PROVIDER_TRUNK)],
        "X-PBX-Did": [number],
        "X-PBX-Domain": [domain],
        "X-PBX-Tenant": [tenant],
        "X-PBX-User": [],
    }
    worker.send(invite.answer(486))
    provider.expect("INVITE", 486)


def test_the_number_may_stand_in_to_alone(provider: Endpoint, worker: Worker) -> None:
    inbound(provider, "some-name", to=ACMES_NUMBER)
    invite = worker.expect("INVITE")
    assert invite.all("X-PBX-Did") == [ACMES_NUMBER]
    worker.send(invite.answer(486))


@pytest.mark.parametrize(
    ("number", "code"),
    [("493011", 404), ("4930300", 404), ("49301114x", 404), ("1" * 33, 404), (SUSPENDEDS_NUMBER, 403)],
)
def test_a_number_of_nobody_is_refused(provider: Endpoint, number: str, code: int) -> None:
    inbound(provider, number)
    assert provider.expect_final("INVITE").status == code


def test_a_stranger_is_not_taken_for_the_provider(phone: PhoneMaker, provider: Endpoint) -> None:
    stranger = phone()
    inbound(stranger, ACMES_NUMBER, ("X-PBX-Trunk", str(PROVIDER_TRUNK)))
    assert stranger.expect_final("INVITE").status == 404


def test_a_call_to_our_registration_is_believed_from_any_address(
    phone: PhoneMaker, provider: Endpoint, worker: Worker, edge: Edge
) -> None:
    edge.rpc("htable.sets", "trunks", f"account:{PROVIDER_TRUNK}", ACCOUNT)
    elsewhere = phone()
    inbound(elsewhere, ACCOUNT, to=ACMES_NUMBER)
    invite = worker.expect("INVITE")
    assert vouched(invite)["X-PBX-Trunk"] == [str(PROVIDER_TRUNK)]
    assert vouched(invite)["X-PBX-Did"] == [ACMES_NUMBER]
    worker.send(invite.answer(486))
    elsewhere.expect("INVITE", 486)
    inbound(elsewhere, f"trk-{PROVIDER_TRUNK}-ffffffffffffffff", to=ACMES_NUMBER)
    assert elsewhere.expect_final("INVITE").status == 404
    inbound(elsewhere, "trk-8-0123456789abcdef", to=ACMES_NUMBER)
    assert elsewhere.expect_final("INVITE").status == 404


def test_a_call_to_the_provider_runs_through_its_whole_life(provider: Endpoint, worker: Worker) -> None:
    trunk: Header = ("X-PBX-Trunk", str(PROVIDER_TRUNK))
    invite = worker.invite("0049891234@sip.provider.example", trunk, dest="trunk")
    received = provider.expect("INVITE")
    assert received.request_uri == "sip:0049891234@sip.provider.example"
    assert not [name for name in received.names() if name.startswith("x-pbx")]
    contact = f"<sip:{provider.transport.host}:{provider.transport.port}>"
    provider.send(received.answer(407, extra=(("Proxy-Authenticate", 'Digest realm="p", nonce="n"'),)))
    assert "nonce" in worker.expect("INVITE", 407)["Proxy-Authenticate"]

    invite = worker.invite("0049891234@sip.provider.example", trunk, dest="trunk")
    received = provider.expect("INVITE")
    provider.send(received.answer(183, contact=contact))
    worker.expect("INVITE", 183)
    provider.send(received.answer(200, contact=contact))
    answered = worker.expect("INVITE", 200)
    routes = list(reversed(answered.all("Record-Route")))
    for method, cseq in (("ACK", int(invite["CSeq"].split()[0])), ("BYE", 900)):
        worker.send(
            in_dialog_request(
                worker,
                method,
                answered,
                local=invite["From"],
                remote=answered["To"],
                cseq=cseq,
                routes=routes,
            )
        )
        request = provider.expect(method)
        if method == "BYE":
            provider.send(request.answer(200))
            worker.expect("BYE", 200)


def test_a_trunk_that_is_down_answers_at_once(worker: Worker) -> None:
    worker.invite("1@p.example", ("X-PBX-Trunk", "8"), dest="trunk")
    assert worker.expect_final("INVITE").status == 503
    worker.invite("1@p.example", ("X-PBX-Trunk", "8' or 1"), dest="trunk")
    assert worker.expect_final("INVITE").status == 400


def test_a_provider_that_says_nothing_is_given_up_within_seconds(provider: Endpoint, worker: Worker) -> None:
    worker.invite("1@p.example", ("X-PBX-Trunk", str(PROVIDER_TRUNK)), dest="trunk")
    provider.expect("INVITE")
    worker.expect("INVITE", 408, timeout_s=6)


def test_a_provider_without_a_free_line_is_told_to_the_worker_in_its_words(
    provider: Endpoint, worker: Worker
) -> None:
    worker.invite("1@p.example", ("X-PBX-Trunk", str(PROVIDER_TRUNK)), dest="trunk")
    provider.send(provider.expect("INVITE").answer(503))
    assert worker.expect_final("INVITE").start_line == "SIP/2.0 503 Answer"
