"""REST clients for everybody in the cast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tenants.models import User
from tenants.services.api_token import api_token_create
from tests.web.calls import FakeWorker
from tests.web.conftest import Cast


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any

    @property
    def problems(self) -> set[tuple[str | None, str]]:
        """(field, code) of every error."""
        return {(error["field"], error["code"]) for error in self.body["errors"]}


@dataclass(frozen=True, slots=True)
class Rest:
    """Speaks JSON, with a token if there is one."""

    token: str = ""
    tenant_name: str = ""

    def get(self, path: str, **query: Any) -> Answer:
        return self._answer(Client().get(path, query, headers=self._headers()))

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self._answer(
            Client().post(
                path, body or {}, content_type="application/json", headers={**self._headers(), **headers}
            )
        )

    def patch(self, path: str, body: Any) -> Answer:
        return self._answer(
            Client().patch(path, body, content_type="application/json", headers=self._headers())
        )

    def put(self, path: str, body: Any) -> Answer:
        return self._answer(
            Client().put(path, body, content_type="application/json", headers=self._headers())
        )

    def delete(self, path: str) -> Answer:
        return self._answer(Client().delete(path, headers=self._headers()))

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**headers, "X-Tenant": self.tenant_name} if self.tenant_name else headers

    def _answer(self, response: Any) -> Answer:
        return Answer(response.status_code, response.json() if response.content else None)


@pytest.fixture(autouse=True)
def _nobody_is_throttled(db: None) -> None:
    cache.clear()


def rest_as(username: str, tenant_name: str = "") -> Rest:
    return Rest(api_token_create(user=User.objects.get(username=username))[1], tenant_name)


@pytest.fixture
def nobody(cast: Cast) -> Rest:
    return Rest()


@pytest.fixture
def administrator(cast: Cast) -> Rest:
    return rest_as("root")


@pytest.fixture
def acme_user(cast: Cast) -> Rest:
    return rest_as("acme")


@pytest.fixture
def alice(cast: Cast) -> Rest:
    return rest_as("101@acme")


@pytest.fixture
def mallory(cast: Cast) -> Rest:
    return rest_as("101@globex")


@pytest.fixture
def globex_user(cast: Cast) -> Rest:
    return rest_as("globex")


@pytest.fixture
def worker(redis_url: str, db: None) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    worker.register()
    yield worker
    worker.close()
