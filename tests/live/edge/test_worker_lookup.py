"""Which worker a company's calls go to, asked by those that begin a call without an INVITE."""

from __future__ import annotations

from callmanager.edge.rpc import EdgeRpc
from tests.live.edge.conftest import PhoneMaker
from tests.live.edge.edge_process import Edge, wait_for
from tests.live.edge.endpoints import Worker


def test_the_worker_that_is_named_is_the_one_that_gets_the_calls(
    phone: PhoneMaker, worker: Worker, edge: Edge
) -> None:
    rpc = EdgeRpc(edge.ports["PBX_EDGE_RPC_PORT"])
    wait_for("the edge has seen the worker", lambda: rpc.worker_of("acme.example") is not None)
    assert rpc.worker_of("ACME.example") == worker.uri


def test_without_workers_none_is_named(edge: Edge) -> None:
    rpc = EdgeRpc(edge.ports["PBX_EDGE_RPC_PORT"])
    wait_for("the silent worker is noticed", lambda: rpc.worker_of("acme.example") is None)
