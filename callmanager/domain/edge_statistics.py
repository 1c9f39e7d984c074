"""The edge's own counters and what it thinks of the workers, read from its answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from callmanager.domain.edge_events import EdgeFormatError

_LINE = re.compile(r"([a-zA-Z]+):(\S+) = (\d+)")


@dataclass(frozen=True, slots=True)
class EdgeWorker:
    """`is_active`: the edge sends calls there."""

    sip_uri: str
    is_active: bool


def edge_statistics_parse(result: object) -> Mapping[str, int]:
    """The result of `stats.get_statistics`: `core:rcv_requests` and so on."""
    if not isinstance(result, list):
        raise EdgeFormatError("the statistics are no list")
    lines = (_LINE.fullmatch(line) for line in result if isinstance(line, str))
    return {f"{line[1]}:{line[2]}": int(line[3]) for line in lines if line is not None}


def edge_workers_parse(result: object) -> tuple[EdgeWorker, ...]:
    """The result of `dispatcher.list`; a worker in several sets counts once."""
    return tuple({worker.sip_uri: worker for worker in _workers(result)}.values())


def _workers(node: object) -> Iterator[EdgeWorker]:
    if isinstance(node, list):
        for one in node:
            yield from _workers(one)
    elif isinstance(node, dict):
        if isinstance(node.get("URI"), str) and isinstance(node.get("FLAGS"), str):
            yield EdgeWorker(node["URI"], node["FLAGS"].startswith("A"))
        else:
            yield from _workers(list(node.values()))
