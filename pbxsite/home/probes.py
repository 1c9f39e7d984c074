"""One question to each dependency: does it answer, since when does it run, which version is it, and if not, why."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from callmanager.edge.heartbeat import EDGE_LINK_KEY
from callmanager.edge.rpc import EdgeAwayError, EdgeRefusedError, EdgeRpc
from callmanager.live_redis import live_redis
from callmanager.webhooks.sweep import webhooks_overdue
from pbxsite.home.system_figures import KEY as SYSTEM_KEY

# The event socket loads what it needs with its first request.
TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`problem` is empty when all is well."""

    problem: str = ""
    since: datetime | None = None
    version: str = ""

    @property
    def is_well(self) -> bool:
        return not self.problem


Probe = Callable[[], Answer]


def postgres_probe() -> Answer:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), pg_postmaster_start_time()")
            version, since = cursor.fetchone()
    except DatabaseError as error:
        return Answer(f"The database refuses or does not answer ({type(error).__name__}).")
    return Answer(version=version.split(" ")[0], since=since)


def redis_probe() -> Answer:
    try:
        about = live_redis().info("server")
    except redis.RedisError as error:
        return Answer(
            f"Redis does not answer ({type(error).__name__}): live calls and live pages stand still."
        )
    since = timezone.now() - timedelta(seconds=int(about["uptime_in_seconds"]))
    return Answer(version=str(about["redis_version"]), since=since)


def edge_probe() -> Answer:
    try:
        about = EdgeRpc(settings.PBX_EDGE_RPC_PORT).about()
    except (EdgeAwayError, EdgeRefusedError) as error:
        return Answer(f"The edge does not answer ({error}): no phone can register or call.")
    since = timezone.now() - timedelta(seconds=about.uptime_s)
    return Answer(version=about.version, since=since)


def tasks_probe() -> Answer:
    """The load of the machine is sampled by a task every few seconds: that it is fresh proves the whole chain."""
    try:
        kept = live_redis().get(SYSTEM_KEY)
    except redis.RedisError:
        return Answer("Redis, which hands out the tasks, does not answer.")
    if kept is None:
        return Answer("No task has run for half a minute: call records and mails wait.")
    json.loads(kept)
    return Answer(version=settings.PBX_VERSION)


def webhooks_probe() -> Answer:
    """By what they leave undone: something is due for long, and its address is not being left alone."""
    try:
        waiting = webhooks_overdue()
    except DatabaseError:
        return Answer("The database, where deliveries wait, does not answer.")
    if waiting:
        return Answer(f"Deliveries to {waiting} event URLs wait for more than a minute.")
    return Answer(version=settings.PBX_VERSION)


def edge_link_probe() -> Answer:
    try:
        seen = live_redis().get(EDGE_LINK_KEY)
    except redis.RedisError:
        return Answer("Redis, where it reports, does not answer.")
    if seen is None:
        return Answer("It has not reported: registrations on these pages may be old.")
    return Answer(version=settings.PBX_VERSION)


def ws_probe() -> Answer:
    problem = _http_problem("127.0.0.1", settings.PBX_WS_PORT, "/health/")
    return Answer(
        problem and f"{problem} Pages do not follow calls by themselves.", version=settings.PBX_VERSION
    )


def nginx_probe() -> Answer:
    bind = settings.PBX_BIND
    host = "127.0.0.1" if ip_address(bind).is_unspecified else bind
    return Answer(_http_problem(host, settings.PBX_HTTP_PORT, "/health/"))


def _http_problem(host: str, port: int, path: str) -> str:
    """Any answer of HTTP will do."""
    asked = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        asked.request("GET", path, headers={"Host": f"{host}:{port}"})
        asked.getresponse().read()
    except TimeoutError:
        return f"Nothing answers at port {port} within {TIMEOUT_S:g} seconds."
    except ConnectionRefusedError:
        return f"Nothing listens at port {port}."
    except (OSError, http.client.HTTPException, socket.gaierror) as error:
        return f"Port {port} does not answer ({type(error).__name__})."
    finally:
        asked.close()
    return ""
