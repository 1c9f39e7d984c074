"""Lamps of calls: what each extension shows while calls go their ways, and after events were missed."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.dialog_board import TABLE_LAGS_S, DialogBoard, Line
from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.lamp_documents import (
    DIALOGS_MAX,
    Dialog,
    DialogSide,
    DialogState,
    MailboxCounts,
    dialog_document,
    mailbox_document,
    presence_document,
)
from callmanager.domain.live_call import LiveCall
from callmanager.domain.live_events import LiveEventFeed

K = CallEventKind
ALICE, BOB, CAROL, SALES = (Line(1, number) for number in ("101", "102", "103", "600"))
MALLORY = Line(2, "101")


class Told:
    """Events as a worker tells them, heard by a board."""

    def __init__(self) -> None:
        self.board, self._feed, self._sequence = DialogBoard(), LiveEventFeed(), 0
        self.now = 0.0

    def __call__(
        self, kind: CallEventKind, session_id: str = "s1", tenant_id: int = 1, **data: Any
    ) -> frozenset[Line]:
        self._sequence += 1
        event = CallEvent(tenant_id, session_id, self._sequence, kind, self.now, "w", data)
        return self.board.hear(self._feed.message(event), self.now)

    def start(
        self, session_id: str = "s1", caller: str = "101", direction: str = "ext", tenant_id: int = 1
    ) -> frozenset[Line]:
        return self(K.CALL_START, session_id, tenant_id, caller=caller, callee="102", direction=direction)

    def state(self, line: Line) -> list[str]:
        return [f"{one.side.value} {one.state.value}" for one in self.board.dialogs(line)]


@pytest.fixture
def told() -> Told:
    return Told()


def test_an_inside_call_from_its_beginning_to_its_end(told: Told) -> None:
    assert told.start() == {ALICE}
    assert told.state(ALICE) == ["initiator trying"]
    assert told(K.TARGET_ADD, target_id="t1", number="102") == {BOB}
    assert told.state(BOB) == ["recipient trying"]
    assert told(K.TARGET_RINGING, target_id="t1", number="102", sip_code=180) == {ALICE, BOB}
    assert (told.state(ALICE), told.state(BOB)) == (["initiator early"], ["recipient early"])
    assert told(K.TARGET_RINGING, target_id="t1", number="102", sip_code=180) == frozenset()
    told(K.CALL_ESTABLISHED, target_id="t1", number="102", answered_by="extension")
    assert (told.state(ALICE), told.state(BOB)) == (["initiator confirmed"], ["recipient confirmed"])
    assert told(K.TARGET_ENDED, target_id="t1", number="102") == {BOB}
    assert told(K.CALL_ENDED, status="answered") == {ALICE}
    assert told.board.lines == frozenset()


def test_several_phones_of_one_extension_are_one_dialog(told: Told) -> None:
    told.start()
    for target in ("t1", "t2"):
        told(K.TARGET_ADD, target_id=target, number="102")
    told(K.TARGET_RINGING, target_id="t2", number="102")
    assert told.state(BOB) == ["recipient early"]
    told(K.TARGET_FAIL, target_id="t2", number="102", sip_code=486)
    assert told.state(BOB) == ["recipient trying"]
    told(K.CALL_ESTABLISHED, target_id="t1", number="102", answered_by="extension")
    assert told.state(BOB) == ["recipient confirmed"]


def test_who_no_longer_rings_is_free_while_the_call_goes_on(told: Told) -> None:
    told.start()
    told(K.TARGET_ADD, target_id="t1", number="102")
    told(K.TARGET_NOANSWER, target_id="t1", number="102")
    told(K.CALL_REROUTE, reason="no_answer", from_number="102", number="103")
    told(K.TARGET_ADD, target_id="t2", number="103")
    told(K.CALL_ESTABLISHED, target_id="t2", number="103", answered_by="extension")
    assert (told.state(BOB), told.state(CAROL)) == ([], ["recipient confirmed"])


def test_a_message_for_somebody_does_not_make_them_busy(told: Told) -> None:
    told.start()
    told(K.CALL_ESTABLISHED, target_id="", number="102", answered_by="voicemail")
    assert (told.state(ALICE), told.state(BOB)) == (["initiator confirmed"], [])


def test_numbers_outside_are_nobodys_lamp(told: Told) -> None:
    told.start(caller="102", direction="in")
    assert told.state(BOB) == []
    told(K.TARGET_ADD, target_id="t1", number="101", trunk_name="Telco", trunk_id=7)
    assert told.state(ALICE) == []


def test_a_ring_group_is_a_lamp_too(told: Told) -> None:
    told.start(caller="4930", direction="in")
    for target, number in (("t1", "102"), ("t2", "103")):
        told(K.TARGET_ADD, target_id=target, number=number, ring_group="600")
        told(K.TARGET_RINGING, target_id=target, number=number, ring_group="600")
    assert told.state(SALES) == ["recipient early"]
    told(K.CALL_ESTABLISHED, target_id="t2", number="103", answered_by="extension", ring_group="600")
    told(K.TARGET_ENDED, target_id="t1", number="102", ring_group="600")
    assert (told.state(SALES), told.state(BOB), told.state(CAROL)) == (
        ["recipient confirmed"],
        [],
        ["recipient confirmed"],
    )


def test_several_calls_of_one_extension_are_several_dialogs(told: Told) -> None:
    told.start("s1")
    told.start("s2", caller="103")
    told(K.TARGET_ADD, "s2", target_id="t1", number="101")
    assert sorted(told.state(ALICE)) == ["initiator trying", "recipient trying"]
    told(K.CALL_ENDED, "s1", status="cancelled")
    assert told.state(ALICE) == ["recipient trying"]


def test_tenants_have_lamps_of_their_own(told: Told) -> None:
    assert told.start("s9", tenant_id=2) == {MALLORY}
    assert (told.state(MALLORY), told.state(ALICE)) == (["initiator trying"], [])


def test_after_a_transfer_others_are_on_the_call(told: Told) -> None:
    told.start()
    told(K.TARGET_ADD, target_id="t1", number="102")
    told(K.CALL_ESTABLISHED, target_id="t1", number="102", answered_by="extension")
    changed = told(
        K.CALL_TRANSFERRED,
        side="callee",
        target_id="t9",
        number="103",
        answered_by="extension",
        transfer="blind",
    )
    assert changed == {BOB, CAROL}
    assert (told.state(BOB), told.state(CAROL)) == ([], ["recipient confirmed"])
    told(K.CALL_JOINED, side="caller", target_id="t8", number="102", answered_by="extension", reason="pickup")
    assert (told.state(ALICE), told.state(BOB)) == ([], ["initiator confirmed"])
    told(K.CALL_JOINED, side="callee", target_id="t7", number="4930", answered_by="trunk", trunk_name="Telco")
    assert told.state(CAROL) == []


def test_who_picks_up_is_busy_and_who_rang_is_free(told: Told) -> None:
    told.start()
    told(K.TARGET_ADD, target_id="t1", number="102")
    told(K.TARGET_RINGING, target_id="t1", number="102")
    told(K.CALL_JOINED, side="callee", target_id="t2", number="103", answered_by="extension", reason="pickup")
    told(K.TARGET_ENDED, target_id="t1", number="102")
    assert (told.state(BOB), told.state(CAROL)) == ([], ["recipient confirmed"])


def test_a_parking_place_is_a_lamp_of_its_own(told: Told) -> None:
    place = Line(1, "park/1")
    assert (place.park_slot, ALICE.park_slot) == ("1", "")
    told.start()
    assert told(K.CALL_PARKED, slot="1", number="101", parked_by="102") == {place}
    assert (told.state(place), told.state(ALICE)) == (["recipient confirmed"], ["initiator trying"])
    assert told(K.CALL_UNPARKED, slot="1", number="101", reason="retrieved") == {place}
    told.board.compare({1: [live("s3", caller="103", state="talking", park_slot="2")]}, 1.0)
    assert told.state(Line(1, "park/2")) == ["recipient confirmed"]


def test_who_monitors_is_not_seen(told: Told) -> None:
    changed = told(K.CALL_START, "s2", caller="103", callee="888*102", direction="ext", is_confidential=True)
    assert changed == frozenset()
    assert told.board.compare({1: [live("s2", caller="103", is_confidential=True)]}, 1.0) == frozenset()


def test_who_holds_is_marked(told: Told) -> None:
    told.start()
    told(K.TARGET_ADD, target_id="t1", number="102")
    told(K.CALL_ESTABLISHED, target_id="t1", number="102", answered_by="extension")
    assert told(K.CALL_HOLD, side="callee", aor="102@a", peer_aor="101@a") == {BOB}
    assert told.board.dialogs(BOB)[0].is_held
    told(K.CALL_UNHOLD, side="callee", aor="102@a", peer_aor="101@a")
    assert not told.board.dialogs(BOB)[0].is_held


def live(session_id: str = "s1", **changes: Any) -> LiveCall:
    values: dict[str, Any] = {
        "session_id": session_id,
        "worker": "w",
        "call_id": "c",
        "direction": "ext",
        "caller": "101",
        "caller_display_name": "",
        "callee": "102",
        "state": "ringing",
        "started_at": 0.0,
        "answered_at": None,
        "answered_number": "",
        "caller_user_agent": "",
        "callee_user_agent": "",
        "rung": ("102",),
        **changes,
    }
    return LiveCall(**values)


def test_a_lost_worker_leaves_no_lamp_behind(told: Told) -> None:
    told.start()
    assert told.board.compare({}, TABLE_LAGS_S - 1) == frozenset()
    assert told.board.compare({}, TABLE_LAGS_S + 1) == {ALICE}
    assert told.board.lines == frozenset()


def test_what_was_missed_is_taken_from_the_tables(told: Told) -> None:
    talking = live("s2", caller="103", state="talking", answered_number="102", answered_by="extension")
    assert told.board.compare({1: [live(), talking]}, 10.0) == {ALICE, BOB, CAROL}
    assert told.state(ALICE) == ["initiator early"]
    assert sorted(told.state(BOB)) == ["recipient confirmed", "recipient early"]
    # From here on events tell again.
    told(K.CALL_ESTABLISHED, target_id="t1", number="102", answered_by="extension")
    assert told.state(BOB) == ["recipient confirmed", "recipient confirmed"]
    told(K.CALL_ENDED, status="answered")
    assert told.board.compare({1: [live(), talking]}, 0.5) == frozenset()


def test_a_message_in_the_tables_is_no_call_either(told: Told) -> None:
    told.board.compare({1: [live(state="talking", answered_number="102", answered_by="voicemail")]}, 1.0)
    assert told.state(BOB) == []


@pytest.mark.parametrize("message", [{}, {"topic": "cdr_events"}, {"topic": "extension_events", "data": 1}])
def test_what_is_no_event_of_a_call_is_passed_over(told: Told, message: dict[str, Any]) -> None:
    assert told.board.hear(message, 0.0) == frozenset()


def test_documents_fit_into_a_packet_and_tell_nobody_else() -> None:
    uri = "sip:102@acme.example"
    many = [
        Dialog(f"0123456789abcdef0123456789abcdef-{n}", DialogSide.RECIPIENT, state)
        for n, state in enumerate((DialogState.TERMINATED, DialogState.CONFIRMED, DialogState.EARLY) * 4)
    ]
    document = dialog_document(uri, many)
    assert document.count("<dialog ") == DIALOGS_MAX
    assert "terminated" not in document
    assert document.index("early") < (
        document.index("confirmed") if "confirmed" in document else len(document)
    )
    assert len(document) < 1300
    assert "remote" not in document
    assert "<dialog " not in dialog_document(uri, [])


@pytest.mark.parametrize(
    ("counts", "lines"),
    [
        (MailboxCounts(), ("Messages-Waiting: no", "Voice-Message: 0/0 (0/0)")),
        (MailboxCounts(old=3, old_urgent=1), ("Messages-Waiting: no", "Voice-Message: 0/3 (0/1)")),
        (MailboxCounts(2, 3, 1, 0), ("Messages-Waiting: yes", "Voice-Message: 2/3 (1/0)")),
    ],
)
def test_a_mailbox_is_told_in_numbers(counts: MailboxCounts, lines: tuple[str, str]) -> None:
    told = mailbox_document(counts, "sip:999@acme.example").split("\r\n")
    assert told == [lines[0], "Message-Account: sip:999@acme.example", lines[1], ""]


@pytest.mark.parametrize(
    ("status", "is_registered", "is_talking", "basic", "note", "activities"),
    [
        (PresenceStatus.AVAILABLE, True, False, "open", "Available", ()),
        (PresenceStatus.AVAILABLE, True, True, "open", "On the phone", ("on-the-phone",)),
        (PresenceStatus.AVAILABLE, False, False, "closed", "Offline", ()),
        (PresenceStatus.DO_NOT_DISTURB, True, False, "open", "Do not disturb", ("busy",)),
        (PresenceStatus.LUNCH, True, True, "open", "Lunch, on the phone", ("meal", "on-the-phone")),
        (PresenceStatus.BUSINESS_TRIP, False, False, "closed", "Business trip, offline", ("travel",)),
    ],
)
def test_people_are_shown_as_they_say_and_as_they_are(
    status: PresenceStatus,
    is_registered: bool,
    is_talking: bool,
    basic: str,
    note: str,
    activities: tuple[str, ...],
) -> None:
    document = presence_document(
        "sip:102@acme.example", status=status, is_registered=is_registered, is_talking=is_talking
    )
    assert f"<basic>{basic}</basic>" in document
    assert f"<note>{note}</note>" in document
    assert document.count("<rpid:") == (len(activities) + 1 if activities else 0)
    assert all(f"<rpid:{one}/>" in document for one in activities)


def test_everybody_who_hears_a_page_is_on_a_call_until_they_leave_it(told: Told) -> None:
    told.start()
    for target, number in (("t1", "102"), ("t2", "103")):
        told(K.TARGET_ADD, target_id=target, number=number, ring_group="600")
    told(K.CALL_ESTABLISHED, target_id="", number="600", answered_by="paging")
    assert (told.state(ALICE), told.state(BOB)) == (["initiator confirmed"], ["recipient trying"])
    told(K.TARGET_ANSWERED, target_id="t1", number="102", ring_group="600")
    told(K.TARGET_ANSWERED, target_id="t2", number="103", ring_group="600")
    assert {line: told.state(line) for line in (BOB, CAROL, SALES)} == {
        line: ["recipient confirmed"] for line in (BOB, CAROL, SALES)
    }
    told(K.TARGET_ENDED, target_id="t1", number="102", ring_group="600")
    assert (told.state(BOB), told.state(CAROL)) == ([], ["recipient confirmed"])
