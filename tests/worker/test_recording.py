"""Calls that are recorded: who is heard in the file, from when to when, and what stands against it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.recording import Announcement, RecordingPolicy
from sipworker.call.actions import (
    BridgeLegs,
    EmitEvent,
    HearLeg,
    MixCallRecording,
    PlayFiles,
    SendDigit,
    StartCallRecording,
    UnbridgeLegs,
)
from sipworker.call.context import CallContext
from sipworker.call.signals import (
    CallRecordingBegun,
    DigitPressed,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRinging,
    LegUnheld,
    PlaybackEnded,
)
from sipworker.call.transfers import TransferAsked
from sipworker.features.call_recording import CallRecording
from tests.cast import ACME, ACME_DOMAIN, ACME_ID, ALICE, BOB, BOBS_DESK, CAROL, GLOBEX_ID, alice_calls
from tests.fakes import WorkerInMemory
from tests.worker.trunk_cast import ACME_TRUNKS, BOBS_DID, FIRST, provider_calls

DESK, NAME = "s1-1", "s1-1"


def configure(worker: WorkerInMemory, recorded: tuple[str, ...] = (), **policy: Any) -> None:
    extensions = tuple(replace(one, is_recorded=one.number in recorded) for one in ACME.extensions)
    worker.snapshots.by_tenant[ACME_ID] = replace(
        ACME, extensions=extensions, recording=RecordingPolicy(**policy)
    )
    worker.contacts.by_aor = dict.fromkeys(worker.contacts.by_aor, (BOBS_DESK,))


def talk(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegRinging(DESK, 180, False))
    worker.hear(LegAnswered(DESK))


def told(worker: WorkerInMemory, kind: CallEventKind) -> list[dict[str, Any]]:
    return [dict(event.data) for event in worker.events.of("s1") if event.kind is kind]


def press(worker: WorkerInMemory, leg: str, digits: str) -> None:
    for digit in digits:
        worker.hear(DigitPressed(leg, digit, 100))


def order(worker: WorkerInMemory, step: str, by: str = "", tenant_id: int = ACME_ID) -> tuple[bool, str]:
    reply = worker.command("record", tenant_id, "s1", step=step, by=by)
    return reply.ok, reply.code


@pytest.mark.parametrize(("recorded", "asked_by"), [((ALICE,), "caller"), ((BOB,), "callee")])
def test_a_call_of_a_recorded_extension_is_recorded_with_both_sides(
    worker: WorkerInMemory, recorded: tuple[str, ...], asked_by: str
) -> None:
    configure(worker, recorded)
    talk(worker)
    assert worker.recorder.running == {NAME: (f"recordings/{NAME}.wav",)}
    assert worker.recorder.heard[NAME] == (("alice",), (DESK,))
    assert told(worker, CallEventKind.RECORDING_STARTED) == [
        {
            "recording": NAME,
            "asked_by": asked_by,
            "tracks": 1,
            "paths": [f"recordings/{NAME}.wav"],
            "by": "",
        }
    ]
    assert worker.events.live["s1"]["recording"] == "recording"
    worker.hear(LegHungUp(DESK, False, 200, "bye"))
    assert worker.recorder.ended == [NAME]
    kinds = worker.events.kinds("s1")
    assert kinds[-1] is CallEventKind.CALL_ENDED
    assert told(worker, CallEventKind.RECORDING_STOPPED) == [
        {"recording": NAME, "why": "call_ended", "by": ""}
    ]


def test_nobody_asks_nothing_is_recorded(worker: WorkerInMemory) -> None:
    configure(worker)
    talk(worker)
    assert not worker.recorder.running


def test_two_tracks_are_two_files(worker: WorkerInMemory) -> None:
    configure(worker, is_all_recorded=True, is_two_tracks=True)
    talk(worker)
    assert worker.recorder.running[NAME] == (
        f"recordings/{NAME}-caller.wav",
        f"recordings/{NAME}-callee.wav",
    )


def test_on_hold_nobody_is_recorded(worker: WorkerInMemory) -> None:
    configure(worker, (ALICE,))
    talk(worker)
    worker.hear(LegHeld(DESK))
    assert worker.recorder.heard[NAME] == ((), ())
    worker.hear(LegUnheld(DESK))
    assert worker.recorder.heard[NAME] == (("alice",), (DESK,))


def test_an_announcement_is_heard_by_both_before_they_talk(worker: WorkerInMemory) -> None:
    configure(worker, (BOB,), announcement=Announcement.EN)
    talk(worker)
    actions = worker.sip.take_actions()
    assert actions.index(UnbridgeLegs("alice", DESK)) > actions.index(BridgeLegs("alice", DESK))
    assert [one.leg for one in actions if isinstance(one, PlayFiles)] == ["alice", DESK]
    assert not worker.recorder.running
    worker.hear(PlaybackEnded("alice", "recording_announcement"))
    assert not worker.recorder.running
    worker.hear(PlaybackEnded(DESK, "recording_announcement"))
    assert worker.sip.take_actions() == [BridgeLegs("alice", DESK)]
    assert worker.recorder.heard[NAME] == (("alice",), (DESK,))


def test_an_announcement_whose_end_is_never_told_keeps_nobody_waiting(worker: WorkerInMemory) -> None:
    configure(worker, (BOB,), announcement=Announcement.TONE)
    talk(worker)
    worker.wait(21.0)
    assert BridgeLegs("alice", DESK) == worker.sip.actions[-1]
    assert worker.recorder.running


def test_a_long_announcement_of_the_companys_own_has_its_time(worker: WorkerInMemory) -> None:
    configure(worker, (BOB,), announcement=Announcement.TONE, own_announcement="acme/prompt/x")
    talk(worker)
    heard = [one.sounds for one in worker.sip.actions if isinstance(one, PlayFiles)]
    assert heard == [("stored:acme/prompt/x",)] * 2
    worker.wait(35.0)
    assert not worker.recorder.running
    worker.wait(6.0)
    assert worker.recorder.running


def test_hold_during_an_announcement_is_kept_for_after_it(worker: WorkerInMemory) -> None:
    configure(worker, (BOB,), announcement=Announcement.TONE)
    talk(worker)
    worker.hear(LegHeld(DESK))
    worker.sip.take_actions()
    worker.wait(21.0)
    assert BridgeLegs("alice", DESK) not in worker.sip.take_actions()
    worker.hear(LegUnheld(DESK))
    assert BridgeLegs("alice", DESK) in worker.sip.take_actions()
    assert worker.recorder.heard[NAME] == (("alice",), (DESK,))


def test_a_code_starts_and_ends_a_recording_and_is_not_heard_by_the_other(worker: WorkerInMemory) -> None:
    configure(worker)
    talk(worker)
    press(worker, DESK, "*1")
    assert told(worker, CallEventKind.RECORDING_STARTED)[0]["by"] == BOB
    press(worker, "alice", "*1")
    assert told(worker, CallEventKind.RECORDING_STOPPED) == [
        {"recording": NAME, "why": "request", "by": ALICE}
    ]
    press(worker, "alice", "*1")
    assert list(worker.recorder.running) == ["s1-2"]
    assert not [one for one in worker.sip.actions if isinstance(one, SendDigit)]


def test_a_code_pauses_for_the_card_number_and_goes_on(worker: WorkerInMemory) -> None:
    configure(worker, (ALICE,))
    talk(worker)
    press(worker, "alice", "*2")
    assert worker.recorder.heard[NAME] == ((), ())
    assert worker.events.live["s1"]["recording"] == "paused"
    press(worker, "alice", "*2")
    assert worker.recorder.heard[NAME] == (("alice",), (DESK,))
    assert len(told(worker, CallEventKind.RECORDING_PAUSED)) == 1
    assert len(told(worker, CallEventKind.RECORDING_RESUMED)) == 1


@pytest.mark.parametrize("typed", ["*5", "5", "**7", "*"])
def test_what_is_no_code_reaches_the_other_side(worker: WorkerInMemory, typed: str) -> None:
    configure(worker)
    talk(worker)
    press(worker, "alice", typed)
    worker.wait(2.0)
    sent = "".join(one.digit for one in worker.sip.actions if isinstance(one, SendDigit))
    assert sent == typed
    assert not worker.recorder.running


def test_codes_mean_nothing_where_extensions_may_not_record(worker: WorkerInMemory) -> None:
    configure(worker, may_extensions_record=False)
    talk(worker)
    press(worker, "alice", "*1")
    assert "".join(one.digit for one in worker.sip.actions if isinstance(one, SendDigit)) == "*1"
    assert order(worker, "start", by=ALICE) == (False, "not_allowed")
    assert order(worker, "start") == (True, "")


def test_an_extension_does_not_end_what_the_company_records(worker: WorkerInMemory) -> None:
    configure(worker, is_all_recorded=True)
    talk(worker)
    press(worker, "alice", "*1")
    assert worker.recorder.running
    assert order(worker, "stop", by=ALICE) == (False, "not_allowed")
    assert order(worker, "stop") == (True, "")
    assert not worker.recorder.running


def test_requests_say_why_not(worker: WorkerInMemory) -> None:
    configure(worker)
    worker.hear(alice_calls(BOB))
    assert order(worker, "start") == (False, "not_answered")
    worker.hear(LegRinging(DESK, 180, False))
    worker.hear(LegAnswered(DESK))
    for step in ("stop", "pause", "resume"):
        assert order(worker, step) == (False, "not_recording")
    assert order(worker, "start", tenant_id=GLOBEX_ID) == (False, "not_found")
    assert order(worker, "start") == (True, "")
    assert order(worker, "start") == (False, "already_recording")
    assert order(worker, "resume") == (False, "not_paused")
    assert order(worker, "pause") == (True, "")
    assert order(worker, "pause") == (False, "already_paused")
    assert order(worker, "resume") == (True, "")


@pytest.mark.parametrize("why", ["quota_full", "disk_full", "failed"])
def test_without_room_the_call_goes_on_unrecorded(worker: WorkerInMemory, why: str) -> None:
    configure(worker, (ALICE,))
    worker.recording_room.left[ACME_ID] = 0 if why == "quota_full" else 10**9
    worker.recording_room.is_full = why == "disk_full"
    worker.recorder.is_broken = why == "failed"
    talk(worker)
    assert not worker.recorder.running
    assert told(worker, CallEventKind.RECORDING_STARTED) == []
    assert [one["why"] for one in told(worker, CallEventKind.RECORDING_STOPPED)] == [why]
    assert worker.events.live["s1"]["state"] == "talking"
    assert order(worker, "start") == (False, why)


@pytest.mark.parametrize("why", ["quota_full", "disk_full", "failed"])
def test_what_runs_out_of_room_is_kept_until_there(worker: WorkerInMemory, why: str) -> None:
    configure(worker, (ALICE,))
    worker.recording_room.left[ACME_ID] = 1500
    talk(worker)
    worker.wait(6.0)
    assert worker.recorder.running
    worker.recorder.is_stuck = why == "failed"
    worker.recording_room.is_full = why == "disk_full"
    worker.recording_room.left[ACME_ID] = 1500 if why == "quota_full" else 10**9
    worker.wait(6.0)
    assert worker.recorder.ended == [NAME]
    assert [one["why"] for one in told(worker, CallEventKind.RECORDING_STOPPED)] == [why]
    assert worker.runner.live_calls == 1


def test_another_companys_recordings_take_nothing_from_ones_own_room(worker: WorkerInMemory) -> None:
    configure(worker, (ALICE,))
    worker.recording_room.left[GLOBEX_ID] = 0
    talk(worker)
    worker.wait(6.0)
    worker.wait(6.0)
    assert worker.recorder.running


def test_a_call_that_a_program_asked_for_is_recorded_like_any_other(worker: WorkerInMemory) -> None:
    configure(worker, (ALICE,))
    worker.contacts.by_aor[f"{ALICE}@{ACME_DOMAIN}"] = (BOBS_DESK,)
    worker.command("create", ACME_ID, "call", caller=ALICE, callee=BOB, request_id="r1")
    worker.hear(LegAnswered("call-0"))
    assert not worker.recorder.running
    worker.hear(LegRinging("call-1", 180, False))
    worker.hear(LegAnswered("call-1"))
    assert worker.recorder.heard == {"call-1": (("call-0",), ("call-1",))}
    worker.hear(LegHungUp("call-1", False, 200, ""))
    assert worker.recorder.ended == ["call-1"]


@pytest.fixture
def consulting(worker: WorkerInMemory) -> WorkerInMemory:
    """Bob holds Alice, and talks to Carol in a call of his own."""
    configure(worker)
    worker.contacts.by_aor[f"{CAROL}@{ACME_DOMAIN}"] = (BOBS_DESK,)
    talk(worker)
    carol = replace(alice_calls(CAROL, "bob"), caller=BOB, caller_display_name="")
    worker.hear(LegHeld(DESK), carol, LegAnswered("s2-1"))
    return worker


def transferred(worker: WorkerInMemory) -> None:
    worker.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN, True, "bob"))


def told_of(worker: WorkerInMemory, session_id: str) -> list[tuple[str, object]]:
    kinds = ("recording_started", "recording_paused", "recording_stopped")
    events = [one for one in worker.events.of(session_id) if one.kind in kinds]
    return [(one.kind.value, one.data["by"]) for one in events]


def test_what_somebody_asked_for_goes_on_in_the_call_that_who_is_transferred_comes_to(
    consulting: WorkerInMemory,
) -> None:
    assert consulting.command("record", ACME_ID, "s2", step="start", by=CAROL).ok
    transferred(consulting)
    assert told_of(consulting, "s2") == [("recording_started", CAROL), ("recording_stopped", "")]
    assert told_of(consulting, "s1") == [("recording_started", CAROL)]
    assert consulting.recorder.heard["s1-1"] == (("alice",), ("s2-1",))
    assert consulting.command("record", ACME_ID, "s1", step="stop", by=CAROL).ok
    assert told_of(consulting, "s1")[-1] == ("recording_stopped", CAROL)


def test_what_was_paused_is_paused_there(consulting: WorkerInMemory) -> None:
    """Numbers of cards are not heard because of a transfer."""
    consulting.command("record", ACME_ID, "s2", step="start", by="")
    consulting.command("record", ACME_ID, "s2", step="pause", by="")
    transferred(consulting)
    assert told_of(consulting, "s1") == [("recording_started", ""), ("recording_paused", "")]
    assert consulting.recorder.heard.get("s1-1", ((), ())) == ((), ())


def test_what_nobody_asked_for_or_was_ended_does_not_go_along(consulting: WorkerInMemory) -> None:
    consulting.command("record", ACME_ID, "s2", step="start", by="")
    consulting.command("record", ACME_ID, "s2", step="stop", by="")
    transferred(consulting)
    assert told_of(consulting, "s1") == []


def test_after_a_transfer_the_same_file_holds_whoever_talks_now() -> None:
    """As a session tells it: Carol takes Bob's place."""
    context = _context()
    recording = CallRecording(context)
    established = {"target_id": "bob", "number": BOB, "answered_by": "extension"}
    recording.follow((BridgeLegs("alice", "bob"), EmitEvent(CallEventKind.CALL_ESTABLISHED, established)))
    recording.around(CallRecordingBegun("s9-1"), lambda signal: ())
    seat = {"side": "callee", "target_id": "carol", "number": CAROL, "answered_by": "extension"}
    moved = recording.follow(
        (
            UnbridgeLegs("alice", "bob"),
            EmitEvent(CallEventKind.CALL_TRANSFERRED, seat),
            BridgeLegs("alice", "carol"),
        )
    )
    assert [one for one in moved if isinstance(one, MixCallRecording)] == [
        MixCallRecording("s9-1", ("alice",), ("carol",))
    ]
    gone = recording.follow(
        (
            UnbridgeLegs("alice", "carol"),
            EmitEvent(CallEventKind.CALL_JOINED, seat | {"side": "caller", "target_id": "dave"}),
            BridgeLegs("dave", "carol"),
        )
    )
    assert gone[-1] == MixCallRecording("s9-1", ("dave",), ("carol",))


def test_a_call_becomes_recorded_when_somebody_who_is_comes_in() -> None:
    recording = CallRecording(_context(recorded=(CAROL,)))
    established = {"target_id": "bob", "number": BOB, "answered_by": "extension"}
    first = recording.follow(
        (BridgeLegs("alice", "bob"), EmitEvent(CallEventKind.CALL_ESTABLISHED, established))
    )
    assert not [one for one in first if isinstance(one, StartCallRecording)]
    seat = {"side": "callee", "target_id": "carol", "number": CAROL, "answered_by": "extension"}
    then = recording.follow((EmitEvent(CallEventKind.CALL_JOINED, seat), BridgeLegs("alice", "carol")))
    assert [one.recording for one in then if isinstance(one, StartCallRecording)] == ["s9-1"]


def test_a_service_of_the_pbx_is_nobody_but_who_comes_after_it_is() -> None:
    recording = CallRecording(_context())
    menu = {"target_id": "", "number": "600", "answered_by": "receptionist"}
    assert len(recording.follow((EmitEvent(CallEventKind.CALL_ESTABLISHED, menu),))) == 1
    established = {"target_id": "bob", "number": BOB, "answered_by": "extension"}
    then = recording.follow(
        (EmitEvent(CallEventKind.CALL_ESTABLISHED, established), BridgeLegs("alice", "bob"))
    )
    assert [one.recording for one in then if isinstance(one, StartCallRecording)] == ["s9-1"]


def test_somebody_muted_is_not_recorded_and_a_listener_of_another_call_changes_nothing() -> None:
    recording = CallRecording(_context())
    established = {"target_id": "bob", "number": BOB, "answered_by": "extension"}
    recording.follow((BridgeLegs("alice", "bob"), EmitEvent(CallEventKind.CALL_ESTABLISHED, established)))
    recording.around(CallRecordingBegun("s9-1"), lambda signal: ())
    muted = recording.follow((UnbridgeLegs("alice", "bob"), HearLeg("alice", "bob")))
    assert muted[-1] == MixCallRecording("s9-1", (), ("bob",))
    assert recording.follow((HearLeg("boss", "bob"),)) == (HearLeg("boss", "bob"),)


def _context(recorded: tuple[str, ...] = (ALICE,)) -> CallContext:
    extensions = tuple(replace(one, is_recorded=one.number in recorded) for one in ACME.extensions)
    return CallContext("s9", alice_calls(BOB), replace(ACME, extensions=extensions))


def test_a_call_over_a_recorded_trunk_is_recorded_and_who_is_outside_types_no_codes(
    worker: WorkerInMemory,
) -> None:
    trunks = tuple(replace(one, is_recorded=one.trunk_id == FIRST) for one in ACME_TRUNKS.trunks)
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME_TRUNKS, trunks=trunks, recording=RecordingPolicy())
    worker.hear(provider_calls(BOBS_DID))
    worker.hear(LegAnswered(DESK, "Desk phone", "PCMA"))
    assert told(worker, CallEventKind.RECORDING_STARTED)[0]["asked_by"] == "trunk"
    assert worker.recorder.heard[NAME] == (("provider",), (DESK,))
    press(worker, "provider", "*2")
    assert worker.recorder.heard[NAME] == (("provider",), (DESK,))
    assert "".join(one.digit for one in worker.sip.actions if isinstance(one, SendDigit)) == "*2"
