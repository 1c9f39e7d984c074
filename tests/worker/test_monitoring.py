"""Carol monitors Bob, who talks with Alice."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.dial_codes import profile_codes
from callmanager.domain.dial_features import DialProfile
from callmanager.domain.live_call import LiveCall
from callmanager.domain.live_events import LiveEventFeed
from callmanager.domain.outcome import CallStatus, EndedBy
from callmanager.domain.public_record import to_public_json
from callmanager.domain.rights import GroupEntry, MonitorScope
from sipworker.call.actions import (
    AnswerLeg,
    AttendLeg,
    BridgeLegs,
    HangUpLeg,
    RefuseLeg,
    UnattendLeg,
    UnbridgeLegs,
)
from sipworker.call.attendance import Attendance
from sipworker.call.other_calls import JoinReason, MoveLeg
from sipworker.call.signals import (
    DigitPressed,
    InviteReceived,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegUnheld,
)
from tests.cast import (
    ACME,
    ACME_DOMAIN,
    ACME_ID,
    ALICE,
    BOB,
    BOBS_DESK,
    CAROL,
    DISABLED_DAVE,
    GLOBEX,
    GLOBEX_DOMAIN,
    GLOBEX_ID,
    alice_calls,
    mallory_calls,
)
from tests.fakes import WorkerInMemory

CODES = profile_codes(DialProfile.MANUAL, is_monitoring_enabled=True)
EVERYBODY = GroupEntry(7, "Queue Manager", monitors=frozenset({CAROL}))
ONLY_BOB = replace(EVERYBODY, monitor_scope=MonitorScope.MEMBERS, members=frozenset({BOB}))
BOBS_LEG, CALL, MONITORING = "s1-1", "s1", "s2"


def carol_calls(dialled: str, leg: str = "carol") -> InviteReceived:
    return replace(alice_calls(dialled, leg=leg), caller=CAROL)


def configure(worker: WorkerInMemory, *groups: GroupEntry) -> None:
    for snapshot in (ACME, GLOBEX):
        worker.snapshots.by_tenant[snapshot.tenant_id] = replace(
            snapshot, dial_codes=CODES, groups=(*snapshot.groups, *groups)
        )


@pytest.fixture
def talking(worker: WorkerInMemory) -> WorkerInMemory:
    """Alice talks with Bob."""
    configure(worker, EVERYBODY)
    worker.contacts.by_aor = {f"{BOB}@{ACME_DOMAIN}": (BOBS_DESK,)}
    worker.hear(alice_calls(BOB))
    worker.hear(LegAnswered(BOBS_LEG))
    worker.sip.take_actions()
    return worker


def attends(how: Attendance, leg: str = BOBS_LEG) -> AttendLeg:
    return AttendLeg("carol", leg, how)


@pytest.mark.parametrize(
    ("dialled", "how"),
    [
        ("888*102", Attendance.SILENT),
        ("888*102*1", Attendance.SILENT),
        ("888*102*2", Attendance.WHISPER),
        ("888*102*3", Attendance.BARGE),
    ],
)
def test_dialling_begins_in_any_mode(talking: WorkerInMemory, dialled: str, how: Attendance) -> None:
    talking.hear(carol_calls(dialled))
    assert talking.sip.take_actions() == [AnswerLeg("carol"), attends(how)]


def test_digits_go_from_mode_to_mode_and_back(talking: WorkerInMemory) -> None:
    talking.hear(carol_calls("888*102"))
    talking.sip.take_actions()
    for digit in "2331":
        talking.hear(DigitPressed("carol", digit, 100))
    talking.hear(DigitPressed("carol", "7", 100))
    assert talking.sip.take_actions() == [
        attends(Attendance.WHISPER),
        attends(Attendance.BARGE),
        attends(Attendance.SILENT),
    ]
    modes = [event.data["mode"] for event in talking.events.of(MONITORING) if "mode" in event.data]
    assert modes == ["silent", "whisper", "barge", "silent"]


def test_the_monitored_call_knows_nothing_of_it(talking: WorkerInMemory) -> None:
    before = talking.events.of(CALL)
    talking.hear(carol_calls("888*102*2"))
    talking.hear(DigitPressed("carol", "3", 100))
    talking.hear(LegHungUp("carol", False, 200, ""))
    assert talking.events.of(CALL) == before
    assert talking.runner.live_calls == 1
    assert talking.sip.actions[-1] == UnattendLeg("carol")


def test_the_monitors_own_call_says_what_it_was_and_to_whom_that_is_told(talking: WorkerInMemory) -> None:
    talking.hear(carol_calls("888*102"))
    talking.hear(DigitPressed("carol", "2", 100))
    live = LiveCall.from_json(json.dumps(talking.events.live[MONITORING]))
    assert (live.caller, live.monitored, live.monitor_mode, live.is_confidential) == (
        CAROL,
        BOB,
        "whisper",
        True,
    )
    talking.hear(LegHungUp("carol", False, 200, ""))
    cdr = talking.cdr(MONITORING)
    assert (cdr.answered_by, cdr.callee, cdr.is_confidential) == ("monitor", "888*102", True)
    assert to_public_json(cdr)["call_status"] == "ANSWERED"
    feed = LiveEventFeed()
    told = [feed.message(event) for event in talking.events.of(MONITORING)]
    assert all(message["is_confidential"] is True for message in told)
    assert {str(message["extensions"]) for message in told} == {"['103', '888*102']"}
    assert "is_confidential" not in feed.message(talking.events.of(CALL)[0])


def test_the_end_of_the_call_ends_the_monitoring(talking: WorkerInMemory) -> None:
    talking.hear(carol_calls("888*102"))
    talking.hear(LegHungUp("alice", False, 200, ""))
    assert HangUpLeg("carol", "The monitored call has ended") in talking.sip.actions
    assert talking.cdr(MONITORING).ended_by is EndedBy.PBX
    assert talking.runner.live_calls == 0


def test_whoever_has_no_call_is_not_monitored(talking: WorkerInMemory) -> None:
    talking.hear(LegHungUp("alice", False, 200, ""))
    talking.hear(carol_calls("888*102"))
    assert RefuseLeg("carol", 480, "This extension has no call", 18) in talking.sip.actions
    cdr = talking.cdr(MONITORING)
    assert (cdr.status, cdr.is_confidential) == (CallStatus.REFUSED, True)


def test_a_phone_that_only_rings_has_no_call(worker: WorkerInMemory) -> None:
    configure(worker, EVERYBODY)
    worker.hear(alice_calls(BOB))
    worker.hear(carol_calls("888*102"))
    assert worker.cdr(MONITORING).sip_code == 480


def test_without_the_right_it_is_forbidden(talking: WorkerInMemory) -> None:
    configure(talking)
    talking.hear(carol_calls("888*102"))
    assert RefuseLeg("carol", 403, "You may not monitor this extension", 21) in talking.sip.actions
    assert talking.cdr(MONITORING).is_confidential


def test_the_same_number_of_another_company_is_another_extension(talking: WorkerInMemory) -> None:
    """Globex lets its 101 monitor everybody; Acme's Alice, 101, talks."""
    extensions = (*GLOBEX.extensions, replace(GLOBEX.extensions[0], number=BOB))
    monitors = GroupEntry(9, "All", monitors=frozenset({BOB}))
    talking.snapshots.by_tenant[GLOBEX_ID] = replace(
        GLOBEX, dial_codes=CODES, extensions=extensions, groups=(monitors,)
    )
    talking.hear(replace(mallory_calls("888*101", GLOBEX_DOMAIN), caller=BOB))
    assert talking.cdr(MONITORING).sip_code == 480
    assert not any(isinstance(action, AttendLeg) for action in talking.sip.actions)


def test_a_monitor_on_hold_is_not_heard_with_music(talking: WorkerInMemory) -> None:
    talking.hear(carol_calls("888*102*3"))
    talking.sip.take_actions()
    talking.hear(LegHeld("carol"))
    talking.hear(DigitPressed("carol", "2", 100))
    talking.hear(LegUnheld("carol"))
    assert talking.sip.take_actions() == [
        attends(Attendance.SILENT),
        attends(Attendance.SILENT),
        attends(Attendance.WHISPER),
    ]


def test_a_call_that_is_not_held_goes_before_one_that_is(talking: WorkerInMemory) -> None:
    talking.hear(LegHeld(BOBS_LEG))
    talking.hear(replace(alice_calls("*43", leg="bob2"), caller=BOB))
    talking.hear(carol_calls("888*102"))
    assert attends(Attendance.SILENT, "bob2") in talking.sip.actions
    talking.hear(LegHungUp("bob2", False, 200, ""))
    assert talking.cdr("s3").ended_reason == "The monitored call has ended"
    talking.hear(carol_calls("888*102", leg="carol2"))
    assert AttendLeg("carol2", BOBS_LEG, Attendance.SILENT) in talking.sip.actions


@pytest.mark.parametrize(("dialled", "digits"), [("888*102*4", ""), ("888*102", "4")])
def test_taking_over_puts_the_monitor_in_the_extensions_place(
    talking: WorkerInMemory, dialled: str, digits: str
) -> None:
    talking.hear(carol_calls(dialled))
    for digit in digits:
        talking.hear(DigitPressed("carol", digit, 100))
    actions = talking.sip.take_actions()
    assert UnbridgeLegs("alice", BOBS_LEG) in actions
    assert BridgeLegs("alice", "carol") in actions
    assert HangUpLeg(BOBS_LEG, "Somebody else has taken the call") in actions
    assert talking.cdr(MONITORING).ended_reason == "Took over another call"
    assert talking.runner.live_calls == 1
    talking.hear(LegHungUp(BOBS_LEG, False, 200, ""), DigitPressed("carol", "1", 100))
    joined = [event.data for event in talking.events.of(CALL) if event.kind is CallEventKind.CALL_JOINED]
    assert [(data["number"], data["replaced_number"], data["reason"]) for data in joined] == [
        (CAROL, BOB, "take_over")
    ]
    talking.hear(LegHungUp("carol", False, 200, ""))
    assert talking.cdr(CALL).ended_by is EndedBy.CALLEE
    assert talking.runner.live_calls == 0


def test_a_service_that_the_extension_talks_to_is_not_taken_over(talking: WorkerInMemory) -> None:
    talking.hear(LegHungUp("alice", False, 200, ""))
    talking.hear(replace(alice_calls("*43", leg="bob2"), caller=BOB))
    talking.hear(carol_calls("888*102*4"))
    reason = "There is nobody to talk to in the call of this extension"
    assert RefuseLeg("carol", 480, reason, 18) in talking.sip.actions
    talking.hear(carol_calls("888*102", leg="carol2"))
    talking.hear(DigitPressed("carol2", "4", 100))
    assert talking.runner.live_calls == 2


def move(worker: WorkerInMemory, session_id: str, action: MoveLeg) -> None:
    """As if the features of those calls had wished it."""
    call = worker.runner._registry.find(session_id)
    assert call is not None
    worker.runner._perform(call, action)
    while worker.runner._answers:
        worker.runner._step(*worker.runner._answers.popleft())


@pytest.fixture
def handed_on(talking: WorkerInMemory) -> WorkerInMemory:
    """While Carol monitors him, Bob has handed Alice on to Dave."""
    talking.hear(carol_calls("888*102*2"))
    talking.contacts.by_aor[f"{DISABLED_DAVE}@{ACME_DOMAIN}"] = (BOBS_DESK,)
    daves = tuple(replace(one, is_enabled=True) for one in ACME.extensions)
    talking.snapshots.by_tenant[ACME_ID] = replace(talking.snapshots.by_tenant[ACME_ID], extensions=daves)
    talking.hear(replace(alice_calls(DISABLED_DAVE, leg="bob2"), caller=BOB))
    talking.hear(LegAnswered("s3-1"))
    talking.sip.take_actions()
    return talking


def test_the_monitor_follows_the_call_where_it_is_transferred(handed_on: WorkerInMemory) -> None:
    move(handed_on, "s3", MoveLeg("alice", "s3", JoinReason.TRANSFER, in_place_of="bob2"))
    handed_on.wait(0)
    assert attends(Attendance.WHISPER, "s3-1") in handed_on.sip.actions
    assert handed_on.events.live[MONITORING]["monitored"] == DISABLED_DAVE
    handed_on.hear(LegHungUp("s3-1", False, 200, ""))
    assert handed_on.cdr(MONITORING).ended_reason == "The monitored call has ended"


def test_the_monitor_does_not_follow_to_whom_it_may_not_monitor(talking: WorkerInMemory) -> None:
    configure(talking, ONLY_BOB)
    talking.hear(carol_calls("888*102*2"))
    talking.contacts.by_aor[f"{ALICE}@{ACME_DOMAIN}"] = (BOBS_DESK,)
    talking.hear(replace(alice_calls(ALICE, leg="bob2"), caller=BOB))
    talking.hear(LegAnswered("s3-1"))
    move(talking, "s3", MoveLeg("alice", "s3", JoinReason.TRANSFER, in_place_of="bob2"))
    talking.wait(0)
    assert talking.cdr(MONITORING).ended_reason == "The monitored call has ended"
