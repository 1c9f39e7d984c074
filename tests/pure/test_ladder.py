"""The drawn call: which lanes, which arrows, and that no order of events can break it."""

from __future__ import annotations

import itertools

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.ladder import Arrow, Ladder, Tone, draw_ladder


def story(*chapters: tuple[CallEventKind, dict[str, object]]) -> list[CallEvent]:
    return [
        CallEvent(1, "s1", sequence, kind, 1000.0 + sequence, "worker-0", data)
        for sequence, (kind, data) in enumerate(chapters)
    ]


START: tuple[CallEventKind, dict[str, object]] = (
    CallEventKind.CALL_START,
    {"caller": "101", "callee": "102", "user_agent": "Desk phone"},
)
DESK: dict[str, object] = {"target_id": "1", "number": "102", "user_agent": "Desk"}
MOBILE: dict[str, object] = {"target_id": "2", "number": "102", "user_agent": "Mobile"}


def labels(ladder: Ladder) -> list[str]:
    return [arrow.label for arrow in ladder.arrows]


def lane_titles(ladder: Ladder) -> list[str]:
    return [lane.title for lane in ladder.lanes]


def goes(ladder: Ladder, arrow: Arrow) -> tuple[str, str]:
    titles = {lane.x: f"{lane.title} {lane.subtitle}".strip() for lane in ladder.lanes}
    return titles[arrow.x1], titles[arrow.x2]


def test_an_answered_call_has_a_lane_for_each_contact_and_shows_the_talk() -> None:
    ladder = draw_ladder(
        story(
            START,
            (CallEventKind.TARGET_ADD, DESK),
            (CallEventKind.TARGET_ADD, MOBILE),
            (CallEventKind.TARGET_RINGING, {**DESK, "sip_code": 180}),
            (CallEventKind.CALL_ESTABLISHED, DESK),
            (CallEventKind.TARGET_ENDED, {**MOBILE, "reason": "answered elsewhere"}),
            (CallEventKind.CALL_ENDED, {"ended_by": "callee"}),
        )
    )
    assert lane_titles(ladder) == ["101", "PBX", "102", "102"]
    assert labels(ladder) == [
        "INVITE 102",
        "INVITE",
        "INVITE",
        "180 Ringing",
        "180 Ringing",
        "200 OK",
        "200 OK",
        "CANCEL answered elsewhere",
        "BYE",
        "BYE",
    ]
    assert ladder.talk is not None
    assert ladder.talk.height > 0
    assert goes(ladder, ladder.arrows[-2]) == ("102 Desk", "PBX")


def test_who_talks_is_hung_up_by_the_calls_end_and_not_cancelled_besides() -> None:
    ladder = draw_ladder(
        story(
            START,
            (CallEventKind.TARGET_ADD, DESK),
            (CallEventKind.CALL_ESTABLISHED, DESK),
            (CallEventKind.TARGET_ENDED, {**DESK, "sip_code": 200, "reason": "Caller hangup"}),
            (CallEventKind.CALL_ENDED, {"ended_by": "caller"}),
        )
    )
    assert labels(ladder) == ["INVITE 102", "INVITE", "200 OK", "200 OK", "BYE", "BYE"]


def test_a_busy_call_ends_in_a_bad_arrow_to_the_caller() -> None:
    ladder = draw_ladder(
        story(
            START,
            (CallEventKind.TARGET_ADD, DESK),
            (CallEventKind.TARGET_FAIL, {**DESK, "sip_code": 486, "reason": "Busy Here"}),
            (CallEventKind.CALL_FAIL, {"sip_code": 486, "reason": "Busy Here"}),
            (CallEventKind.CALL_ENDED, {"status": "busy", "ended_by": "callee"}),
        )
    )
    assert ladder.talk is None
    assert [(arrow.label, arrow.tone) for arrow in ladder.arrows[-2:]] == [("486 Busy Here", Tone.BAD)] * 2
    assert goes(ladder, ladder.arrows[-1]) == ("PBX", "101 Desk phone")


def test_a_cancelled_call_ends_with_the_caller() -> None:
    ladder = draw_ladder(story(START, (CallEventKind.CALL_ENDED, {"ended_by": "caller"})))
    assert labels(ladder) == ["INVITE 102", "CANCEL"]


def test_the_echo_test_is_answered_by_the_pbx_itself() -> None:
    ladder = draw_ladder(
        story(
            START,
            (CallEventKind.CALL_ESTABLISHED, {"answered_by": "echo", "target_id": "", "number": "*43"}),
            (CallEventKind.CALL_ENDED, {"ended_by": "caller"}),
        )
    )
    assert lane_titles(ladder) == ["101", "PBX"]
    assert labels(ladder) == ["INVITE 102", "200 OK", "BYE"]


def test_hold_comes_from_the_side_that_pressed_it() -> None:
    ladder = draw_ladder(
        story(START, (CallEventKind.CALL_ESTABLISHED, DESK), (CallEventKind.CALL_HOLD, {"side": "callee"}))
    )
    assert goes(ladder, ladder.arrows[-1]) == ("102 Desk", "PBX")


def test_the_order_of_delivery_does_not_matter() -> None:
    events = story(START, (CallEventKind.TARGET_ADD, DESK), (CallEventKind.CALL_ESTABLISHED, DESK))
    drawn = {draw_ladder(list(order)) for order in itertools.permutations(events)}
    assert len(drawn) == 1


def test_each_kind_alone_and_without_data_can_be_drawn() -> None:
    for kind in CallEventKind:
        assert draw_ladder(story((kind, {}))).width > 0
    assert draw_ladder([]).arrows == ()
