"""The description of the socket is there for everybody, and true of what a subscriber reads."""

from __future__ import annotations

import httpx
import pytest
from django.test import Client
from jsonschema import Draft7Validator

from tenants.models import Tenant
from tests.web.asgi_server import AsgiServer
from tests.web.calls import FakeWorker
from tests.web.events.conftest import Connect
from tests.web.events.test_socket import ACME

pytestmark = pytest.mark.django_db


def test_anybody_reads_where_the_socket_is(asgi_server: AsgiServer) -> None:
    answer = httpx.get(f"{asgi_server.url}/api/events/schema")
    assert answer.headers["content-type"].startswith("application/vnd.aai.asyncapi+json")
    document = answer.json()
    assert document["servers"]["pbx"] == {"host": f"127.0.0.1:{asgi_server.port}", "protocol": "ws"}
    assert document["channels"]["events"]["address"] == "/ws/events"
    assert Client().post("/api/events/schema").status_code == 405


def test_what_the_socket_answers_is_as_described(
    connect: Connect, worker: FakeWorker, acme: Tenant, asgi_server: AsgiServer
) -> None:
    messages = httpx.get(f"{asgi_server.url}/api/events/schema/").json()["components"]["messages"]
    answers = Draft7Validator(messages["answer"]["payload"])
    client = connect()
    answers.validate(client.command(command="subscribe", topics=[{"topic": "cdr_events"}]))
    answers.validate(client.command(**ACME))
    worker.publish(acme, "call_cdr", 0, session_id="s1")
    missing = client.command(command="subscribe", topics=[{"topic": "cdr_events"}], last_event_id="1-0")
    answers.validate(missing)
    Draft7Validator(messages["control.resync"]["payload"]).validate(client.read())
