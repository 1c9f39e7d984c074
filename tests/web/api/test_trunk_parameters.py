"""A trunk's header parameters by REST: stored, refused by line, and told to the workers of whoever has the trunk."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.header_parameters import (
    CallerMapping,
    CallerPart,
    HeaderPart,
    HeaderRule,
    HeaderSource,
    ProviderField,
)
from callmanager.fleet.models import Trunk
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest
from tests.web.rules import lent_trunk

TO_USER = {"part": "to_user", "source": "outbound_caller_id", "constant": "", "header_name": ""}
ACCOUNT = {"part": "custom", "source": "constant", "constant": "acme-1", "header_name": "X-Account"}
FROM_RPID = {"part": "number", "field": "rpid_user", "header_name": ""}
FROM_HEADER = {"part": "name", "field": "custom", "header_name": "P-Caller"}


@pytest.fixture
def telco(acme: Tenant) -> Trunk:
    return lent_trunk(acme, name="Telco")


def test_the_manuals_example_reaches_the_worker(
    administrator: Rest, telco: Trunk, acme: Tenant, globex: Tenant
) -> None:
    """“user” of “To” is the outbound caller ID of the extension that calls."""
    path = f"/api/trunks/{telco.pk}"
    revisions = [snapshot_get(tenant=one).config_rev for one in (acme, globex)]
    changed = administrator.patch(
        path, {"header_rules": [TO_USER, ACCOUNT], "caller_mappings": [FROM_RPID, FROM_HEADER]}
    )
    assert changed.status == 200, changed.body
    assert (changed.body["header_rules"], changed.body["caller_mappings"]) == (
        [TO_USER, ACCOUNT],
        [FROM_RPID, FROM_HEADER],
    )
    assert administrator.get(path).body == changed.body
    snapshot = snapshot_get(tenant=acme)
    trunk = snapshot.find_trunk(telco.pk)
    assert trunk is not None
    assert trunk.outbound == (
        HeaderRule(HeaderPart.TO_USER, HeaderSource.OUTBOUND_CALLER_ID),
        HeaderRule(HeaderPart.CUSTOM, HeaderSource.CONSTANT, "acme-1", "X-Account"),
    )
    assert trunk.inbound == (
        CallerMapping(CallerPart.NUMBER, ProviderField.RPID_USER),
        CallerMapping(CallerPart.NAME, ProviderField.CUSTOM, "P-Caller"),
    )
    assert snapshot.config_rev > revisions[0]
    assert snapshot_get(tenant=globex).config_rev == revisions[1]
    entry = AuditEntry.objects.get(action="trunk.update")
    assert entry.changes["header_rules"]["before"] == []
    assert administrator.patch(path, {"header_rules": []}).body["header_rules"] == []
    assert administrator.get(path).body["caller_mappings"] == [FROM_RPID, FROM_HEADER]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ([{**TO_USER, "part": "via"}], ("header_rules.0.part", "invalid_choice")),
        ([{**TO_USER, "source": "password"}], ("header_rules.0.source", "invalid_choice")),
        ([TO_USER, TO_USER], ("header_rules", "unique")),
        ([ACCOUNT, {**ACCOUNT, "header_name": "x-account"}], ("header_rules", "unique")),
        ([{**TO_USER, "source": "empty"}], ("header_rules", "needed")),
        ([{**TO_USER, "part": "from_host", "source": "empty"}], ("header_rules", "needed")),
        ([{**TO_USER, "constant": "x"}], ("header_rules", "not_allowed")),
        ([{**TO_USER, "header_name": "X-A"}], ("header_rules", "not_allowed")),
        ([{**ACCOUNT, "constant": ""}], ("header_rules", "required")),
        ([{**ACCOUNT, "constant": "a\r\nVia: x"}], ("header_rules", "constant")),
        (
            [{**TO_USER, "part": "from_host", "source": "constant", "constant": "a b"}],
            ("header_rules", "host"),
        ),
        ([{**ACCOUNT, "header_name": f"X-{n}"} for n in range(41)], ("header_rules", "max_length")),
    ],
)
def test_wrong_rules_are_refused(
    administrator: Rest, telco: Trunk, rules: list[dict[str, Any]], problem: tuple[str, str]
) -> None:
    answer = administrator.patch(f"/api/trunks/{telco.pk}", {"header_rules": rules, "max_calls": 7})
    assert (answer.status, answer.problems) == (400, {problem})
    again = administrator.get(f"/api/trunks/{telco.pk}").body
    assert (again["header_rules"], again["max_calls"]) == ([], 0)


SYSTEM_NAMES = (
    "Via",
    "from",
    "T",
    "Call-ID",
    "CSEQ",
    "m",
    "Route",
    "record-route",
    "Max-Forwards",
    "Content-Type",
    "l",
)
NO_NAMES = ("X-PBX-Tenant", "x-pbx-any", "", "P-Asserted-Identity", "two words", "a:b", "naïve", "X\r\nY")


@pytest.mark.parametrize("name", [*SYSTEM_NAMES, *NO_NAMES])
def test_headers_that_the_system_writes_are_nobodys(administrator: Rest, telco: Trunk, name: str) -> None:
    answer = administrator.patch(
        f"/api/trunks/{telco.pk}", {"header_rules": [{**ACCOUNT, "header_name": name}]}
    )
    assert (answer.status, answer.problems) == (400, {("header_rules", "header_name")})


@pytest.mark.parametrize(
    ("mappings", "problem"),
    [
        ([{**FROM_RPID, "field": "via"}], ("caller_mappings.0.field", "invalid_choice")),
        ([{**FROM_HEADER, "header_name": ""}], ("caller_mappings", "header_name")),
        ([{**FROM_RPID, "header_name": "X-A"}], ("caller_mappings", "not_allowed")),
        ([FROM_RPID, FROM_RPID], ("caller_mappings", "unique")),
    ],
)
def test_wrong_mappings_are_refused(
    administrator: Rest, telco: Trunk, mappings: list[dict[str, Any]], problem: tuple[str, str]
) -> None:
    answer = administrator.patch(f"/api/trunks/{telco.pk}", {"caller_mappings": mappings})
    assert (answer.status, answer.problems) == (400, {problem})


def test_tenants_neither_see_nor_change_them(acme_user: Rest, telco: Trunk) -> None:
    assert acme_user.get(f"/api/trunks/{telco.pk}").status == 403
    assert acme_user.patch(f"/api/trunks/{telco.pk}", {"header_rules": []}).status == 403
    assert "header_rules" not in str(acme_user.get("/api/did_pools").body)
