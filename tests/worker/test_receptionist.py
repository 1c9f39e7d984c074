"""A virtual receptionist answers, reads what is pressed, and hands the caller on within the same call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.number_policy import NumberPolicy
from callmanager.domain.outcome import CallStatus
from callmanager.domain.receptionist import Choice, Menu, MenuOption, ReceptionistEntry
from callmanager.domain.ringing_tone import ringing_tone_of
from callmanager.domain.schedule import Interval
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    HangUpLeg,
    PlayFiles,
    PlayRinging,
    RingLeg,
    StopFiles,
    StopRinging,
)
from sipworker.call.signals import DigitPressed, LegAnswered, LegFailed, LegHungUp, LegRinging, PlaybackEnded
from sipworker.features.receptionist import DEFAULT_PROMPT, INVALID, PLAYBACK
from tests.cast import ACME, ACME_ID, BOB, CAROL, alice_calls
from tests.fakes import WorkerInMemory

DESK, NIGHT = "800", "801"
ALICE, BOBS_DESK, BOBS_MOBILE = "alice", "s1-1", "s1-2"
BRITISH = ringing_tone_of("GB")
TO_BOB = Choice(Destination(DestinationKind.EXTENSION, BOB))
RECEPTIONIST = ReceptionistEntry(
    DESK,
    "Sales",
    Menu(
        (
            MenuOption("2", TO_BOB),
            MenuOption("0", Choice(END_CALL)),
            MenuOption("5", Choice(Destination(DestinationKind.RECEPTIONIST, NIGHT))),
        ),
        prompt="0123456789abcdef",
    ),
    max_repeats=1,
    input_timeout_s=5,
)


@pytest.fixture
def desk(worker: WorkerInMemory) -> WorkerInMemory:
    """Alice has called it and hears the prompt."""
    night = ReceptionistEntry(NIGHT, "Night", transfer_prompt="fedcba9876543210")
    worker.snapshots.by_tenant[ACME_ID] = replace(
        ACME, receptionists=(RECEPTIONIST, night), numbers=NumberPolicy("GB")
    )
    worker.hear(alice_calls(DESK))
    return worker


def press(worker: WorkerInMemory, keys: str) -> None:
    for key in keys:
        worker.hear(DigitPressed(ALICE, key, 100))


def prompt_over(worker: WorkerInMemory) -> None:
    worker.hear(PlaybackEnded(ALICE, PLAYBACK))


def last_said(worker: WorkerInMemory) -> tuple[str, ...]:
    return next(action.sounds for action in reversed(worker.sip.actions) if isinstance(action, PlayFiles))


def said_so(worker: WorkerInMemory, words: tuple[str, ...]) -> bool:
    return last_said(worker) == tuple(f"prompt:en/{word}" for word in words)


def test_it_answers_and_plays_its_prompt(desk: WorkerInMemory) -> None:
    assert AnswerLeg(ALICE) in desk.sip.actions
    assert last_said(desk) == ("stored:0123456789abcdef",)


def test_a_key_during_the_prompt_rings_and_the_caller_hears_the_countrys_ringing_tone(
    desk: WorkerInMemory,
) -> None:
    press(desk, "2")
    assert StopFiles(ALICE, PLAYBACK) in desk.sip.actions
    assert desk.dialled_legs() == [BOBS_DESK, BOBS_MOBILE]
    desk.sip.take_actions()
    desk.hear(LegRinging(BOBS_DESK, 180, False))
    assert desk.sip.take_actions() == [PlayRinging(ALICE, BRITISH)]
    desk.hear(LegAnswered(BOBS_DESK))
    actions = desk.sip.take_actions()
    assert StopRinging(ALICE, BRITISH) in actions
    assert BridgeLegs(ALICE, BOBS_DESK) in actions
    assert CancelLeg(BOBS_MOBILE, 200, "Call completed elsewhere") in actions
    assert not [action for action in actions if isinstance(action, AnswerLeg | RingLeg)]


def test_the_record_says_who_talked_and_from_when_the_call_was_answered(desk: WorkerInMemory) -> None:
    desk.wait(3)
    press(desk, "2")
    desk.hear(LegAnswered(BOBS_DESK))
    desk.hear(LegHungUp(ALICE, False, 200, ""))
    cdr = desk.cdr()
    assert (cdr.status, cdr.answered_by, cdr.answered_number) == (CallStatus.ANSWERED, "extension", BOB)
    assert cdr.answered_at == cdr.started_at
    assert CallEventKind.MENU_CHOSEN in desk.events.kinds("s1")


def test_sound_of_the_phone_that_rings_takes_the_place_of_the_ringing_tone(desk: WorkerInMemory) -> None:
    press(desk, "2")
    desk.hear(LegRinging(BOBS_DESK, 180, False))
    desk.sip.take_actions()
    desk.hear(LegRinging(BOBS_MOBILE, 183, True, "PCMA"))
    assert desk.sip.take_actions() == [StopRinging(ALICE, BRITISH), BridgeLegs(ALICE, BOBS_MOBILE)]


def test_nobody_there_leads_back_to_the_prompt(desk: WorkerInMemory) -> None:
    press(desk, "2")
    desk.sip.take_actions()
    desk.hear(LegFailed(BOBS_DESK, 486, ""), LegFailed(BOBS_MOBILE, 486, ""))
    assert last_said(desk) == ("stored:0123456789abcdef",)
    assert StopRinging(ALICE, BRITISH) in desk.sip.actions
    press(desk, "2")
    assert len(desk.dialled_legs()) == 2


def test_an_unknown_number_is_told_and_asked_again(desk: WorkerInMemory) -> None:
    press(desk, "777")
    desk.wait(2.1)
    assert said_so(desk, INVALID)
    prompt_over(desk)
    assert last_said(desk) == ("stored:0123456789abcdef",)
    unknown = [event for event in desk.events.of("s1") if event.kind is CallEventKind.MENU_CHOSEN]
    assert [(event.data["read_as"], event.data["pressed"]) for event in unknown] == [("unknown", "")]


def test_a_known_extension_is_dialled_directly(desk: WorkerInMemory) -> None:
    desk.contacts.by_aor[f"{CAROL}@{ACME.sip_domain}"] = desk.contacts.by_aor[f"{BOB}@{ACME.sip_domain}"][:1]
    press(desk, CAROL)
    assert [action.number for action in desk.sip.actions if isinstance(action, DialLeg)] == [CAROL]


def test_who_presses_nothing_hears_the_end_after_the_menus_own_time(desk: WorkerInMemory) -> None:
    prompt_over(desk)
    desk.wait(4.9)
    assert desk.runner.live_calls == 1
    desk.wait(0.2)
    assert HangUpLeg(ALICE, "Ended by the receptionist “Sales”") in desk.sip.actions
    assert desk.cdr().status is CallStatus.ANSWERED


def test_a_nested_receptionist_says_its_own_words(desk: WorkerInMemory) -> None:
    press(desk, "5")
    assert said_so(desk, DEFAULT_PROMPT)
    press(desk, BOB)
    assert last_said(desk) == ("stored:fedcba9876543210",)
    assert desk.dialled_legs() == []
    prompt_over(desk)
    assert desk.dialled_legs() == [BOBS_DESK, BOBS_MOBILE]


def test_a_receptionist_that_only_repeats_itself_says_good_bye_in_the_end(worker: WorkerInMemory) -> None:
    loop = ReceptionistEntry(
        DESK, "Loop", Menu(on_timeout=Choice(Destination(DestinationKind.RECEPTIONIST, NIGHT)))
    )
    back = ReceptionistEntry(
        NIGHT, "Back", Menu(on_timeout=Choice(Destination(DestinationKind.RECEPTIONIST, DESK)))
    )
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME, receptionists=(loop, back))
    worker.hear(alice_calls(DESK))
    prompts = 0
    while worker.runner.live_calls and prompts < 20:
        prompts += said_so(worker, DEFAULT_PROMPT)
        prompt_over(worker)
        worker.wait(10.1)
    assert prompts == 5
    assert worker.cdr().status is CallStatus.ANSWERED


@pytest.mark.parametrize(
    ("weekday", "prompt", "leads_to_bob"), [(0, "0123456789abcdef", True), (6, "00000000000night", False)]
)
def test_outside_of_its_own_hours_it_is_another_menu_with_another_prompt(
    worker: WorkerInMemory, weekday: int, prompt: str, leads_to_bob: bool
) -> None:
    """It is Monday, nine o'clock."""
    closed = Menu((MenuOption("2", Choice(END_CALL)),), prompt="00000000000night")
    desk = replace(RECEPTIONIST, closed=closed, own_intervals=(Interval(weekday, 8 * 60, 17 * 60),))
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME, receptionists=(desk,))
    worker.hear(alice_calls(DESK))
    assert last_said(worker) == (f"stored:{prompt}",)
    press(worker, "2")
    assert bool(worker.dialled_legs()) is leads_to_bob


def test_a_fax_machine_goes_where_its_key_leads_and_is_nothing_where_there_is_none(
    worker: WorkerInMemory,
) -> None:
    fax = replace(RECEPTIONIST, menu=replace(RECEPTIONIST.menu, options=(MenuOption("F", TO_BOB),)))
    for number, desk in enumerate((RECEPTIONIST, fax), start=1):
        worker.snapshots.by_tenant[ACME_ID] = replace(ACME, receptionists=(desk,))
        worker.hear(alice_calls(DESK, leg=f"caller{number}"))
        worker.hear(DigitPressed(f"caller{number}", "F", 100))
        assert bool(worker.dialled_legs()) is (desk is fax)
