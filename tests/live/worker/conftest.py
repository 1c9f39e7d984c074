"""Needs DATABASE_URL and REDIS_URL of throw-away servers (`make pytest` gives them)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.worker.stand import ALICE_HZ, BOB_HZ, BOBS_MOBILE_HZ, Stand, open_stand
from tests.phones.phone import Phone


@pytest.fixture(scope="package")
def running_stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with open_stand(tmp_path_factory.mktemp("worker")) as stand:
        stand.start_worker()
        yield stand


@pytest.fixture(scope="package")
def phones(running_stand: Stand) -> tuple[Phone, Phone, Phone]:
    return (
        running_stand.phone("101", ALICE_HZ, ruid="alice"),
        running_stand.phone("102", BOB_HZ, ruid="bob-desk"),
        running_stand.phone("102", BOBS_MOBILE_HZ, ruid="bob-mobile"),
    )


@pytest.fixture
def stand(running_stand: Stand, phones: tuple[Phone, Phone, Phone]) -> Iterator[Stand]:
    yield running_stand
    for phone in phones:
        phone.forget_calls()


@pytest.fixture
def alice(phones: tuple[Phone, Phone, Phone]) -> Phone:
    return phones[0]


@pytest.fixture
def bob(phones: tuple[Phone, Phone, Phone]) -> Phone:
    return phones[1]


@pytest.fixture
def bobs_mobile(phones: tuple[Phone, Phone, Phone]) -> Phone:
    return phones[2]
