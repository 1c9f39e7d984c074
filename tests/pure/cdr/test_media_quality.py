"""MOS by the E-model: known points, and that worse is never better."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmanager.domain.media_quality import loss_percent, mean_opinion_score, score_of_rating

TABLE = {
    "G.711 on a perfect line is 4.4": ("PCMA", 0.0, 0.0, 0.0, 4.39),
    "G.722 is rated no worse": ("G722", 0.0, 0.0, 0.0, 4.39),
    "case and clock rate of the name do not matter": ("opus/48000", 0.0, 0.0, 0.0, 4.39),
    "1 % loss is hardly heard with concealment": ("PCMU", 1.0, 0.0, 20.0, 4.30),
    "5 % loss annoys": ("PCMU", 5.0, 0.0, 20.0, 3.88),
    "20 % loss is poor": ("PCMU", 20.0, 0.0, 20.0, 2.58),
    "G.729 begins below G.711": ("G729", 0.0, 0.0, 0.0, 4.11),
    "GSM begins below G.729": ("GSM", 0.0, 0.0, 0.0, 3.72),
    "a satellite hop costs": ("PCMA", 0.0, 0.0, 600.0, 3.53),
    "jitter costs as delay": ("PCMA", 0.0, 60.0, 0.0, 4.33),
    "nothing arriving at all is the worst": ("PCMA", 100.0, 0.0, 3000.0, 1.0),
}


@pytest.mark.parametrize(
    ("codec", "loss", "jitter_ms", "round_trip_ms", "expected"), TABLE.values(), ids=TABLE.keys()
)
def test_mos(codec: str, loss: float, jitter_ms: float, round_trip_ms: float, expected: float) -> None:
    score = mean_opinion_score(codec, loss_percent=loss, jitter_ms=jitter_ms, round_trip_ms=round_trip_ms)
    assert score == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("rating", "score"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58), (-5, 1.0), (120, 4.5)]
)
def test_ratings_become_scores_as_in_the_table_of_annex_b(rating: float, score: float) -> None:
    assert score_of_rating(rating) == pytest.approx(score, abs=0.01)


@given(st.floats(0, 99), st.floats(0, 500), st.floats(0, 3000), st.sampled_from(["PCMA", "G729", "x"]))
def test_worse_figures_never_score_better(
    loss: float, jitter_ms: float, round_trip_ms: float, codec: str
) -> None:
    def score(loss: float, jitter_ms: float, round_trip_ms: float) -> float:
        return mean_opinion_score(codec, loss_percent=loss, jitter_ms=jitter_ms, round_trip_ms=round_trip_ms)

    here = score(loss, jitter_ms, round_trip_ms)
    assert 1.0 <= here <= 4.5
    assert score(loss + 1, jitter_ms, round_trip_ms) <= here
    assert score(loss, jitter_ms + 10, round_trip_ms) <= here
    assert score(loss, jitter_ms, round_trip_ms + 50) <= here


@pytest.mark.parametrize(
    ("received", "lost", "expected"),
    [(0, 0, 0.0), (99, 1, 1.0), (0, 50, 100.0), (100, -3, 0.0)],
    ids=["nothing sent", "one in a hundred", "all lost", "duplicates make loss negative"],
)
def test_loss_percent(received: int, lost: int, expected: float) -> None:
    assert loss_percent(received, lost) == expected
