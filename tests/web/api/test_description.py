"""The API describes itself, completely and without a network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client


def test_the_schema_is_valid_and_without_warnings(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/"])
def test_the_schema_is_served_to_everybody(db: None, path: str) -> None:
    schema = Client().get(path).json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/call_sessions/{session_id}/hang_up/" in schema["paths"]


def test_the_docs_need_no_other_server(db: None) -> None:
    page = Client().get("/api/docs/").content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert "swagger-ui-bundle.js" in page


def test_an_unknown_resource_answers_in_json(db: None) -> None:
    answer = Client().get("/api/no_such_thing")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")
