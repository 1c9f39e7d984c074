from __future__ import annotations

import stat
from pathlib import Path

import pytest

from deploy.stack import clean
from deploy.stack.errors import StackError
from deploy.stack.state_dir import (
    MARKER,
    is_state_dir,
    state_dir_find,
    state_dir_locked,
    state_dir_prepare,
)


@pytest.fixture(autouse=True)
def everybody_may_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.stack.state_dir.postgres_user", lambda: None)


def test_the_variable_says_where_the_state_is(tmp_path: Path) -> None:
    assert state_dir_find({"PBX_STATE_DIR": str(tmp_path / "x" / ".." / "state")}) == tmp_path / "state"


def test_a_new_directory_is_made_with_closed_rooms(tmp_path: Path) -> None:
    state_dir_prepare(tmp_path / "state")
    assert is_state_dir(tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state" / "tls").stat().st_mode) == 0o700


def test_nginx_reaches_its_rooms_for_long_bodies_and_lists_nothing(tmp_path: Path) -> None:
    (tmp_path / "state" / "nginx").mkdir(parents=True, mode=0o700)
    (tmp_path / "state" / MARKER).touch()
    state_dir_prepare(tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state" / "nginx").stat().st_mode) == 0o711


def test_a_directory_with_other_files_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(StackError, match="not Tandem's"):
        state_dir_prepare(tmp_path)


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(StackError, match="PBX_STATE_DIR"):
        state_dir_prepare(tmp_path / "state")


def test_a_full_disk_is_told_with_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.stack.state_dir.NEEDED_BYTES", 2**62)
    with pytest.raises(StackError, match="MB free"):
        state_dir_prepare(tmp_path / "state")


def test_two_starts_at_once_are_told_apart(tmp_path: Path) -> None:
    state_dir_prepare(tmp_path / "state")
    with (
        state_dir_locked(tmp_path / "state"),
        pytest.raises(StackError, match="already"),
        state_dir_locked(tmp_path / "state"),
    ):
        raise AssertionError("the second start went on")


def test_cleaning_removes_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state_dir_prepare(tmp_path / "state")
    monkeypatch.setenv("PBX_STATE_DIR", str(tmp_path / "state"))
    assert clean.main() == 0
    assert not (tmp_path / "state").exists()


def test_cleaning_leaves_a_directory_that_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.txt").touch()
    monkeypatch.setenv("PBX_STATE_DIR", str(tmp_path))
    assert clean.main() == 1
    assert (tmp_path / "thesis.txt").exists()
