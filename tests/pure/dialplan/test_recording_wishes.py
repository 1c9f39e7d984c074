"""Who asks for a recording: a row's id is the rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.recording import Announcement, RecordingCause, RecordingPolicy, announcement_sounds
from callmanager.domain.recording_wishes import who_asks
from callmanager.domain.trunk_entry import TrunkEntry
from tests.cast import ACME, ALICE, BOB, CAROL

RECORDED_TRUNK, PLAIN_TRUNK = 7, 8


@pytest.mark.parametrize(
    ("is_all", "caller", "callees", "trunk_ids", "queue", "asked"),
    [
        pytest.param(False, BOB, (CAROL,), (), False, "", id="nobody"),
        pytest.param(False, ALICE, (BOB,), (), False, "caller", id="the caller's extension"),
        pytest.param(False, BOB, (ALICE,), (), False, "callee", id="the callee's extension"),
        pytest.param(False, BOB, (CAROL, ALICE), (), False, "callee", id="one of those it went to"),
        pytest.param(False, ALICE, (ALICE,), (), False, "caller,callee", id="both"),
        pytest.param(True, BOB, (CAROL,), (), False, "tenant", id="the company"),
        pytest.param(True, "", (CAROL,), (PLAIN_TRUNK,), False, "tenant", id="the company, from outside"),
        pytest.param(True, "", (), (PLAIN_TRUNK,), False, "", id="the company, but nobody of it talks"),
        pytest.param(False, "", (BOB,), (RECORDED_TRUNK,), False, "trunk", id="the trunk it came over"),
        pytest.param(False, BOB, (), (RECORDED_TRUNK,), False, "trunk", id="the trunk it went out over"),
        pytest.param(False, BOB, (), (PLAIN_TRUNK,), False, "", id="a trunk that does not"),
        pytest.param(False, BOB, (), (99,), False, "", id="a trunk that is not the company's"),
        pytest.param(False, "", (BOB,), (), True, "queue", id="the queue"),
        pytest.param(False, "999", ("888",), (), False, "", id="numbers that are no extensions"),
        pytest.param(
            True, ALICE, (BOB,), (RECORDED_TRUNK,), True, "caller,tenant,trunk,queue", id="everybody"
        ),
    ],
)
def test_who_asks(
    is_all: bool, caller: str, callees: tuple[str, ...], trunk_ids: tuple[int, ...], queue: bool, asked: str
) -> None:
    snapshot = replace(
        ACME,
        extensions=tuple(replace(one, is_recorded=one.number == ALICE) for one in ACME.extensions),
        trunks=(
            TrunkEntry(RECORDED_TRUNK, "Provider", "provider.example", is_recorded=True),
            TrunkEntry(PLAIN_TRUNK, "Other", "other.example"),
        ),
        recording=RecordingPolicy(is_all_recorded=is_all),
    )
    found = who_asks(snapshot, caller=caller, callees=callees, trunk_ids=trunk_ids, is_queue_recorded=queue)
    assert ",".join(found) == asked
    assert RecordingCause.REQUEST not in found


def test_every_announcement_but_none_is_heard() -> None:
    for announcement in Announcement:
        policy = RecordingPolicy(announcement=announcement)
        assert bool(announcement_sounds(policy)) is (announcement is not Announcement.NONE)


def test_the_companys_own_words_are_heard_where_recordings_are_announced() -> None:
    for announcement in Announcement:
        heard = announcement_sounds(
            RecordingPolicy(announcement=announcement, own_announcement="acme/prompt/x")
        )
        assert heard == (() if announcement is Announcement.NONE else ("stored:acme/prompt/x",))
