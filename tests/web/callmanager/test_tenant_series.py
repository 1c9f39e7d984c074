"""Many tenants by one command: whole ones, again without harm, with a bar or with lines."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from callmanager.models import Extension
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.web.conftest import Cast


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(out: StringIO | None = None, **options: Any) -> str:
    out = out or StringIO()
    call_command("create_tenants", stdout=out, **options)
    return out.getvalue()


def test_it_makes_what_is_missing_and_nothing_twice(cast: Cast, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords.csv"
    assert "2 tenants created, 0 were there" in run(tenants=2, extensions=3, passwords=passwords)
    assert "1 tenants created, 2 were there" in run(tenants=3, extensions=3, passwords=passwords)
    rows = list(csv.reader(passwords.open()))
    assert [row[0] for row in rows] == ["company-0001", "company-0002", "company-0003"]
    assert passwords.stat().st_mode & 0o777 == 0o600
    user = User.objects.get(username="company-0003")
    assert user.check_password(rows[2][2])
    assert user.must_change_password
    with tenant_scope(Tenant.objects.get(name="company-0002")):
        assert list(Extension.objects.order_by("number").values_list("number", flat=True)) == [
            "101",
            "102",
            "103",
        ]
        assert len({one.sip_password for one in Extension.objects.all()}) == 3


def test_a_terminal_gets_a_bar(cast: Cast) -> None:
    shown = run(Terminal(), tenants=1, extensions=0)
    assert f"\r[{'#' * 40}] 1/1 tenants, 0 s left" in shown


@pytest.mark.parametrize("options", [{"tenants": 0}, {"extensions": -1}, {"prefix": "Not A Name"}], ids=str)
def test_what_can_not_be_made_is_said(cast: Cast, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        run(**{"tenants": 1, "extensions": 1, **options})
    assert Tenant.objects.count() == 2
