"""What administrators see of all tenants at once."""

from __future__ import annotations

from tenants.models import Tenant
from tests.web.api.conftest import Rest
from tests.web.calls import cdr_make


def test_administrators_read_the_records_of_all_tenants(
    administrator: Rest, acme_user: Rest, acme: Tenant, globex: Tenant
) -> None:
    cdr_make(acme, "a1")
    cdr_make(globex, "g1")
    assert {row["tenant_name"] for row in administrator.get("/api/cdrs").body["results"]} == {
        "acme",
        "globex",
    }
    rows = administrator.get("/api/cdrs", tenant_name="globex").body["results"]
    assert [row["session_id"] for row in rows] == ["g1"]
    assert acme_user.get("/api/cdrs", tenant_name="globex").body["count"] == 0
