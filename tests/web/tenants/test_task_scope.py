"""A task runs for the tenant it was sent from, wherever and after whatever it runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from celery import shared_task

from callmanager.models import Extension
from tenants.scope import NO_SCOPE, TenantScopeMissing, current_scope, tenant_scope
from tenants.task_scope import TenantTask
from tests.web.conftest import Cast


@shared_task(base=TenantTask, name="tests.names")  # type: ignore[untyped-decorator]
def _names() -> list[str]:
    return [extension.display_name for extension in Extension.objects.order_by("number")]


@pytest.fixture(autouse=True)
def _run_at_once() -> Iterator[None]:
    _names.app.conf.task_always_eager = True
    yield
    _names.app.conf.task_always_eager = False


def test_each_tenants_task_sees_its_own_tenant(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        for_acme = _names.delay()
    with tenant_scope(cast.globex):
        for_globex = _names.delay()
    assert for_acme.get() == ["Alice", "Bob"]
    assert for_globex.get() == ["Mallory"]
    assert current_scope() == NO_SCOPE


def test_a_task_can_not_be_sent_without_a_tenant(cast: Cast) -> None:
    with pytest.raises(TenantScopeMissing):
        _names.delay()
