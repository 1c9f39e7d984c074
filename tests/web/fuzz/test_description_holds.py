"""The REST API keeps to its own description, whoever asks and however wrong: no failure of ours, no answer that it does
not describe. Every request begins from the same state, and they are the same in every run. `FUZZ=full` sends all that
the description gives rise to, for an hour's quarter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from schemathesis import BaseSchema
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.api.conftest import rest_as
from tests.web.fuzz.requests import Operation, Request, operations, requests_of, url_name_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
THOROUGH, RANDOM = (10_000, 50) if os.environ.get("FUZZ") == "full" else (12, 1)
# Who signs in, and whether two of three requests name a tenant to act in.
ASKERS: Mapping[str, tuple[str, str]] = {
    "an administrator": ("root", "acme"),
    "a tenant": ("acme", ""),
    "an extension": ("101@acme", ""),
}
SHOWN_OF_AN_ANSWER = 300
NOBODY_THERE = 503

Ids = dict[str, Any]


@pytest.mark.parametrize("asker", ASKERS)
def test_every_answer_is_described(description: BaseSchema, known: dict[str, Ids], asker: str) -> None:
    username, tenant_name = ASKERS[asker]
    token = rest_as(username).token
    wrong: dict[str, list[str]] = {}
    for operation in operations(description):
        cache.clear()
        ids = known.get(url_name_of(operation).split("-")[0], {})
        if problems := list(_problems(operation, ids, token, tenant_name)):
            wrong[operation.label] = problems
    shown = "\n\n".join(f"{label}: {len(found)}, such as\n{found[0]}" for label, found in wrong.items())
    assert not wrong, shown


def _problems(operation: Operation, ids: Ids, token: str, tenant_name: str) -> Iterator[str]:
    for number, case in enumerate(requests_of(operation, thorough=THOROUGH, random=RANDOM)):
        headers = {"Authorization": f"Bearer {token}"}
        if tenant_name and number % 3:
            headers["X-Tenant"] = tenant_name
        if number % 2:
            _address(case, ids)
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        # No worker runs here, and who wants to call hears that; as described, too.
        checks = [
            one for one in CHECKS if response.status_code != NOBODY_THERE or one is not not_a_server_error
        ]
        try:
            case.validate_response(response, checks=checks, headers=headers)
        except FailureGroup as failures:
            for failure in failures.exceptions:
                request, answer = case.as_curl_command(headers), response.text[:SHOWN_OF_AN_ANSWER]
                yield f"{type(failure).__name__}: {failure}\n{request}\n{answer}"


def _address(case: Request, ids: Ids) -> None:
    """At a thing that is there, where the description can only say that it has a number."""
    for name in case.path_parameters or {}:
        if known := ids.get(name, ids.get("pk") if name.endswith("id") else None):
            case.path_parameters[name] = str(known)
