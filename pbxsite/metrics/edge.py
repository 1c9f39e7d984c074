"""The edge's own counters, asked by RPC at the moment somebody reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from callmanager.edge.rpc import EdgeAwayError, EdgeRefusedError, EdgeRpc

# Kamailio's name -> value of our label.
REQUESTS = {
    f"core:rcv_requests_{method}": method
    for method in ("ack", "bye", "cancel", "info", "invite", "message", "notify", "options", "prack",
                   "publish", "refer", "register", "subscribe", "update")
}  # fmt: skip
REPLIES = {f"core:rcv_replies_{digit}xx": f"{digit}xx" for digit in range(1, 7)}
REFUSED = {
    "core:drop_requests": "dropped",
    "core:err_requests": "error",
    "core:bad_msg_hdr": "bad_header",
    "core:bad_URIs_rcvd": "bad_uri",
    "core:unsupported_methods": "unsupported_method",
}
REGISTRATIONS = {"registrar:accepted_regs": "accepted", "registrar:rejected_regs": "rejected"}
CONTACTS, REGISTERED = "usrloc:location_contacts", "usrloc:location_users"
TRANSACTIONS = "tmx:active_transactions"
MEMORY = {"shmem:used_size": "used", "shmem:free_size": "free"}


class EdgeCollector(Collector):
    def __init__(self, rpc: EdgeRpc) -> None:
        self._rpc = rpc

    def collect(self) -> Iterator[Metric]:
        try:
            statistics, workers = self._rpc.statistics(), self._rpc.workers()
        except (EdgeAwayError, EdgeRefusedError):
            yield GaugeMetricFamily("tandem_edge_up", "Whether the edge answers.", value=0)
            return
        yield GaugeMetricFamily("tandem_edge_up", "Whether the edge answers.", value=1)
        yield from _statistics(statistics)
        reachable = GaugeMetricFamily(
            "tandem_edge_worker_reachable",
            "Whether the edge sends calls to this worker.",
            labels=("sip_uri",),
        )
        for worker in workers:
            reachable.add_metric((worker.sip_uri,), int(worker.is_active))
        yield reachable


def _statistics(found: Mapping[str, int]) -> Iterator[Metric]:
    yield _counter("tandem_edge_requests", "SIP requests received.", "method", REQUESTS, found)
    yield _counter("tandem_edge_replies", "SIP replies received.", "status", REPLIES, found)
    yield _counter("tandem_edge_requests_refused", "SIP requests not worked on.", "reason", REFUSED, found)
    yield _counter("tandem_edge_registrations", "REGISTER requests.", "outcome", REGISTRATIONS, found)
    for name, text, key in (
        ("tandem_edge_contacts", "Phones registered now.", CONTACTS),
        ("tandem_edge_registered_extensions", "Extensions with at least one phone registered.", REGISTERED),
        ("tandem_edge_transactions", "SIP transactions in progress.", TRANSACTIONS),
    ):
        if key in found:
            yield GaugeMetricFamily(name, text, value=found[key])
    memory = GaugeMetricFamily("tandem_edge_shared_memory_bytes", "Shared memory.", labels=("state",))
    for key, state in MEMORY.items():
        if key in found:
            memory.add_metric((state,), found[key])
    yield memory


def _counter(
    name: str, text: str, label: str, keys: Mapping[str, str], found: Mapping[str, int]
) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=(label,))
    for key, value in keys.items():
        if key in found:
            family.add_metric((value,), found[key])
    return family
