"""What operators watch the system by, on a system that runs: ready, figures, log files."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

# A worker tells its figures every 5 s.
FIGURES_WITHIN_S = 15.0
NOTICED_WITHIN_S = 20.0


@pytest.fixture
def root(system: RunningSystem) -> RestClient:
    return RestClient.sign_in(
        system.demo.url, username=system.demo.admin_username, password=system.demo.admin_password
    )


@pytest.fixture
def _healthy_afterwards(system: RunningSystem) -> Iterator[None]:
    yield
    system.wait_healthy()


def _reasons(system: RunningSystem) -> dict[str, str]:
    """Of what is not well; empty when all is."""
    answer = httpx.get(f"{system.demo.url}/health/ready", timeout=15)
    reasons = {name: part["reason"] for name, part in answer.json()["parts"].items() if part["reason"]}
    assert answer.status_code == (503 if reasons else 200)
    return reasons


def _figures(system: RunningSystem) -> str:
    """As a collector on the machine reads them: past the front."""
    answer = httpx.get(f"http://127.0.0.1:{system.stack.config.ports.web}/metrics", timeout=15)
    assert answer.status_code == 200, answer.text
    return answer.text


def _sum(page: str, name: str, *labels: str) -> float:
    lines = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", page, re.M)
    return sum(float(number) for found, number in lines if all(label in found for label in labels))


@pytest.mark.usefixtures("_healthy_afterwards")
def test_a_running_system_is_ready_and_a_part_that_is_gone_is_named(system: RunningSystem) -> None:
    until(lambda: not _reasons(system), NOTICED_WITHIN_S, "all parts are ready")
    with system.stopped("tasks"):
        until(
            lambda: _reasons(system) == {"tasks": "No task process answers."},
            NOTICED_WITHIN_S,
            "the tasks are missed",
        )
    with system.stopped("edge"):
        until(
            lambda: _reasons(system).get("edge") == "The edge does not answer.",
            NOTICED_WITHIN_S,
            "the edge is missed",
        )
    until(lambda: not _reasons(system), NOTICED_WITHIN_S, "all parts are ready again")


def test_a_call_is_seen_in_the_figures_of_worker_edge_web_and_tasks(
    system: RunningSystem, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    """Carol registers for this test: the others may have done so before a restart of the edge."""
    answered = ("tandem_worker_calls_ended_total", 'status="answered"')
    before = _figures(system)
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    bob.wait_incoming().wait_confirmed()
    until(lambda: _sum(_figures(system), "tandem_worker_calls") >= 1, FIGURES_WITHIN_S, "a call is counted")
    assert _sum(_figures(system), "tandem_worker_legs") >= 2
    call.hang_up()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"
    until(
        lambda: _sum(_figures(system), *answered) > _sum(before, *answered), FIGURES_WITHIN_S, "its end too"
    )
    page = _figures(system)
    assert _sum(page, "tandem_worker_up") == system.stack.config.workers
    assert _sum(page, "tandem_edge_worker_reachable") == system.stack.config.workers
    assert _sum(page, "tandem_worker_rtp_packets_total", 'fate="received"') > 0
    assert _sum(page, "tandem_worker_snapshots") >= 2
    assert _sum(page, "tandem_worker_snapshots_age_seconds") < FIGURES_WITHIN_S * system.stack.config.workers
    assert _sum(page, "tandem_edge_up") == 1
    assert _sum(page, "tandem_edge_requests_total", 'method="invite"') >= 1
    assert _sum(page, "tandem_edge_registrations_total", 'outcome="accepted"') >= 1
    assert _sum(page, "tandem_edge_contacts") >= 2
    assert _sum(page, "tandem_edge_replies_total", 'status="2xx"') >= 1
    assert _sum(page, "tandem_edge_shared_memory_bytes", 'state="free"') > 0
    assert _sum(page, "tandem_http_requests_total", "cdrs") >= 1
    assert _sum(page, "tandem_tasks_total", "assemble_cdrs", 'outcome="success"') >= 1
    for tenant in system.demo.tenants.values():
        assert tenant.domain not in page


def test_the_world_does_not_read_the_figures(system: RunningSystem, root: RestClient) -> None:
    url = f"{system.demo.url}/metrics"
    assert httpx.get(url).status_code == 403
    assert httpx.get(url, headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    answer = httpx.get(url, headers={"Authorization": f"Bearer {root.token}"})
    assert (answer.status_code, "tandem_edge_up" in answer.text) == (200, True)


def test_administrators_read_the_log_of_every_process(
    system: RunningSystem, root: RestClient, rest: RestClient
) -> None:
    names = {row["name"] for row in root.rows("/log_files/")}
    assert {f"{process.name}.log" for process in system.stack.supervision.processes()} <= names
    assert "worker.started" in root.response("GET", "/log_files/worker-0.log/tail").text
    download = root.response("GET", "/log_files/web.log/download")
    assert int(download.headers["Content-Length"]) == len(download.content)
    assert rest.response("GET", "/log_files/worker-0.log/tail").status_code == 403
