"""Services, network and system extensions: what they say, why, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from callmanager.domain.decisions import Refuse
from callmanager.domain.dial_codes import MANUAL_CODES
from callmanager.domain.dialplan import IncomingCall, decide
from callmanager.fleet.models import WorkerNode, WorkerState
from callmanager.selectors.snapshot import snapshot_get
from pbxsite.home.network import qr_svg
from pbxsite.home.services import Service, ServiceState, service_list
from pbxsite.home.system_extensions import system_numbers
from pbxsite.home.system_figures import KEY, system_figures_sample
from tenants.models import Tenant
from tests.web.api.conftest import rest_as
from tests.web.calls import FakeWorker, cdr_make


@pytest.fixture
def worker(redis_url: str, db: None) -> Iterator[FakeWorker]:
    WorkerNode.objects.all().delete()
    worker = FakeWorker(redis_url)
    worker.register()
    yield worker
    worker.close()


def service(name: str) -> Service:
    return next(one for one in service_list() if one.name == name)


def test_what_answers_is_well_and_says_its_version(worker: FakeWorker) -> None:
    system_figures_sample()
    for name in ("postgres", "redis", "tasks", "web"):
        found = service(name)
        assert (found.state, found.reason) == (ServiceState.WELL, "")
        assert found.version
    assert service("postgres").since is not None


def test_what_does_not_answer_says_why(worker: FakeWorker) -> None:
    worker.redis.delete(KEY)
    for name, word in (
        ("edge", "edge does not answer"),
        ("ws", "Nothing listens"),
        ("tasks", "No task has run"),
    ):
        found = service(name)
        assert found.state is ServiceState.DOWN
        assert word in found.reason


def test_a_worker_is_judged_by_its_own_reports(worker: FakeWorker) -> None:
    node = WorkerNode.objects.get()
    assert service(node.pk).state is ServiceState.WELL
    WorkerNode.objects.update(state=WorkerState.DRAINING)
    assert service(node.pk).state is ServiceState.WARNING
    WorkerNode.objects.update(state=WorkerState.UP, last_seen_at=timezone.now() - timedelta(minutes=2))
    silent = service(node.pk)
    assert silent.state is ServiceState.DOWN
    assert "has not reported for 120 seconds" in silent.reason
    WorkerNode.objects.all().delete()
    assert "No worker has ever reported" in service("workers").reason


def test_services_are_for_administrators(
    administrator_browser: Client, acme_browser: Client, worker: FakeWorker
) -> None:
    page = administrator_browser.get("/admin/services/").content.decode()
    assert "PostgreSQL" in page
    assert "no default SIP domain" in page
    assert acme_browser.get("/admin/services/").status_code == 404
    assert rest_as("acme").get("/api/services").status == 403
    answer = rest_as("root").get("/api/services").body
    assert answer["is_well"] is False
    assert {"name", "title", "state", "reason", "since", "version"} == set(answer["services"][0])


def test_a_tenant_is_told_what_to_type_into_its_phones(acme_browser: Client, globex_browser: Client) -> None:
    page = acme_browser.get("/admin/network/").content.decode()
    for needed in ("acme.example", settings.PBX_BIND, str(settings.PBX_SIP_PORTS["tls"]), "Opus", "<svg"):
        assert needed in page
    assert "globex.example" not in page
    assert "Addresses of this machine" not in page
    assert "globex.example" in globex_browser.get("/admin/network/").content.decode()


def test_an_administrator_is_shown_the_machines_addresses(administrator_browser: Client) -> None:
    page = administrator_browser.get("/admin/network/").content.decode()
    assert "127.0.0.1" in page
    assert "Listening" in page


def test_the_network_is_told_by_rest_too(acme: Tenant) -> None:
    own = rest_as("acme").get("/api/network").body
    assert own["sip_domain"] == "acme.example"
    assert {one["name"]: one["port"] for one in own["transports"]} == {
        name.upper(): port for name, port in settings.PBX_SIP_PORTS.items()
    }
    assert rest_as("root").get("/api/network").status == 400
    assert rest_as("root", tenant_name="globex").get("/api/network").body["sip_domain"] == "globex.example"
    assert rest_as("101@acme").get("/api/network").status == 403


def test_a_qr_code_is_a_drawing_and_no_script() -> None:
    drawing = qr_svg("SIP domain: </svg><script>alert(1)</script>")
    tags = {element.tag for element in ElementTree.fromstring(drawing).iter()}  # noqa: S314 - our own drawing
    assert tags == {"svg", "g", "path", "title"}


def test_every_service_number_is_what_decide_answers(acme: Tenant) -> None:
    snapshot = snapshot_get(tenant=acme)
    dialled = [one for one in system_numbers(MANUAL_CODES) if one.number not in MANUAL_CODES.during_call]
    for one in dialled:
        call = IncomingCall("101", "acme.example", f"{one.number}{one.example}", "acme.example")
        decision = decide(call, snapshot, timezone.now())
        assert not (isinstance(decision, Refuse) and decision.reason == "No such extension"), one


def test_system_extensions_are_listed_with_their_worker(
    acme_browser: Client, administrator_browser: Client, acme: Tenant, worker: FakeWorker
) -> None:
    page = acme_browser.get("/admin/system-extensions/").content.decode()
    only = WorkerNode.objects.get().pk
    assert all(f">{one.number}<" in page for one in system_numbers(MANUAL_CODES))
    assert only in page
    assert "Ready" in page
    assert only in administrator_browser.get("/admin/system-extensions/").content.decode()
    WorkerNode.objects.update(last_seen_at=timezone.now() - timedelta(minutes=2))
    assert "No worker takes calls" in acme_browser.get("/admin/system-extensions/").content.decode()


def test_with_several_workers_the_latest_call_tells(acme: Tenant, globex: Tenant, worker: FakeWorker) -> None:
    now = timezone.now()
    WorkerNode.objects.create(
        worker="w-other", sip_uri="sip:127.0.0.1:9", started_at=now, last_seen_at=now, state=WorkerState.UP
    )
    assert rest_as("acme").get("/api/system_extensions").body["home"] is None
    cdr_make(acme, "s1", worker="w-other", started_at=now - timedelta(minutes=1))
    assert rest_as("acme").get("/api/system_extensions").body["home"]["worker"] == "w-other"
    assert rest_as("globex").get("/api/system_extensions").body["home"] is None
