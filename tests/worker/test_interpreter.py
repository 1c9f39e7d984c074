"""Threads of a worker beside the one that owns the calls: what they may not do to it."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator

import pytest

from callmanager.domain.snapshot import TenantSnapshot
from sipworker.interpreter import long_lived_settle
from tests.cast import ACME


@pytest.fixture(autouse=True)
def _nothing_stays_frozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_a_snapshot_as_text_in_pieces_is_the_same_document() -> None:
    pieces = list(ACME.json_pieces())
    assert json.loads("".join(pieces)) == json.loads(json.dumps(ACME.to_json()))
    assert TenantSnapshot.from_json(json.loads("".join(pieces))) == ACME
    assert len(pieces) > len(ACME.extensions), "rows are written one by one"


def test_the_collector_walks_only_what_came_after() -> None:
    long_lived_settle()
    assert not any(one is ACME for one in gc.get_objects())
    later = TenantSnapshot.from_json(json.loads(json.dumps(ACME.to_json())))
    assert any(one is later for one in gc.get_objects())


def test_what_settled_still_goes_when_nobody_uses_it() -> None:
    class Noticed:
        gone = False

        def __del__(self) -> None:
            Noticed.gone = True

    one = Noticed()
    long_lived_settle()
    del one
    assert Noticed.gone
