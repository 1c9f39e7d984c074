"""Browsers signed in as the people of the cast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from tenants.models import User
from tests.web.conftest import Cast

SignedIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _empty_cache(db: None) -> None:
    cache.clear()


@pytest.fixture
def signed_in(cast: Cast) -> SignedIn:
    def as_user(username: str) -> Client:
        client = Client()
        client.force_login(
            User.objects.get(username=username), backend="tenants.authentication.SignInBackend"
        )
        return client

    return as_user


@pytest.fixture
def acme_browser(signed_in: SignedIn) -> Client:
    return signed_in("acme")


@pytest.fixture
def globex_browser(signed_in: SignedIn) -> Client:
    return signed_in("globex")


@pytest.fixture
def administrator_browser(signed_in: SignedIn) -> Client:
    return signed_in("root")
