"""CPU seconds of a process and all its descendants, from /proc."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root_pid: int) -> float:
    """User and system time of the living tree. Its processes must not come and go while one measures."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for directory in Path("/proc").iterdir():
        if not directory.name.isdigit():
            continue
        try:
            text = (directory / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # proc(5): the name in parentheses may hold spaces; fields 4 (parent), 14 and 15 (times) follow it.
        fields = text.rpartition(")")[2].split()
        pid = int(directory.name)
        children[int(fields[1])].append(pid)
        ticks[pid] = int(fields[11]) + int(fields[12])
    return _tree_ticks(root_pid, children, ticks) / TICKS_PER_S


def _tree_ticks(pid: int, children: defaultdict[int, list[int]], ticks: dict[int, int]) -> int:
    return ticks.get(pid, 0) + sum(_tree_ticks(child, children, ticks) for child in children[pid])
