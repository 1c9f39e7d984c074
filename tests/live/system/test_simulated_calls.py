"""What the simulator says, and what the system then does with real calls between phones and providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.live.system.outside_world import OutsideWorld
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient

POOL, DID, OTHER_DID = "493055500-493055599", "493055501", "493055510"
NUMBER, MOBILE = "03012345678", "017012345678"
CALLER = "4989777"  # as every provider's phone is called


@dataclass(frozen=True, slots=True)
class Lines:
    """Two providers, tried in this order; the first one has numbers of ours."""

    first: Phone
    second: Phone
    first_trunk: int
    second_trunk: int


@pytest.fixture
def lines(world: OutsideWorld) -> Lines:
    first, second = world.provider(), world.provider()
    trunks = world.trunk_to(first, POOL), world.trunk_to(second)
    world.outbound(*trunks)
    world.inbound(trunks[0], DID, "102")
    return Lines(first, second, *trunks)


def simulate(rest: RestClient, called: str, *, trunk: int | None = None, **assumed: Any) -> Json:
    caller = CALLER if trunk else "101"
    question = {"caller": caller, "called": called, "trunk": trunk, "assume": assumed}
    return rest.post("/call_simulations", question)


def check(rest: RestClient, said: Json, call: PhoneCall) -> Json:
    """The end of the call, and each target of its record, are those that were simulated."""
    end = said["end"]
    if end["kind"] == "refused":
        call.wait_over(20)
        assert call.code == end["sip_code"], said["text"]
    else:
        call.wait_confirmed(20)
        call.hang_up()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert cdr["status"] == end["status"]
    if end["kind"] != "refused":
        assert cdr["answered_number"] == end["answered_by"]
    tried = [
        one for step in said["steps"] if step["dial"] for one in step["dial"]["attempts"] if one["is_tried"]
    ]
    assert [one["trunk"] for one in tried] == [
        target["trunk_id"] for target in cdr["call_targets"] if target["trunk_id"]
    ]
    return cdr


def sent(said: Json, trunk: int) -> dict[str, str]:
    """The headers that the simulator says go to this trunk."""
    (attempt,) = [
        one
        for step in said["steps"]
        if step["dial"]
        for one in step["dial"]["attempts"]
        if one["trunk"] == trunk
    ]
    return {header["name"]: header["value"] for header in attempt["headers"]}


def uri(header: str) -> str:
    """Without name, parameters and tag."""
    return header.split("<")[1].split(">")[0].split(";")[0]


def test_an_extension_answers_is_busy_declines_or_is_not_there(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    for state, final in (("answers", 200), ("busy", 486), ("declines", 603)):
        bob.on_incoming(final=final)
        check(rest, simulate(rest, "102", phones={"102": state}), alice.dial("102"))
        bob.forget_calls()
    check(rest, simulate(rest, "103", phones={"103": "offline"}), alice.dial("103"))


def test_services_and_numbers_of_nobody(alice: Phone, rest: RestClient) -> None:
    for number in ("*43", "*99", "999", "101"):
        check(rest, simulate(rest, number), alice.dial(number))


def test_the_second_trunk_gets_the_call_with_the_headers_that_were_said(
    lines: Lines, alice: Phone, rest: RestClient
) -> None:
    lines.first.on_incoming(provisional=0, final=503)
    lines.second.on_incoming(final=200)
    said = simulate(rest, NUMBER, trunks={str(lines.first_trunk): "503"})
    check(rest, said, alice.dial(NUMBER))
    headers = sent(said, lines.second_trunk)
    invite = lines.second.wait_incoming().messages[0]
    assert uri(invite.header("From")) == uri(headers["From"])
    assert uri(invite.header("To")) == uri(headers["To"])


@pytest.mark.parametrize("code", [486, 404, 603])
def test_what_a_provider_says_of_the_number_ends_the_call(
    lines: Lines, alice: Phone, rest: RestClient, code: int
) -> None:
    lines.first.on_incoming(provisional=0, final=code)
    said = simulate(rest, NUMBER, trunks={str(lines.first_trunk): str(code)})
    assert said["end"]["sip_code"] == code
    check(rest, said, alice.dial(NUMBER))


def test_a_call_of_a_provider_goes_by_its_rule_or_nowhere(lines: Lines, bob: Phone, rest: RestClient) -> None:
    bob.on_incoming(final=200)
    said = simulate(rest, DID, trunk=lines.first_trunk)
    assert said["rung"] == ["102"]
    check(rest, said, lines.first.dial(DID))
    said = simulate(rest, OTHER_DID, trunk=lines.first_trunk)
    assert said["end"]["sip_code"] == 404
    check(rest, said, lines.first.dial(OTHER_DID))


def test_a_busy_extension_sends_the_call_outside_and_says_so(
    lines: Lines, world: OutsideWorld, bob: Phone, rest: RestClient
) -> None:
    destination = {"kind": "external_number", "target": MOBILE}
    forwards = [
        {"status": "available", "during": during, "when": "busy", "destination": destination}
        for during in ("office_hours", "outside_office_hours")
    ]
    world.extension("102", forwards=forwards)
    bob.on_incoming(final=486)
    lines.first.on_incoming(final=503, provisional=0)
    lines.second.on_incoming(final=200)
    assumed = {"phones": {"102": "busy"}, "trunks": {str(lines.first_trunk): "503"}}
    said = simulate(rest, DID, trunk=lines.first_trunk, **assumed)
    assert (said["end"]["answered_by"], said["end"]["trunk"]) == (MOBILE, lines.second_trunk)
    check(rest, said, lines.first.dial(DID))
    headers = sent(said, lines.second_trunk)
    invite = lines.second.wait_incoming().messages[0]
    assert uri(invite.header("From")) == uri(headers["From"])
    assert invite.header("Diversion") == headers["Diversion"]
