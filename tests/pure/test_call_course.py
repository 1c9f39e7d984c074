"""A call's course in sentences: every kind of event has one, and nothing that opens a door stands in it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from callmanager.domain.call_course import call_course, public_data, redacted
from callmanager.domain.call_events import CallEventKind
from tests.pure.test_ladder import DESK, START, story

pytestmark = pytest.mark.pure


def test_a_forwarded_call_is_told_in_order() -> None:
    outside: dict[str, object] = {"target_id": "2", "number": "0170", "trunk_name": "City", "trunk_id": 7}
    events = story(
        START,
        (CallEventKind.TARGET_ADD, DESK),
        (CallEventKind.TARGET_RINGING, DESK),
        (CallEventKind.TARGET_NOANSWER, {**DESK, "sip_code": 480, "reason": "No answer"}),
        (CallEventKind.CALL_REROUTE, {"reason": "no_answer", "from_number": "102", "number": "0170"}),
        (CallEventKind.TARGET_ADD, outside),
        (CallEventKind.CALL_ESTABLISHED, {**outside, "answered_by": "trunk"}),
        (CallEventKind.CALL_HOLD, {"side": "callee"}),
        (CallEventKind.CALL_ENDED, {"ended_by": "caller", "reason": "Normal call clearing"}),
    )
    assert [moment.text for moment in call_course(events)] == [
        "101 calls 102",
        "Calls 102",
        "102 rings",
        "102 did not answer",
        "102 goes on to 0170 (nobody answered)",
        "Calls 0170 over City",
        "0170 answers",
        "The callee puts the other on hold",
        "The caller hangs up: Normal call clearing",
    ]
    assert [moment.offset_s for moment in call_course(events)] == [float(place) for place in range(9)]


def test_transfers_groups_and_whoever_comes_are_told() -> None:
    transfer: dict[str, object] = {
        "transfer": "attended", "transferor": "102", "transferee": "101", "transfer_target": "103", "side": "callee",
    }  # fmt: skip
    events = story(
        START,
        (CallEventKind.TARGET_ADD, {**DESK, "ring_group": "600"}),
        (CallEventKind.TRANSFER_STARTED, transfer),
        (CallEventKind.TRANSFER_FAILED, {**transfer, "sip_code": 486, "reason": "Busy Here"}),
        (CallEventKind.CALL_TRANSFERRED, {**transfer, "number": "103", "target_id": "3"}),
        (CallEventKind.CALL_JOINED, {"number": "104", "reason": "pickup", "target_id": "4"}),
        (CallEventKind.VOICEMAIL_STARTED, {"mailbox": "102", "path": "/var/x"}),
    )
    told = call_course(events)
    assert [moment.text for moment in told][1:] == [
        "Calls 102, a member of 600",
        "102 transfers 101 to 103 (attended)",
        "The transfer to 103 failed: 486 Busy Here",
        "101 talks to 103 now",
        "104 comes into the call (pickup)",
        "A message is left for 102",
    ]
    assert "/var/x" not in str(told)


def test_what_features_add_has_words_of_its_own() -> None:
    events = story(
        (CallEventKind.CALL_PARKED, {"slot": "701", "number": "101", "parked_by": "102"}),
        (CallEventKind.RECORDING_STARTED, {"recording": "tok3n", "paths": "/x", "by": "102"}),
        (CallEventKind.RECORDING_STOPPED, {"recording": "tok3n", "why": "quota_full"}),
        (CallEventKind.VOICEMAIL_CHANGED, {"mailbox": "102", "change": "pin", "pin_token": "s3aled"}),
    )
    told = call_course(events)
    assert [moment.text for moment in told] == [
        "102 parks 101 on 701",
        "Recording begins (by 102)",
        "Recording ends: quota full",
        "In the mailbox of 102: pin",
    ]
    shown = str([public_data(event.data) for event in events]) + str(told)
    for secret in ("tok3n", "/x", "s3aled"):
        assert secret not in shown


def test_calls_that_became_one_are_told_by_the_clock() -> None:
    first = story(START, (CallEventKind.CALL_ENDED, {"ended_by": "caller"}))
    second = [replace(event, session_id="s2", at=event.at + 0.5) for event in first]
    told = call_course([*second, *first])
    assert [moment.anchor for moment in told] == ["s1-0", "s2-0", "s1-1", "s2-1"]


def test_every_kind_has_a_sentence_even_without_data() -> None:
    for kind in CallEventKind:
        (moment,) = call_course(story((kind, {})))
        assert moment.text
        assert "{" not in moment.text
    assert call_course([]) == ()


def test_the_order_of_delivery_does_not_matter() -> None:
    events = story(START, (CallEventKind.TARGET_ADD, DESK), (CallEventKind.CALL_ESTABLISHED, DESK))
    assert len({call_course(list(order)) for order in itertools.permutations(events)}) == 1


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("sip:trk-7-0123456789abcdef@192.0.2.7:5060;transport=tls", "sip:…@192.0.2.7:5060"),
        ("<sip:101@192.0.2.7;token=abc>", "sip:…@192.0.2.7"),
        ("sip:192.0.2.7", "sip:192.0.2.7"),
        (None, ""),
        (7, "7"),
    ],
)
def test_a_contact_says_where_and_not_who(uri: object, shown: str) -> None:
    assert redacted(uri) == shown


def test_what_programs_see_of_an_event_leaves_out_the_inside() -> None:
    data: dict[str, object] = {
        "contact": "sip:secret@192.0.2.7", "path": "/var/lib/x.wav", "config_rev": 3, "number": "102",
        "caller_quality": {"points": []},
    }  # fmt: skip
    assert public_data(data) == {"contact": "sip:…@192.0.2.7", "number": "102"}
