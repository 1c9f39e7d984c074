"""The API describes itself, completely and without a network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import get_resolver


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


@pytest.mark.parametrize("body", ["[" * 5000, '{"a":' * 5000, '{"username": ' + "9" * 5000 + "}"])
def test_json_that_can_not_be_read_is_refused(db: None, body: str) -> None:
    answer = Client().post("/api/auth/login", body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "parse_error")


@pytest.mark.parametrize("urls", ["pbxsite.urls", "pbxsite.urls_tenant"])
def test_what_nobody_foresaw_keeps_the_shape_and_says_nothing(rf: RequestFactory, urls: str) -> None:
    answer = get_resolver(urls).resolve_error_handler(500)(rf.get("/api/cdrs"))
    assert answer.status_code == 500
    assert json.loads(answer.content)["errors"][0]["code"] == "error"


def test_a_host_name_that_is_not_ours_is_refused_in_json(db: None) -> None:
    answer = Client(headers={"Host": "evil.example"}).get("/api/schema")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "bad_request")


def test_an_unknown_resource_answers_in_json(db: None) -> None:
    answer = Client().get("/api/no_such_thing")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")
