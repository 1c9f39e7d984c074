"""How size tells: a thousand companies of 20 extensions, one of 2,000. Lists, memory, a change of the large one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from deploy.stack.config import CHECKOUT
from tests.bench.cpu import cpu_seconds
from tests.bench.results import percentiles
from tests.bench.snapshot_swap import SnapshotSwap, snapshot_swap
from tests.live.system.running_system import RunningSystem
from tests.phones.phone import PhoneBench
from tests.phones.rest import RestClient
from tests.phones.waiting import until

TENANTS, EXTENSIONS, LARGE = 1000, 20, 2000
LARGE_NAME, ONE_OF_MANY = "large-0001", "company-0500"
REQUESTS, WARM_UP, CHANGES_IN_A_CALL = 20, 4, 30
REST_BUDGET_MS, PAGE_BUDGET_MS = 150, 300
SEEN_WITHIN_S = 120.0

REST = {
    "tenants, 25 a page": ("", "/tenants/"),
    "tenants, 100 a page": ("", "/tenants/?page_size=100"),
    "tenants, the last page": ("", f"/tenants/?page={TENANTS // 25}"),
    "tenants, searched": ("", "/tenants/?search=company-07"),
    "registrations": (ONE_OF_MANY, "/registrations/"),
    "call records of all": ("", "/cdrs/"),
    "extensions": (ONE_OF_MANY, "/extensions/"),
    "extensions of the large one": (LARGE_NAME, "/extensions/?page_size=100"),
    "extensions of the large one, searched": (LARGE_NAME, "/extensions/?search=Extension+17"),
    "groups": (LARGE_NAME, "/extension_groups/"),
}
PAGES = {
    "tenants": ("", "/admin/tenants/tenant/"),
    "tenants, searched": ("", "/admin/tenants/tenant/?q=company-07"),
    "dashboard of the platform": ("", "/admin/"),
    "dashboard of a tenant": (ONE_OF_MANY, "/admin/"),
    "extensions of a tenant": (ONE_OF_MANY, "/admin/callmanager/extension/"),
    "extensions of the large one": (LARGE_NAME, "/admin/callmanager/extension/"),
    "profile of a tenant": (ONE_OF_MANY, "/admin/tenants/tenantprofile/"),
    "call records of a tenant": (ONE_OF_MANY, "/admin/fleet/cdr/"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Milliseconds, through the reverse proxy, one request after the other; `cpu_ms` of the web processes for each,
    which does not depend on what else the machine does.
    """

    what: str
    times_ms: Mapping[str, float]
    cpu_ms: float
    budget_ms: int

    @property
    def line(self) -> str:
        p50, p95 = self.times_ms["p50"], self.times_ms["p95"]
        over = " over" if p95 > self.budget_ms else ""
        return f"| {self.what} | {p50:.0f} ms | {p95:.0f} ms | {self.cpu_ms:.0f} ms |{over}"


@dataclass(frozen=True, slots=True)
class CallAmidChanges:
    """What the called phone heard while the configuration of the large company was swapped again and again."""

    changes: int
    packets: float
    lost: float
    late: float
    jitter_max_ms: float


@dataclass(slots=True)
class Sizes:
    tenants: int
    resident_mb: dict[str, float]
    swap: SnapshotSwap
    call: CallAmidChanges
    answers: list[Answer]

    def table(self) -> str:
        swap, call = self.swap, self.call
        return "\n".join(
            [
                f"{self.tenants} tenants; resident MB: "
                + ", ".join(f"{name} {size:.0f}" for name, size in self.resident_mb.items()),
                (
                    f"snapshot of {swap.extensions} extensions: built in {swap.build_ms['p50']:.0f} ms (p95 "
                    f"{swap.build_ms['p95']:.0f}), in force {swap.in_force_ms['p50']:.0f} ms after the commit"
                ),
                (
                    f"another thread of the worker waited at p50/p99/most {swap.wait_idle_ms['p50']:.1f}/"
                    f"{swap.wait_idle_ms['p99']:.1f}/{swap.longest_wait_idle_ms:.1f} ms without changes, "
                    f"{swap.wait_ms['p50']:.1f}/{swap.wait_ms['p99']:.1f}/{swap.longest_wait_ms:.1f} ms during them"
                ),
                (
                    f"a call amid {call.changes} changes: {call.packets:.0f} packets, {call.lost:.0f} lost, "
                    f"{call.late:.0f} too late, jitter at most {call.jitter_max_ms:.1f} ms"
                ),
                "| page or list | median | p95 | CPU |",
                *(answer.line for answer in self.answers),
            ]
        )


def sizes_measure(system: RunningSystem, directory: Path, tenants: int = TENANTS) -> Sizes:
    tenants_make(system, tenants)
    demo = system.demo
    root = {"username": demo.admin_username, "password": demo.admin_password}
    admin = RestClient.sign_in(demo.url, **root)
    total = int(admin.get("/tenants/", page_size=1)["count"])
    large = next(row for row in admin.rows("/tenants/", search=LARGE_NAME))
    inside = RestClient(demo.url, admin.token, LARGE_NAME)
    extension = f"/extensions/{inside.rows('/extensions/')[0]['id']}/"

    def change(number: int) -> None:
        inside.patch(extension, {"display_name": f"Changed {number} at {time.monotonic()}"})

    return Sizes(
        tenants=total,
        resident_mb=resident_mb(system),
        answers=[
            *_rest_answers(demo.url, admin.token, Stopwatch(system)),
            *_page_answers(demo.url, root, Stopwatch(system)),
        ],
        swap=snapshot_swap(system.stack.environment["DATABASE_URL"], int(large["id"]), change),
        call=_call_amid_changes(system, directory, change),
    )


class Stopwatch:
    def __init__(self, system: RunningSystem) -> None:
        self._web = system.stack.pid_of("web")

    def answer(self, what: str, budget_ms: int, ask: Callable[[], httpx.Response]) -> Answer:
        for _ in range(WARM_UP):  # what a first visit to each web process remembers is not the page's doing
            ask()
        times: list[float] = []
        cpu_before = cpu_seconds(self._web)
        for _ in range(REQUESTS):
            began = time.perf_counter()
            answer = ask()
            times.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, f"{what}: {answer.status_code}"
        cpu_ms = 1000 * (cpu_seconds(self._web) - cpu_before) / REQUESTS
        return Answer(what, percentiles(times), cpu_ms, budget_ms)


def tenants_make(system: RunningSystem, tenants: int) -> None:
    """By the command that operators have; what is there already is kept."""
    environment = {**os.environ, **system.stack.environment}
    for arguments in (("large", 1, LARGE), ("company", tenants, EXTENSIONS)):
        prefix, count, extensions = map(str, arguments)
        command = [sys.executable, "manage.py", "create_tenants", "--prefix", prefix]
        sizes = ["--tenants", count, "--extensions", extensions]
        subprocess.run([*command, *sizes], cwd=CHECKOUT, env=environment, check=True)


def resident_mb(system: RunningSystem) -> dict[str, float]:
    """Of the worker when it has all snapshots, and of all processes of the edge together (shared pages once each)."""
    stack = system.stack
    edge = [stack.pid_of("edge")]
    for pid in edge:
        edge.extend(_children(pid))
    return {
        "worker": _memory_mb(stack.worker_pids()[0], "Rss"),
        "edge": sum(_memory_mb(pid, "Pss") for pid in edge),
        "edge link": _memory_mb(stack.pid_of("edge-link"), "Rss"),
    }


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def _memory_mb(pid: int, kind: str) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(rf"^{kind}:\s+(\d+) kB", text, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def _rest_answers(url: str, token: str, watch: Stopwatch) -> list[Answer]:
    answers = []
    for what, (tenant, path) in REST.items():
        headers = {"Authorization": f"Bearer {token}", **({"X-Tenant": tenant} if tenant else {})}
        with httpx.Client(headers=headers, timeout=60) as client:
            ask = partial(client.get, f"{url}/api{path}")
            answers.append(watch.answer(f"REST: {what}", REST_BUDGET_MS, ask))
    return answers


def _page_answers(url: str, root: Mapping[str, str], watch: Stopwatch) -> list[Answer]:
    answers = []
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as browser:
        _post(browser, "/sign-in/", {"sign_in_as": "account", **root})
        inside = ""
        for what, (tenant, path) in PAGES.items():
            if tenant != inside:
                _enter(browser, tenant)
                inside = tenant
            answers.append(watch.answer(f"console: {what}", PAGE_BUDGET_MS, partial(browser.get, path)))
    return answers


def _enter(browser: httpx.Client, tenant: str) -> None:
    """As an administrator does by the button in the list, after leaving the last one."""
    _post(browser, "/console/leave/", {})
    if tenant:
        page = browser.get("/admin/tenants/tenant/", params={"q": tenant}).text
        found = re.search(r'formaction="(/console/manage/\d+/)"', page)
        assert found is not None, f"no button for {tenant}"
        _post(browser, found[1], {})


def _post(browser: httpx.Client, path: str, form: Mapping[str, str]) -> None:
    if "csrftoken" not in browser.cookies:
        browser.get("/sign-in/")
    token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    answer = browser.post(path, data={**form, **token}, headers={"Referer": str(browser.base_url)})
    assert answer.is_success, f"{path}: {answer.status_code}"


def _call_amid_changes(
    system: RunningSystem, directory: Path, change: Callable[[int], None]
) -> CallAmidChanges:
    """The worker of the call is the one that swaps, because there is one."""
    demo = system.demo
    with PhoneBench(directory / "phones") as phones:
        caller = phones.phone(demo.phone_config("demo", "101"))
        callee = phones.phone(demo.phone_config("demo", "102"))
        callee.register()
        callee.on_incoming(final=200)
        call = caller.dial("102").wait_confirmed(10)
        until(lambda: call.statistics()["rx_packets"] > 50, SEEN_WITHIN_S, "sound flows")
        for number in range(CHANGES_IN_A_CALL):
            change(number)
        heard = call.statistics()
        call.hang_up()
        call.wait_over()
    return CallAmidChanges(
        changes=CHANGES_IN_A_CALL,
        packets=heard["rx_packets"],
        lost=heard["rx_lost"],
        late=heard["frames_late"],
        jitter_max_ms=heard["rx_jitter_max_ms"],
    )
