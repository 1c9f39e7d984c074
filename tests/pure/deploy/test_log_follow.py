from __future__ import annotations

import io
from pathlib import Path

from deploy.stack.log_follow import LogFollower


def followed(directory: Path, output: io.StringIO, *, last_lines: int = 0) -> LogFollower:
    return LogFollower(directory, output, last_lines=last_lines)


def test_new_lines_are_printed_behind_the_name_of_the_process(tmp_path: Path) -> None:
    output = io.StringIO()
    follower = followed(tmp_path, output)
    follower.start()
    (tmp_path / "web.log").write_text("ready\n")
    follower.stop()
    assert output.getvalue() == "web      | ready\n"


def test_what_was_there_before_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text("yesterday\n")
    output = io.StringIO()
    follower = followed(tmp_path, output)
    follower.start()
    follower.stop()
    assert output.getvalue() == ""


def test_the_last_lines_are_shown_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text("one\ntwo\nthree\n")
    output = io.StringIO()
    followed(tmp_path, output, last_lines=2)
    assert output.getvalue() == "web      | two\nweb      | three\n"


def test_a_rotated_log_loses_no_line(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("")
    output = io.StringIO()
    follower = followed(tmp_path, output)
    with log.open("a") as old:
        old.write("before\n")
    log.rename(tmp_path / "web.log.1")
    log.write_text("after\n")
    follower.start()
    follower.stop()
    assert output.getvalue() == "web      | before\nweb      | after\n"


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    output = io.StringIO()
    follower = followed(tmp_path, output)
    (tmp_path / "edge.log").write_bytes(b"From: \x1b[2Jgone\n")
    follower.start()
    follower.stop()
    assert "\x1b" not in output.getvalue()
