"""Log files: for administrators, by names from the list alone, and every download is noted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from deploy.stack.config import StackConfig
from deploy.stack.programs import stack_programs
from tenants.log_files import log_file_get, log_file_list, log_file_stream
from tenants.models import AuditEntry, User
from tenants.services.api_token import api_token_create
from tests.web.conftest import Cast

pytestmark = pytest.mark.django_db

LINES = "".join(f"line {number}\n" for number in range(20_000))


@pytest.fixture(autouse=True)
def log_dir(tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "log"
    directory.mkdir()
    (directory / "web.log").write_text(LINES)
    (directory / "web.log.1").write_text("older\n")
    (directory / "worker-0.log").write_bytes(b"caf\xe9 <script>alert(1)</script>\n")
    (directory / "notes.txt").write_text("not a log")
    (directory / "web.log.bak").write_text("not ours")
    (tmp_path / "secrets.env").write_text("SECRET_KEY=of-the-system")
    (directory / "redis.log").symlink_to(tmp_path / "secrets.env")
    (directory / "edge.log").mkdir()
    with override_settings(PBX_STATE_DIR=tmp_path):
        yield directory


def bearer(username: str, scope: str = "logs") -> dict[str, str]:
    secret = api_token_create(user=User.objects.get(username=username), scopes=[scope])[1]
    return {"Authorization": f"Bearer {secret}"}


def console(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_every_process_has_its_logs_in_the_list(log_dir: Path, tmp_path: Path) -> None:
    (log_dir / "edge.log").rmdir()
    (log_dir / "redis.log").unlink()
    names = {f"{program.name}.log" for program in stack_programs(StackConfig.for_tests(tmp_path, workers=2))}
    for name in names:
        (log_dir / name).touch()
    assert names <= {file.name for file in log_file_list()}


def test_only_plain_files_of_known_names_are_listed(client: Client, cast: Cast) -> None:
    rows = client.get("/api/log_files", headers=bearer("root")).json()["results"]
    assert [row["name"] for row in rows] == ["web.log", "web.log.1", "worker-0.log"]
    assert rows[0]["process"] == "Console and REST"
    assert rows[0]["size_bytes"] == len(LINES)


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "redis.log", "edge.log", "..", "web.log.bak", "%2e%2e%2fsecrets.env", "..%2f..%2fsecrets.env",
     "/etc/passwd", "web.log%00", "secrets.env"],
)  # fmt: skip
@pytest.mark.parametrize("door", ["/api/log_files/{}/{}", "/admin/log-files/{}/{}/"])
def test_no_other_file_is_reached_by_any_name(name: str, door: str, cast: Cast) -> None:
    client = console("root") if door.startswith("/admin") else Client(headers=bearer("root"))
    for action in ("tail", "download", ""):
        answer = client.get(
            door.format(name, action).replace("//", "/") if not action else door.format(name, action)
        )
        text = body(answer) if answer.streaming else answer.content
        assert answer.status_code in (301, 302, 404), (name, action)
        assert b"of-the-system" not in text


def test_the_end_of_a_file_begins_with_a_whole_line(client: Client, cast: Cast) -> None:
    headers = bearer("root")
    text = client.get("/api/log_files/web.log/tail?kib=1", headers=headers).content.decode()
    assert text.endswith("line 19999\n")
    assert text.startswith("line ")
    assert len(text) <= 1024
    assert client.get("/api/log_files/web.log.1/tail", headers=headers).content == b"older\n"
    # What is no UTF-8 is shown all the same.
    assert "caf\ufffd" in client.get("/api/log_files/worker-0.log/tail", headers=headers).content.decode()


@pytest.mark.parametrize("kib", ["0", "-1", "x", "1025", "9" * 30, "", "１"])
def test_how_much_is_a_number_within_bounds(client: Client, cast: Cast, kib: str) -> None:
    answer = client.get("/api/log_files/web.log/tail", {"kib": kib}, headers=bearer("root"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "kib")


def test_a_download_is_whole_and_noted(client: Client, cast: Cast) -> None:
    answer = client.get("/api/log_files/web.log/download", headers=bearer("root"))
    assert body(answer).decode() == LINES
    assert answer.headers["Content-Length"] == str(len(LINES))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="web.log"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = console("root").get("/admin/log-files/web.log/download/")
    assert body(page).decode() == LINES
    entries = AuditEntry.objects.filter(action="log_file.download").order_by("id")
    assert [(one.username, one.action, one.object_id, one.door) for one in entries] == [
        ("root", "log_file.download", "web.log", "rest"),
        ("root", "log_file.download", "web.log", "console"),
    ]


def test_what_is_written_during_a_download_does_not_change_its_length(log_dir: Path) -> None:
    length, chunks = log_file_stream(log_file_get("web.log"))
    with (log_dir / "web.log").open("a") as log:
        log.write("later\n")
    assert sum(len(chunk) for chunk in chunks) == length == len(LINES)


@pytest.mark.parametrize("username", ["acme", "101@acme"])
def test_tenants_and_extensions_get_nothing(client: Client, cast: Cast, username: str) -> None:
    for path in ("", "/web.log", "/web.log/tail", "/web.log/download"):
        answer = client.get(f"/api/log_files{path}", headers=bearer(username, "read"))
        assert (path, answer.status_code) == (path, 403)
    for path in ("", "web.log/", "web.log/download/"):
        answer = console(username).get(f"/admin/log-files/{path}")
        assert answer.status_code in (302, 403, 404)
        assert not answer.streaming


def test_a_token_of_another_scope_gets_nothing(client: Client, cast: Cast) -> None:
    answer = client.get("/api/log_files", headers=bearer("root", "calls"))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "token_scope")


def test_the_console_shows_list_and_end_and_no_markup_of_a_log(cast: Cast) -> None:
    client = console("root")
    page = client.get("/admin/log-files/").content.decode()
    assert "worker-0.log" in page
    assert "Calls and media" in page
    assert "redis.log" not in page
    page = client.get("/admin/log-files/worker-0.log/?kib=256").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert '<option value="256" selected>' in page


def test_without_files_the_page_says_where_the_logs_are(cast: Cast, tmp_path: Path) -> None:
    with override_settings(PBX_STATE_DIR=tmp_path / "elsewhere"):
        assert "journalctl" in console("root").get("/admin/log-files/").content.decode()
