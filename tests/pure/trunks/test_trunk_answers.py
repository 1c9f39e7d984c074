"""What providers answered, read from the edge's table, and when a silent one counts as gone."""

from __future__ import annotations

import pytest

from callmanager.domain.trunk_answers import Answer, Pings, answers_parse

pytestmark = pytest.mark.pure


def test_answers_are_read_and_rubbish_is_left_out() -> None:
    table = {
        "reg:100@p.example": "1700000000.500000|403|call-1|Forbidden",
        "ping:7": "1700000001.250000|200|trunk-ping-7-aa|OK | all | well",
        "ping:8": "",
        "ping:9": "1700000001.5|abc|x|y",
        "ping:10": "soon|200|x|y",
        "ping:11": "1700000001.5|500|x|Bad\x00\r\nthings" + "z" * 500,
    }
    answers = answers_parse(table)
    assert answers["reg:100@p.example"] == Answer(1700000000.5, 403, "Forbidden", "call-1")
    assert answers["ping:7"] == Answer(1700000001.25, 200, "OK | all | well", "trunk-ping-7-aa")
    assert answers.keys() == {"reg:100@p.example", "ping:7", "ping:11"}
    assert answers["ping:11"].reason.startswith("Badthings")
    assert len(answers["ping:11"].reason) == 120


def test_a_provider_is_asked_at_its_interval_and_its_round_trip_is_measured() -> None:
    pings = Pings(60)
    assert pings.is_due(1000.0)
    pings.ask("c1", 1000.0)
    assert not pings.is_due(2000.0), "one question at a time"
    pings.take(None, 1001.0)
    pings.take(Answer(1000.0125, 404, "Not Found", "c1"), 1002.0)
    assert (pings.round_trip_ms, pings.is_silent, pings.has_answered) == (12.5, False, True)
    assert not pings.is_due(1059.0)
    assert pings.is_due(1060.0)


def test_two_questions_without_an_answer_are_silence_and_one_answer_ends_it() -> None:
    pings = Pings(60)
    for number in range(2):
        pings.ask(f"c{number}", 1000.0 + number * 20)
        pings.take(Answer(999.0, 200, "OK", "an older question"), 1005.0 + number * 20)
    assert pings.is_silent
    assert pings.round_trip_ms is None
    assert pings.is_due(1020.0 + 15), "asked more often while it is silent"
    pings.ask("c3", 1040.0)
    pings.take(Answer(1040.001, 200, "OK", "c3"), 1041.0)
    assert not pings.is_silent


def test_a_provider_with_interval_nought_is_never_asked() -> None:
    assert not Pings(0).is_due(10_000.0)
