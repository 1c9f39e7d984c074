"""Each test folder says what it needs; a test outside of them does not run uncategorised."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
CATEGORIES = {"pure", "web", "worker", "live", "architecture"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        category = item.path.relative_to(HERE).parts[0]
        if category not in CATEGORIES:
            raise pytest.UsageError(
                f"{item.nodeid} belongs to no category; move it into one of {sorted(CATEGORIES)}."
            )
        item.add_marker(category)
