"""The application behind WSGI, in the transaction of the test; and Acme with one thing of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis import BaseSchema

# Now, while no server's thread runs: pytest rewrites this module, and Python 3.11 may fail when two threads parse.
from schemathesis.specs.openapi import schemas as schemas

from tenants.models import Tenant
from tests.web.matrix.conftest import world
from tests.web.matrix.thing import World
from tests.web.matrix.things import THINGS

__all__ = ["world"]


@pytest.fixture(autouse=True)
def _the_connection_stays_open(db: None) -> Iterator[None]:
    """As for Django's own test client: a request would close it, and end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def description(_the_connection_stays_open: None) -> BaseSchema:
    schema = schemathesis.openapi.from_wsgi("/api/schema/", WSGIHandler())
    schema.config.output.sanitization.update(
        enabled=False
    )  # requests are shown as they were, to be sent again
    return schema


@pytest.fixture
def known(world: World, globex: Tenant) -> dict[str, dict[str, Any]]:
    """One thing of each kind, by the first part of a route's name: what addresses need to name it."""
    things = {name: thing.make(world, 1) for name, thing in THINGS.items()}
    # The matrix's own has no schema, which a change of the SIP domain asks for.
    return {**things, "tenants": {"pk": globex.pk}}
