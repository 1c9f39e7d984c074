"""What the running system keeps on disk is for its owner alone."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone

# PostgreSQL and nginx, which run as users of their own, pass through; static files are for everybody.
PASSABLE = {".", "nginx"}
PUBLIC = "static"


def _readable_by_others(directory: Path) -> Iterator[str]:
    for path in [directory, *directory.rglob("*")]:
        name = path.relative_to(directory)
        if name.parts[:1] == (PUBLIC,) or not path.exists():
            continue
        allowed = 0o711 if str(name) in PASSABLE else 0o700
        if stat.S_IMODE(path.lstat().st_mode) & ~allowed & 0o077:
            yield f"{name} {stat.S_IMODE(path.lstat().st_mode):o}"


def test_nobody_else_can_read_what_the_system_wrote(system: RunningSystem, alice: Phone) -> None:
    alice.dial("199").wait_over()
    assert list(_readable_by_others(system.stack.config.state_dir)) == []
