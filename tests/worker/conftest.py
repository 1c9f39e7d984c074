"""Whole calls without a packet."""

from __future__ import annotations

import pytest

from tests.fakes import WorkerInMemory


@pytest.fixture
def worker() -> WorkerInMemory:
    return WorkerInMemory()
