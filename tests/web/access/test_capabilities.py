"""The table itself: unknown means no, and scopes only cut."""

from __future__ import annotations

import pytest

from tenants.capabilities import TABLE, TokenScope, Verb, is_permitted, may, sees_anything_of, token_may
from tenants.models import Rank, Role


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "permission", ["tenants.view_nothing", "nothing.view_tenant", "view_tenant", "", "x.y"]
)
def test_what_the_table_does_not_name_is_refused(role: Role, permission: str) -> None:
    assert not is_permitted(role, Rank.OWNER, permission)


@pytest.mark.parametrize("rank", ["", "emperor"])
def test_a_rank_that_is_none_may_nothing(rank: str) -> None:
    for role in (Role.ADMINISTRATOR, Role.TENANT):
        assert not any(may(role, rank, subject, verb) for subject in TABLE for verb in Verb)
        assert not sees_anything_of(role, rank, "tenants")


def test_a_tenants_people_never_reach_the_platform() -> None:
    for rank in Rank:
        for verb in Verb:
            assert not may(Role.TENANT, rank, "tenants.tenant", verb)
            assert not may(Role.TENANT, rank, "tenants.administrator", verb)


def test_only_owners_change_people() -> None:
    assert may(Role.TENANT, Rank.OWNER, "tenants.user", Verb.ADD)
    assert not may(Role.TENANT, Rank.MANAGER, "tenants.user", Verb.ADD)
    assert not may(Role.ADMINISTRATOR, Rank.MANAGER, "tenants.administrator", Verb.CHANGE)


def test_auditors_read() -> None:
    own = {"tenants.identity", "tenants.account", "tenants.apitoken", "tenants.usersession"}
    for role in (Role.ADMINISTRATOR, Role.TENANT):
        allowed = {
            (subject, verb) for subject in TABLE for verb in Verb if may(role, Rank.AUDITOR, subject, verb)
        }
        assert {subject for subject, verb in allowed if verb is not Verb.VIEW} <= own


def test_scopes() -> None:
    assert token_may([TokenScope.READ], "fleet.cdr", Verb.VIEW)
    assert not token_may([TokenScope.READ], "fleet.livecall", Verb.CHANGE)
    assert token_may([TokenScope.CALLS], "fleet.livecall", Verb.CHANGE)
    assert not token_may([TokenScope.CALLS], "fleet.cdr", Verb.VIEW)
    assert not token_may(["calls", "cdrs"], "tenants.apitoken", Verb.ADD)
    assert not token_may([TokenScope.WRITE], "no.such", Verb.VIEW)
    assert not token_may([], "fleet.cdr", Verb.VIEW)
