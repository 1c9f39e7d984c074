"""The cast: Alice 101, Bob 102 and Carol 103 of tenant `demo`; Mallory, also 101, of `globex`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.live.system.event_socket import EventSocket
from tests.live.system.left_behind import wait_for_a_clean_start, wait_until_workers_know
from tests.live.system.name_server import NameServer
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem, running_system
from tests.phones.phone import Phone, PhoneBench
from tests.phones.rest import RestClient

PhoneMaker = Callable[..., Phone]
InForce = Callable[[], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def name_server() -> Iterator[NameServer]:
    with NameServer() as server:
        yield server


@pytest.fixture(scope="session")
def system(request: pytest.FixtureRequest, name_server: NameServer) -> Iterator[RunningSystem]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PBX_DNS_SERVERS", f"127.0.0.1:{name_server.port}")
        # The servers of tenants stand on this machine.
        environment.setenv("PBX_TENANT_NETWORKS", "127.0.0.0/8")
        with running_system() as running:
            yield running
            if request.session.testsfailed and (kept := os.environ.get("PBX_KEEP_LOGS_IN")):
                shutil.copytree(running.stack.config.log_dir, kept, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def phone_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneBench]:
    with PhoneBench(Path(tmp_path_factory.mktemp("phones"))) as bench:
        yield bench


@pytest.fixture(autouse=True)
def _clean_start(request: pytest.FixtureRequest) -> None:
    """Only where the system runs: not everything in this folder asks for it."""
    if "system" in request.fixturenames:
        companies = (request.getfixturevalue("rest"), request.getfixturevalue("globex_rest"))
        wait_for_a_clean_start(request.getfixturevalue("system"), *companies)


@pytest.fixture(scope="session")
def _alice(system: RunningSystem, phone_bench: PhoneBench) -> Phone:
    return phone_bench.phone(system.demo.phone_config("demo", "101", display_name="Alice"))


@pytest.fixture(scope="session")
def _bob(system: RunningSystem, phone_bench: PhoneBench) -> Phone:
    return phone_bench.phone(system.demo.phone_config("demo", "102", display_name="Bob"))


def _on_duty(phone: Phone) -> Iterator[Phone]:
    """Registered, whatever the test before did; without calls afterwards."""
    if not phone.is_registered:
        phone.register(15)
    # Also what rang while nobody was on duty.
    phone.forget_calls()
    yield phone
    phone.forget_calls()


@pytest.fixture
def in_force(system: RunningSystem) -> InForce:
    """To be called once something was changed, before a call that needs it."""
    return partial(wait_until_workers_know, system)


@pytest.fixture
def alice(_alice: Phone) -> Iterator[Phone]:
    yield from _on_duty(_alice)


@pytest.fixture
def bob(_bob: Phone) -> Iterator[Phone]:
    yield from _on_duty(_bob)


@pytest.fixture
def make_phone(system: RunningSystem, phone_bench: PhoneBench) -> Iterator[PhoneMaker]:
    """A phone for one test: `make_phone("demo", "103", transport="tls")`; not registered yet.

    `account=(number, password)` signs in as an extension the sign-in table does not know.
    """
    made: list[Phone] = []

    def make(tenant: str, number: str, *, account: tuple[str, str] | None = None, **changes: Any) -> Phone:
        config = system.demo.phone_config(tenant, number, **changes)
        if account is not None:
            config = replace(config, number=account[0], password=account[1])
        phone = phone_bench.phone(config)
        made.append(phone)
        return phone

    with ExitStack() as leaving:
        leaving.callback(phone_bench.close, made)
        yield make
        for phone in made:
            leaving.callback(_leave, phone)


def _leave(phone: Phone) -> None:
    """Each by itself: one that can't must not leave the others registered."""
    if phone.is_alive and phone.is_registered:
        phone.forget_calls()
        phone.unregister()


@pytest.fixture
def carol(make_phone: PhoneMaker) -> Phone:
    phone = make_phone("demo", "103")
    phone.register()
    return phone


@pytest.fixture
def mallory(make_phone: PhoneMaker) -> Phone:
    phone = make_phone("globex", "101", tone_hz=1300)
    phone.register()
    return phone


def _tenant_client(system: RunningSystem, name: str) -> RestClient:
    tenant = system.demo.tenants[name]
    return RestClient.sign_in(system.demo.url, username=tenant.username, password=tenant.password)


@pytest.fixture(scope="session")
def rest(system: RunningSystem) -> RestClient:
    """Signed in as the tenant `demo`."""
    return _tenant_client(system, "demo")


@pytest.fixture(scope="session")
def globex_rest(system: RunningSystem) -> RestClient:
    return _tenant_client(system, "globex")


@pytest.fixture
def events(system: RunningSystem) -> Iterator[EventSocket]:
    """All live events of tenant `demo`."""
    tenant = system.demo.tenants["demo"]
    with EventSocket(system.websocket_url) as socket:
        socket.sign_in(name=tenant.username, password=tenant.password)
        socket.subscribe("extension_events", "cdr_events")
        yield socket


@pytest.fixture(scope="session")
def administrator(system: RunningSystem) -> RestClient:
    demo = system.demo
    return RestClient.sign_in(demo.url, username=demo.admin_username, password=demo.admin_password)


@pytest.fixture(scope="module")
def _world(
    system: RunningSystem, administrator: RestClient, rest: RestClient, phone_bench: PhoneBench
) -> Iterator[OutsideWorld]:
    world = OutsideWorld(system, administrator, rest, phone_bench)
    yield world
    world.close()


@pytest.fixture
def world(_world: OutsideWorld) -> Iterator[OutsideWorld]:
    """Trunks, providers and rules of one test."""
    yield _world
    _world.undo()
