"""The cast: Acme with Alice 101 and Bob 102, Globex with Mallory who is also 101."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.stack.free_ports import free_port
from deploy.stack.services import throw_away_services
from tests.live.edge.edge_process import Directory, Edge, EventStream
from tests.live.edge.endpoints import Endpoint, Phone, Worker
from tests.live.edge.messages import Account, unique
from tests.live.edge.transports import StreamTransport, Transport, UdpTransport, WebSocketTransport

ALICE = Account("101", "acme.example", "alice-secret")
BOB = Account("102", "acme.example", "bob-secret")
CAROL_DISABLED = Account("103", "acme.example", "carol-secret")
MALLORY = Account("101", "globex.example", "mallory-secret")
TRENT_SUSPENDED = Account("101", "suspended.example", "trent-secret")

# Another address of this machine: the edge knows a provider by where its calls come from.
PROVIDER_HOST, PROVIDER_TRUNK = "127.0.0.2", 7

PhoneMaker = Callable[..., Phone]


@pytest.fixture(scope="session")
def services() -> Iterator[dict[str, str]]:
    with throw_away_services() as environment:
        yield environment


@pytest.fixture(scope="session")
def directory(services: dict[str, str]) -> Directory:
    directory = Directory(services["DATABASE_URL"])
    directory.prepare()
    directory.add_tenant(1, "acme.example")
    directory.add_tenant(2, "globex.example")
    directory.add_tenant(3, "suspended.example", is_enabled=False)
    for tenant_id, account in ((1, ALICE), (1, BOB), (2, MALLORY), (3, TRENT_SUSPENDED)):
        directory.add_extension(tenant_id, account)
    directory.add_extension(1, CAROL_DISABLED, is_enabled=False)
    directory.add_trunk(PROVIDER_TRUNK, PROVIDER_HOST)
    directory.lend_trunk(PROVIDER_TRUNK, 1, "4930111*;4930200-4930299")
    directory.lend_trunk(PROVIDER_TRUNK, 2, "4930333")
    directory.lend_trunk(PROVIDER_TRUNK, 3, "4930444")
    return directory


@pytest.fixture(scope="session")
def worker_port(directory: Directory) -> int:
    port = free_port()
    directory.add_worker("one", f"sip:127.0.0.1:{port}")
    return port


@pytest.fixture(scope="session")
def edge(
    services: dict[str, str], worker_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Edge]:
    edge = Edge(Path(tmp_path_factory.mktemp("edge")), services["EDGE_DATABASE_URL"])
    edge.prepare()
    edge.start()
    yield edge
    edge.stop()


@pytest.fixture
def worker(edge: Edge, worker_port: int) -> Iterator[Worker]:
    worker = Worker(edge.at("EDGE_PRIVATE"), worker_port)
    edge.rpc("dispatcher.reload")
    yield worker
    worker.close()


@pytest.fixture
def events(edge: Edge) -> Iterator[EventStream]:
    stream = EventStream(edge)
    yield stream
    stream.close()


@pytest.fixture
def open_transport(edge: Edge) -> Callable[[str], Transport]:
    def open_transport(kind: str) -> Transport:
        match kind:
            case "udp":
                return UdpTransport(edge.at("SIP_UDP"))
            case "udp6":
                return UdpTransport(edge.at("SIP_UDP", "::1"))
            case "tcp":
                return StreamTransport(edge.at("SIP_TCP"))
            case "tcp6":
                return StreamTransport(edge.at("SIP_TCP", "::1"))
            case "tls":
                return StreamTransport(edge.at("SIP_TLS"), is_tls=True)
            case "ws":
                return WebSocketTransport(edge.at("SIP_WS"))
            case "wss":
                return WebSocketTransport(edge.at("SIP_WSS"), is_tls=True)
        raise ValueError(kind)

    return open_transport


@pytest.fixture
def phone(edge: Edge, open_transport: Callable[[str], Transport]) -> Iterator[PhoneMaker]:
    """Makes phones; at the end of the test their registrations and penalties are gone."""
    made: list[Endpoint] = []

    def make(account: Account = ALICE, kind: str = "udp") -> Phone:
        made.append(phone := Phone(open_transport(kind), account))
        return phone

    yield make
    for each in made:
        each.close()
        if isinstance(each, Phone):
            edge.rpc("ul.rm", "location", each.account.aor)
    for table in ("penalties", "failures", "source_failures", "source_penalties"):
        edge.rpc("htable.flush", table)


@pytest.fixture
def provider(edge: Edge) -> Iterator[Endpoint]:
    """Calls from here are trunk 7's, and calls to trunk 7 come here."""
    transport = UdpTransport(edge.at("SIP_UDP"), host=PROVIDER_HOST)
    endpoint = Endpoint(transport)
    edge.rpc("htable.sets", "trunks", f"to:{PROVIDER_TRUNK}", f"sip:{PROVIDER_HOST}:{transport.port}")
    yield endpoint
    edge.rpc("htable.delete", "trunks", f"to:{PROVIDER_TRUNK}")
    endpoint.close()


@pytest.fixture
def new_extension(directory: Directory) -> Callable[[], Account]:
    """An Acme extension that no other test knows."""

    def make() -> Account:
        directory.add_extension(1, account := Account(unique("9"), "acme.example", unique("p")))
        return account

    return make
