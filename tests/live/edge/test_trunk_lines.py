"""How many calls a trunk may have: exact when they come at once, both ways, and free again however a call ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest

from tests.live.edge.conftest import PROVIDER_TRUNK
from tests.live.edge.edge_process import Directory, Edge, wait_for
from tests.live.edge.endpoints import Endpoint, Worker
from tests.live.edge.messages import Header, SipMessage
from tests.live.edge.providers import acknowledge_refusal, as_callee, as_caller, contact_of, inbound
from tests.live.edge.test_trunks import ACMES_NUMBER
from tests.live.edge.transports import NothingReceived

TRUNK: Header = ("X-PBX-Trunk", str(PROVIDER_TRUNK))


def lines_in_use(edge: Edge, trunk: int = PROVIDER_TRUNK) -> int:
    return int(edge.rpc("dlg.profile_get_size", "trunk", str(trunk)))


@pytest.fixture
def lines(edge: Edge) -> Iterator[Edge]:
    """Nothing left of the tests before, nothing left behind."""
    wait_for("no call of the trunk is left", lambda: lines_in_use(edge) == 0, 10)
    yield edge
    edge.rpc("htable.delete", "trunks", f"how:{PROVIDER_TRUNK}")


def limit(edge: Edge, calls: int) -> None:
    edge.rpc("htable.sets", "trunks", f"how:{PROVIDER_TRUNK}", f"max={calls};hide=1")


def dial(worker: Worker) -> SipMessage:
    return worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")


def finals(endpoint: Endpoint, calls: Collection[str], count: int) -> dict[str, SipMessage]:
    """The final answers of that many of the calls, by Call-ID; one of an earlier test may be repeated meanwhile."""
    found: dict[str, SipMessage] = {}
    while len(found) < count:
        answer = endpoint.expect_final("INVITE")
        if answer["Call-ID"] in calls:
            found[answer["Call-ID"]] = answer
    return found


def next_invite(provider: Endpoint) -> SipMessage | None:
    try:
        return provider.expect("INVITE", timeout_s=0.5)
    except NothingReceived:
        return None


def test_of_sixty_calls_at_once_exactly_as_many_get_through_as_the_trunk_has_lines(
    provider: Endpoint, worker: Worker, lines: Edge
) -> None:
    limit(lines, 7)
    invites = {invite["Call-ID"]: invite for invite in (dial(worker) for _ in range(60))}
    full = finals(worker, invites.keys(), 53)
    assert {answer.start_line for answer in full.values()} == {"SIP/2.0 503 Trunk Full"}
    ringing: dict[str, SipMessage] = {}
    while len(ringing) < 7:
        invite = provider.expect("INVITE")
        ringing[invite["Call-ID"]] = invite
    # Nothing but repetitions is on its way.
    while (late := next_invite(provider)) is not None:
        assert late["Call-ID"] in ringing
    assert ringing.keys() | full.keys() == invites.keys()
    assert lines_in_use(lines) == 7
    for call_id, final in full.items():
        acknowledge_refusal(worker, invites[call_id], final)
    for invite in ringing.values():
        provider.send(invite.answer(486))
    for call_id, final in finals(worker, ringing.keys(), 7).items():
        acknowledge_refusal(worker, invites[call_id], final)
    assert lines_in_use(lines) == 0


def test_both_directions_share_the_lines(provider: Endpoint, worker: Worker, lines: Edge) -> None:
    limit(lines, 2)
    outgoing = dial(worker)
    received = provider.expect("INVITE")
    provider.send(received.answer(180))
    incoming = inbound(provider, ACMES_NUMBER)
    taken = worker.expect("INVITE")
    worker.send(taken.answer(180))
    provider.expect("INVITE", 180)

    third = inbound(provider, ACMES_NUMBER)
    refused = provider.expect_final("INVITE")
    assert refused.start_line == "SIP/2.0 486 Trunk Full"
    acknowledge_refusal(provider, third, refused)
    fourth = dial(worker)
    refused = worker.expect_final("INVITE")
    assert refused.status == 503
    acknowledge_refusal(worker, fourth, refused)

    worker.send(taken.answer(486))
    acknowledge_refusal(provider, incoming, provider.expect("INVITE", 486))
    assert lines_in_use(lines) == 1
    provider.send(received.answer(603))
    acknowledge_refusal(worker, outgoing, worker.expect("INVITE", 603))
    assert lines_in_use(lines) == 0


def test_a_cancelled_call_frees_its_line(provider: Endpoint, worker: Worker, lines: Edge) -> None:
    limit(lines, 1)
    invite = dial(worker)
    received = provider.expect("INVITE")
    provider.send(received.answer(180))
    worker.expect("INVITE", 180)
    worker.cancel(invite)
    provider.send(provider.expect("CANCEL").answer(200))
    provider.send(received.answer(487))
    acknowledge_refusal(worker, invite, worker.expect("INVITE", 487))
    assert lines_in_use(lines) == 0


@pytest.mark.parametrize("who", ["worker", "provider"])
def test_a_call_that_is_hung_up_frees_its_line(
    provider: Endpoint, worker: Worker, lines: Edge, who: str
) -> None:
    limit(lines, 1)
    invite = dial(worker)
    received = provider.expect("INVITE")
    sent = provider.send(received.answer(200, contact=contact_of(provider)))
    answered = worker.expect("INVITE", 200)
    as_caller(worker, "ACK", invite, answered, int(invite["CSeq"].split()[0]))
    provider.expect("ACK")
    assert lines_in_use(lines) == 1
    if who == "worker":
        as_caller(worker, "BYE", invite, answered, 900)
        provider.send(provider.expect("BYE").answer(200))
    else:
        as_callee(provider, "BYE", received, sent, 9)
        worker.send(worker.expect("BYE").answer(200))
    wait_for("the line is free", lambda: lines_in_use(lines) == 0, 2)


def test_a_call_in_that_is_hung_up_frees_its_line(provider: Endpoint, worker: Worker, lines: Edge) -> None:
    limit(lines, 1)
    invite = inbound(provider, ACMES_NUMBER)
    taken = worker.expect("INVITE")
    worker.send(taken.answer(200, contact=f"<{worker.uri}>"))
    answered = provider.expect("INVITE", 200)
    as_caller(provider, "ACK", invite, answered, 1)
    worker.expect("ACK")
    assert lines_in_use(lines) == 1
    as_caller(provider, "BYE", invite, answered, 2)
    worker.send(worker.expect("BYE").answer(200))
    wait_for("the line is free", lambda: lines_in_use(lines) == 0, 2)


def test_a_provider_that_says_nothing_holds_no_line(provider: Endpoint, worker: Worker, lines: Edge) -> None:
    limit(lines, 1)
    invite = dial(worker)
    provider.expect("INVITE")
    acknowledge_refusal(worker, invite, worker.expect("INVITE", 408, timeout_s=6))
    assert lines_in_use(lines) == 0


def test_without_a_worker_a_call_in_holds_no_line(
    provider: Endpoint, worker: Worker, lines: Edge, directory: Directory
) -> None:
    limit(lines, 1)
    directory.execute("UPDATE worker_node SET state = 'down'")
    lines.rpc("dispatcher.reload")
    try:
        for _ in range(2):
            invite = inbound(provider, ACMES_NUMBER)
            refused = provider.expect_final("INVITE")
            assert refused.status == 503
            acknowledge_refusal(provider, invite, refused)
        assert lines_in_use(lines) == 0
    finally:
        directory.execute("UPDATE worker_node SET state = 'up'")
        lines.rpc("dispatcher.reload")


def test_calls_whose_worker_died_are_hung_up_and_free_their_lines(
    provider: Endpoint, worker: Worker, lines: Edge
) -> None:
    limit(lines, 2)
    incoming = inbound(provider, ACMES_NUMBER)
    taken = worker.expect("INVITE")
    worker.send(taken.answer(200, contact=f"<{worker.uri}>"))
    as_caller(provider, "ACK", incoming, provider.expect("INVITE", 200), 1)
    outgoing = dial(worker)
    received = provider.expect("INVITE")
    provider.send(received.answer(200, contact=contact_of(provider)))
    answered = worker.expect("INVITE", 200)
    as_caller(worker, "ACK", outgoing, answered, int(outgoing["CSeq"].split()[0]))
    provider.expect("ACK")
    # A new worker in its place knows nothing of the calls.
    asked: set[str] = set()
    while len(asked) < 2:
        message = SipMessage.parse(worker.transport.receive(45))
        if message.is_response or message.method != "OPTIONS":
            continue
        is_of_call = "tag=" in message["To"]
        worker.send(message.answer(481 if is_of_call else 200))
        if is_of_call:
            asked.add(message["Call-ID"])
    hung_up: set[str] = set()
    while len(hung_up) < 2:
        bye = provider.expect("BYE", timeout_s=30)
        assert len(bye.all("Via")) == 1
        provider.send(bye.answer(200))
        hung_up.add(bye["Call-ID"])
    assert hung_up == {incoming["Call-ID"], outgoing["Call-ID"]}
    wait_for("the lines are free", lambda: lines_in_use(lines) == 0, 5)
