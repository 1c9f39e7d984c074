"""Settings come from the environment; what is missing or wrong is said by name, without showing secrets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pbxsite.env import (
    EnvironmentInvalid,
    env_bool,
    env_database,
    env_int,
    env_list,
    env_port,
    env_secret,
    env_str,
    load_state_environment,
)
from pbxsite.logging import hide_secrets

NAME = "TANDEM_TEST_VALUE"


@pytest.fixture
def state_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PBX_STATE_DIR", str(tmp_path))
    monkeypatch.delenv(NAME, raising=False)
    return tmp_path / "tandem.env"


def test_a_variable_of_the_process_wins_over_the_state_directory(
    state_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state_file.write_text(f"# made at set-up\n{NAME}='from the file'\nTANDEM_TEST_OTHER=x\n")
    monkeypatch.setenv("TANDEM_TEST_OTHER", "from the process")
    load_state_environment()
    try:
        assert (env_str(NAME), env_str("TANDEM_TEST_OTHER")) == ("from the file", "from the process")
    finally:
        del os.environ[NAME]


def test_a_line_that_says_nothing_is_an_error(state_file: Path) -> None:
    state_file.write_text("two words\n")
    with pytest.raises(EnvironmentInvalid, match="line 1"):
        load_state_environment()


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    with pytest.raises(EnvironmentInvalid, match=NAME):
        env_str(NAME)


def test_a_short_secret_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "tooshort")
    with pytest.raises(EnvironmentInvalid) as refusal:
        env_secret(NAME)
    assert "tooshort" not in str(refusal.value)


@pytest.mark.parametrize(("text", "reader"), [("ten", env_int), ("perhaps", env_bool), ("70000", env_port)])
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, text: str, reader: object) -> None:
    monkeypatch.setenv(NAME, text)
    assert callable(reader)
    with pytest.raises(EnvironmentInvalid, match=NAME):
        reader(NAME, 1)


def test_words_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " a, b,,c ")
    assert env_list(NAME) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgres://tandem:p%40ss@127.0.0.1:15432/tandem", "127.0.0.1", "15432"),
        ("postgresql://tandem:p%40ss@/tandem?host=/run/postgresql", "/run/postgresql", ""),
    ],
)
def test_a_database_url_is_read(monkeypatch: pytest.MonkeyPatch, url: str, host: str, port: str) -> None:
    monkeypatch.setenv(NAME, url)
    expected = {"NAME": "tandem", "USER": "tandem", "PASSWORD": "p@ss", "HOST": host, "PORT": port}
    assert env_database(NAME) == expected


def test_a_database_of_another_kind_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "mysql://root:s3cr3t-word@localhost/tandem")
    with pytest.raises(EnvironmentInvalid) as refusal:
        env_database(NAME)
    assert "s3cr3t-word" not in str(refusal.value)


def test_a_field_named_like_a_secret_is_never_logged() -> None:
    event = hide_secrets(
        None, "info", {"event": "x", "sip_password": "s", "api_token": "t", "tenant": "acme"}
    )
    assert event == {"event": "x", "sip_password": "***", "api_token": "***", "tenant": "acme"}
