"""Calls of providers: to whom they go, and that nobody outside passes for an extension."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.live_call import LiveCall
from callmanager.domain.live_events import LiveEventFeed, cdr_message
from callmanager.domain.outcome import CallStatus
from callmanager.domain.public_record import to_public_json
from callmanager.domain.trunk_entry import SrtpMode
from sipworker.call.actions import AnswerLeg, DialLeg, DialTrunk, RefuseLeg
from sipworker.call.signals import InviteReceived, LegAnswered, LegHeld, LegHungUp, LegRinging
from tests.cast import ACME, ACME_DOMAIN, ACME_ID, ALICE, BOB, alice_calls
from tests.fakes import WorkerInMemory
from tests.worker.trunk_cast import (
    ACME_TRUNKS,
    BOBS_DID,
    CALLER,
    FIRST,
    NUMBER,
    SECOND,
    provider_calls,
)

DESK, MOBILE = "s1-1", "s1-2"


@pytest.fixture
def worker(worker: WorkerInMemory) -> WorkerInMemory:
    worker.snapshots.by_tenant[ACME_ID] = ACME_TRUNKS
    return worker


def dials(worker: WorkerInMemory) -> list[DialLeg]:
    return [action for action in worker.sip.actions if isinstance(action, DialLeg)]


def refusal_of(worker: WorkerInMemory, invite: InviteReceived) -> RefuseLeg:
    worker.hear(invite)
    (found,) = [a for a in worker.sip.take_actions() if isinstance(a, RefuseLeg)]
    return found


def with_first_trunk(worker: WorkerInMemory, **changes: object) -> None:
    first, *others = ACME_TRUNKS.trunks
    trunks = (replace(first, **changes), *others)  # type: ignore[arg-type]
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME_TRUNKS, trunks=trunks)


def test_a_call_to_an_extensions_own_number_rings_its_phones(worker: WorkerInMemory) -> None:
    worker.hear(provider_calls(BOBS_DID))
    desk, mobile = dials(worker)
    assert (desk.number, desk.caller, desk.caller_display_name) == (BOB, CALLER, "Père Noël")
    assert (desk.caller_domain, mobile.ruid) == (ACME_DOMAIN, "uloc-mobile")
    worker.hear(LegAnswered(DESK, "Desk phone", "PCMA"), LegHungUp("provider", False, 200, ""))
    cdr = worker.cdr()
    assert (cdr.direction, cdr.trunk_id, cdr.trunk_name, cdr.did) == ("in", FIRST, "First line", BOBS_DID)
    assert (cdr.caller, cdr.caller_domain, cdr.callee) == (CALLER, "sip.first.example", BOBS_DID)
    assert (cdr.answered_number, cdr.answered_by, cdr.outbound) == (BOB, "extension", None)
    assert (to_public_json(cdr)["did_cid"], to_public_json(cdr)["direction"]) == (BOBS_DID, "in")


def test_the_snapshots_directory_lends_its_names_to_nobody_outside(worker: WorkerInMemory) -> None:
    worker.hear(provider_calls(BOBS_DID, caller=ALICE, name=""))
    assert {dial.caller_display_name for dial in dials(worker)} == {""}
    assert {dial.caller_domain for dial in dials(worker)} == {"sip.first.example"}


def test_a_caller_with_an_extensions_number_may_do_nothing_that_it_may(worker: WorkerInMemory) -> None:
    for dialled in (BOB, ALICE, "*43", NUMBER):
        invite = provider_calls(dialled, leg=f"to {dialled}", caller=ALICE)
        assert refusal_of(worker, invite).sip_code == 404


def test_events_of_a_caller_with_an_extensions_number_are_not_told_to_it(worker: WorkerInMemory) -> None:
    worker.hear(provider_calls(BOBS_DID, caller=ALICE), LegRinging(DESK, 180, False), LegAnswered(DESK))
    live = LiveCall.from_json(json.dumps(worker.events.live["s1"]))
    assert not live.concerns_any({ALICE})
    assert live.concerns_any({BOB})
    worker.hear(LegHeld("provider"), LegHungUp("provider", False, 200, ""))
    feed = LiveEventFeed()
    messages = [feed.message(event) for event in worker.events.of("s1")]
    assert all(ALICE not in message["extensions"] for message in messages)  # type: ignore[operator]
    assert all(BOB in message["extensions"] for message in messages[1:])  # type: ignore[operator]
    assert cdr_message(worker.cdr())["extensions"] == [BOB]
    (hold,) = [e for e in worker.events.of("s1") if e.kind is CallEventKind.CALL_HOLD]
    assert (hold.data["aor"], hold.data["peer_aor"]) == (f"{ALICE}@sip.first.example", f"{BOB}@{ACME_DOMAIN}")


def test_a_change_of_the_extension_with_that_number_leaves_the_call_alone(worker: WorkerInMemory) -> None:
    worker.hear(provider_calls(BOBS_DID, caller=ALICE), LegAnswered(DESK))
    without = tuple(one for one in ACME_TRUNKS.extensions if one.number != ALICE)
    worker.snapshots.put(ACME_ID, replace(ACME_TRUNKS, extensions=without))
    worker.hear()
    assert worker.runner.live_calls == 1
    worker.snapshots.put(ACME_ID, replace(ACME_TRUNKS, is_enabled=False))
    worker.hear()
    assert worker.cdr().ended_reason == "Tenant disabled"


def test_a_hidden_number_is_shown_to_nobody(worker: WorkerInMemory) -> None:
    worker.hear(provider_calls(BOBS_DID, is_private=True))
    (desk, _) = dials(worker)
    assert (desk.caller, desk.caller_domain) == ("anonymous", "anonymous.invalid")
    worker.hear(LegHungUp("provider", True, 487, ""))
    told = str([event.data for event in worker.events.events])
    assert CALLER not in told
    assert "Père" not in told
    assert worker.cdr().caller == "anonymous"


def test_a_caller_without_a_number_is_anonymous(worker: WorkerInMemory) -> None:
    worker.hear(provider_calls(BOBS_DID, caller="", name=""))
    assert {dial.caller for dial in dials(worker)} == {"anonymous"}


@pytest.mark.parametrize("did", ["4930999", "", "999", BOBS_DID + "1"])
def test_a_number_outside_of_the_pool_is_not_there(worker: WorkerInMemory, did: str) -> None:
    assert refusal_of(worker, provider_calls(did)).sip_code == 404


def test_the_number_counts_on_its_own_trunk_only(worker: WorkerInMemory) -> None:
    assert refusal_of(worker, provider_calls(BOBS_DID, trunk_id=SECOND)).sip_code == 404


def test_a_trunk_that_is_not_loaded_yet_is_asked_for_again(worker: WorkerInMemory) -> None:
    worker.snapshots.by_tenant[ACME_ID] = ACME
    refusal = refusal_of(worker, provider_calls(BOBS_DID))
    assert (refusal.sip_code, refusal.retry_after_s) == (503, 5)
    assert worker.cdr().status is CallStatus.FAILED
    worker.snapshots.by_tenant.clear()
    assert refusal_of(worker, provider_calls(BOBS_DID, leg="again")).sip_code == 503


@pytest.mark.parametrize(
    ("mode", "is_offered", "code"),
    [(SrtpMode.REQUIRED, False, 488), (SrtpMode.OFF, True, 488), (SrtpMode.OPTIONAL, True, 0)],
)
def test_encryption_is_as_the_trunk_says(
    worker: WorkerInMemory, mode: SrtpMode, is_offered: bool, code: int
) -> None:
    with_first_trunk(worker, srtp=mode)
    worker.hear(provider_calls(BOBS_DID, is_srtp_offered=is_offered))
    refusals = [a.sip_code for a in worker.sip.actions if isinstance(a, RefuseLeg)]
    assert refusals == ([code] if code else [])


def test_the_caller_is_answered_with_a_codec_of_its_trunk(worker: WorkerInMemory) -> None:
    with_first_trunk(worker, codecs=("PCMU",))
    worker.hear(provider_calls(BOBS_DID), LegAnswered(DESK, "", "PCMA"))
    assert AnswerLeg("provider", "PCMU") in worker.sip.actions


def test_a_call_of_an_extension_is_not_touched_by_any_of_this(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    assert {(dial.caller, dial.caller_domain) for dial in dials(worker)} == {(ALICE, ACME_DOMAIN)}
    assert not [action for action in worker.sip.actions if isinstance(action, DialTrunk)]
