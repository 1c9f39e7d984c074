"""Providers given by name: the order of their servers, and when a trunk moves from one to another."""

from __future__ import annotations

import random

import pytest

from callmanager.domain.srv_records import Place, SrvRecord, place_to_use, srv_name, srv_order

pytestmark = pytest.mark.pure

A, B, C = ("192.0.2.1", 5060), ("192.0.2.2", 5060), ("192.0.2.1", 5070)


def record(priority: int, weight: int, target: str) -> SrvRecord:
    return SrvRecord(priority, weight, 5060, target)


@pytest.mark.parametrize(
    ("transport", "name"),
    [("udp", "_sip._udp.p.example"), ("tcp", "_sip._tcp.p.example"), ("tls", "_sips._tcp.p.example")],
)
def test_the_question_is_about_the_trunks_transport(transport: str, name: str) -> None:
    assert srv_name("p.example", transport) == name


def test_priority_comes_before_weight_and_a_lone_dot_is_nobody() -> None:
    records = [record(20, 0, "last"), record(10, 0, "b"), record(10, 1, "a"), record(5, 9, ".")]
    lots = random.Random(3)
    for _ in range(20):
        targets = [one.target for one in srv_order(records, lambda most: lots.randint(0, most))]
        assert targets[-1] == "last"
        assert set(targets[:2]) == {"a", "b"}


def test_weight_is_how_often_somebody_is_first() -> None:
    lots = random.Random(7)
    records = [record(1, 90, "often"), record(1, 10, "seldom")]
    first = [srv_order(records, lambda most: lots.randint(0, most))[0].target for _ in range(1000)]
    assert 830 < first.count("often") < 960


@pytest.mark.parametrize(
    ("found", "before", "avoided", "used"),
    [
        ([A, B], None, set(), A),
        ([B, A], A, set(), A),
        ([B, C], A, set(), B),
        # The name server is away for a moment.
        ([], A, set(), A),
        ([], None, set(), None),
        # Nobody answers there; or nowhere.
        ([A, B], A, {A}, B),
        ([A, B], B, {A}, B),
        ([A, C], A, {A}, C),
        ([A, B], A, {A, B}, A),
        ([A], A, {A}, A),
    ],
)
def test_a_trunk_stays_where_it_is_while_its_name_leads_there_and_somebody_answers(
    found: list[Place], before: Place | None, avoided: set[Place], used: Place | None
) -> None:
    assert place_to_use(found, before, avoided) == used
