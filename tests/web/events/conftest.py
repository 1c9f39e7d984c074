"""One server for all socket tests. It reads what is committed: tests write by it, or by `committed`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from axes.models import AccessAttempt

from tests.web.asgi_server import AsgiServer, committed
from tests.web.calls import FakeWorker
from tests.web.conftest import WEB_PASSWORD
from tests.web.events.client import EventClient


@pytest.fixture(autouse=True)
def _forget_failed_sign_ins(asgi_server: AsgiServer, db: None) -> Iterator[None]:
    yield
    committed(lambda: AccessAttempt.objects.all().delete())


@pytest.fixture
def worker(redis_url: str) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    yield worker
    worker.close()


Connect = Callable[..., EventClient]


@pytest.fixture
def connect(asgi_server: AsgiServer) -> Iterator[Connect]:
    with ExitStack() as clients:
        yield lambda **options: clients.enter_context(EventClient(asgi_server.events_url, **options))


@pytest.fixture
def sign_in_for_token(asgi_server: AsgiServer) -> Callable[[str], str]:
    def sign_in(username: str) -> str:
        answer = httpx.post(
            f"{asgi_server.url}/api/auth/login", json={"username": username, "password": WEB_PASSWORD}
        )
        body: dict[str, Any] = answer.json()
        return str(body["token"])

    return sign_in
