"""What the worker writes to disk before a call goes on, and when it forgets it again."""

from __future__ import annotations

import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callmanager.domain.call_events import CallEvent, CallEventKind
from sipworker.gateways.write_ahead import FULL_BYTES, WriteAhead

PADDING = "x" * 1000


def _event(sequence: int) -> CallEvent:
    return CallEvent(1, "s1", sequence, CallEventKind.CALL_START, 1.5 + sequence, "w0", {"note": PADDING})


def _left(directory: Path) -> list[int]:
    """As the next process would find it."""
    return [event.sequence for batch in WriteAhead(directory).left_behind() for event in batch]


def _size_bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.iterdir())


def test_what_was_appended_is_there_for_the_next_process(tmp_path: Path) -> None:
    before = WriteAhead(tmp_path)
    for sequence in range(3):
        before.append(_event(sequence))
    assert _left(tmp_path) == [0, 1, 2]


def test_what_is_safe_elsewhere_is_forgotten(tmp_path: Path) -> None:
    write_ahead = WriteAhead(tmp_path)
    for sequence in range(3):
        write_ahead.append(_event(sequence))
    write_ahead.note_safe(2)
    assert 2 in _left(tmp_path)
    write_ahead.note_safe(1)
    assert _left(tmp_path) == []


def test_under_steady_load_the_files_stay_small(tmp_path: Path) -> None:
    write_ahead = WriteAhead(tmp_path)
    for sequence in range(3 * FULL_BYTES // len(PADDING)):
        write_ahead.append(_event(sequence))
        if sequence:
            # Never all: one event is always under way.
            write_ahead.note_safe(1)
    assert _size_bytes(tmp_path) < 3 * FULL_BYTES
    assert sequence in _left(tmp_path)


def test_nothing_unsafe_is_forgotten_however_much_there_is(tmp_path: Path) -> None:
    write_ahead = WriteAhead(tmp_path)
    count = 4 * FULL_BYTES // len(PADDING)
    for sequence in range(count):
        write_ahead.append(_event(sequence))
    assert sorted(_left(tmp_path)) == list(range(count))


def test_a_line_that_was_cut_short_is_skipped(tmp_path: Path) -> None:
    WriteAhead(tmp_path).append(_event(0))
    path = next(path for path in tmp_path.iterdir() if path.stat().st_size)
    with path.open("ab") as file:
        file.write(b'{"tenant_id":1,"sess')
    assert _left(tmp_path) == [0]


@contextmanager
def _files_no_larger_than(size_bytes: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_stops_no_call(tmp_path: Path) -> None:
    write_ahead = WriteAhead(tmp_path)
    with _files_no_larger_than(len(PADDING) // 2):
        for sequence in range(2):
            write_ahead.append(_event(sequence))
    write_ahead.append(_event(2))
    assert _left(tmp_path) == [2]


def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    WriteAhead(tmp_path / "write-ahead")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "write-ahead").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "write-ahead").stat().st_mode) == 0o700
