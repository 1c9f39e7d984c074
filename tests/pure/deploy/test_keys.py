from __future__ import annotations

import stat
from pathlib import Path

import pytest

from deploy.stack.errors import StackError
from deploy.stack.keys import env_file_read, env_file_write, keys_load_or_make


def test_keys_are_made_once_and_found_again(tmp_path: Path) -> None:
    first = keys_load_or_make(tmp_path)
    assert keys_load_or_make(tmp_path) == first


def test_keys_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    keys_load_or_make(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_lost_keys_are_not_replaced_while_their_database_is_there(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(StackError, match="restore"):
        keys_load_or_make(tmp_path)


def test_a_damaged_key_file_is_refused_by_the_missing_name(tmp_path: Path) -> None:
    keys_load_or_make(tmp_path)
    (tmp_path / "secrets.env").write_text("SECRET_KEY=x\n")
    with pytest.raises(StackError, match="FIELD_ENCRYPTION_KEY"):
        keys_load_or_make(tmp_path)


def test_values_with_equals_signs_survive_the_file(tmp_path: Path) -> None:
    values = {"KEY": "YWJj=", "URL": "postgres://a:b@c/d?e=f"}
    env_file_write(tmp_path / "x.env", values)
    assert env_file_read(tmp_path / "x.env") == values


def test_a_line_break_cannot_smuggle_in_another_variable(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="NAME"):
        env_file_write(tmp_path / "x.env", {"NAME": "a\nLD_PRELOAD=b"})
