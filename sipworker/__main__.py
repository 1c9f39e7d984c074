"""`python -m sipworker`: build, run until SIGTERM or SIGINT, drain, leave."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from sipworker.bootstrap import build_worker
from sipworker.config import ConfigError, WorkerConfig
from sipworker.gateways.edge_contacts import EdgeContacts
from sipworker.interpreter import interpreter_prepare
from sipworker.logs import configure_logging
from sipworker.pjsip.endpoint import SipStartError

PRIVATE_UMASK = 0o077
EXIT_OK = 0
EXIT_FAILED = 1
EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h


class StopRequests:
    """Counts SIGTERM and SIGINT: the first drains, the second cuts the drain short."""

    def __init__(self) -> None:
        self.count = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.count += 1


def main() -> int:
    try:
        config = WorkerConfig.from_environment(os.environ)
    except ConfigError as error:
        sys.stderr.write(f"sipworker: {error}\n")
        return EXIT_CONFIG
    configure_logging(config.log_level)
    interpreter_prepare()
    # Snapshots and call events are nobody else's business.
    os.umask(PRIVATE_UMASK)
    requests = StopRequests()
    contacts = EdgeContacts(config.edge_events_port, config.edge_rpc_port)
    try:
        worker = build_worker(config, contacts, [contacts])
    except SipStartError as error:
        sys.stderr.write(f"sipworker: {error}\n")
        return EXIT_FAILED
    worker.start()
    try:
        worker.run(lambda: requests.count)
    finally:
        worker.stop()
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
