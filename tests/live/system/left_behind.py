"""What a test leaves for the next one: calls that still end, phones still listed, changes that workers do not know."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing

import psycopg2

from tests.live.system.running_system import RunningSystem
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, DeadlineError, until

# A worker that was killed is missed after some time, and its calls are closed only then.
SETTLED_WITHIN_S = 60.0
# Registered from the first test that needs them to the last.
LASTING_PHONES = frozenset({"101", "102"})


def wait_for_a_clean_start(system: RunningSystem, demo: RestClient, globex: RestClient) -> None:
    """Not a moment longer than it takes: a straggler that never leaves is named, and fails whoever comes next."""
    found: list[str] = []

    def is_clean() -> bool:
        found[:] = [*_calls(demo, globex), *_phones(demo, globex), *_unknown_changes(system)]
        return not found

    try:
        until(is_clean, SETTLED_WITHIN_S)
    except DeadlineError as error:
        raise DeadlineError(f"left by an earlier test: {'; '.join(found)}") from error


def wait_until_workers_know(system: RunningSystem) -> None:
    """Of all that has been changed so far."""
    until(lambda: not list(_unknown_changes(system)), PATIENCE_S, "the workers know of every change")


def _calls(*companies: RestClient) -> Iterable[str]:
    for rest in companies:
        for row in rest.rows("/call_sessions/"):
            yield f"a call from {row['caller']} to {row['callee']}"


def _phones(demo: RestClient, globex: RestClient) -> Iterable[str]:
    lasting = set(LASTING_PHONES)
    for row in demo.rows("/registrations/"):
        if row["extension_number"] in lasting:
            lasting.discard(row["extension_number"])
        else:
            yield f"a phone of {row['extension_number']}: {row['user_agent']}"
    for row in globex.rows("/registrations/"):
        yield f"a phone of the neighbour's {row['extension_number']}: {row['user_agent']}"


def _unknown_changes(system: RunningSystem) -> Iterable[str]:
    config = system.stack.config
    with closing(psycopg2.connect(system.stack.environment["DATABASE_URL"])) as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, config_rev FROM public.tenants_tenant WHERE name IN ('demo', 'globex')"
        )
        revisions = cursor.fetchall()
    for index in range(config.workers):
        for tenant_id, name, revision in revisions:
            file = config.state_dir / f"worker-{index}" / "snapshots" / f"{tenant_id}.json"
            if json.loads(file.read_text())["config_rev"] < revision:
                yield f"worker {index} does not know what became of {name}"
