"""Which processes come up and stay, as seen while the stack starts. Whoever waits shows it what runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from deploy.stack.supervision import FATAL, RUNNING, STOPPED, ProcessState

# One that ended so often while the others came up will not stay up by itself.
ENDS_THAT_PROVE_IT = 3
# One that ended before has to live this long to count; others as long as `Program.start_s` says.
PROBATION_S = 10


class StartWatch:
    def __init__(self) -> None:
        self._pids: defaultdict[str, set[int]] = defaultdict(set)

    def look(self, processes: Sequence[ProcessState]) -> None:
        for process in processes:
            if process.pid:
                self._pids[process.name].add(process.pid)

    def ends(self, name: str) -> int:
        """How often this process has ended and was started again, as far as it was seen."""
        return max(0, len(self._pids[name]) - 1)

    def find_hopeless(self, processes: Sequence[ProcessState]) -> ProcessState | None:
        """One that will not come up however long one waits."""
        for process in processes:
            if process.state == FATAL or self.ends(process.name) >= ENDS_THAT_PROVE_IT:
                return process
        return None

    def have_all_settled(self, processes: Sequence[ProcessState]) -> bool:
        """All run, and those that ended before have run long enough since."""
        return bool(processes) and all(self._is_settled(process) for process in processes)

    def sick(self, processes: Sequence[ProcessState]) -> tuple[ProcessState, ...]:
        """Those that were started and have not settled."""
        started = (process for process in processes if process.state != STOPPED)
        return tuple(process for process in started if not self._is_settled(process))

    def _is_settled(self, process: ProcessState) -> bool:
        if process.state != RUNNING:
            return False
        return not self.ends(process.name) or process.uptime_s >= PROBATION_S
