"""Free ports for private stacks, below the range the kernel hands out to outgoing connections."""

from __future__ import annotations

import random
import socket

from deploy.stack.errors import StackError

LOWEST, HIGHEST = 20000, 32000
RTP_LOWEST, RTP_HIGHEST, RTP_SLICE = 40000, 64000, 2000
TRIES = 400

# Not a secret: only spreads private stacks of one machine apart.
_random = random.Random()  # noqa: S311
_given: set[int] = set()


def free_port() -> int:
    return free_port_run(1)


def free_port_run(length: int) -> int:
    """The first of `length` consecutive ports, free for UDP and TCP and never given twice by this process."""
    for _ in range(TRIES):
        first = _random.randrange(LOWEST, HIGHEST - length)
        run = range(first, first + length)
        if _given.isdisjoint(run) and all(is_port_free(port) for port in run):
            _given.update(run)
            return first
    raise StackError("No free ports are left between 20000 and 32000.")


def rtp_slice() -> tuple[int, int]:
    first = _random.randrange(RTP_LOWEST, RTP_HIGHEST - RTP_SLICE, 2)
    return first, first + RTP_SLICE


def is_port_free(port: int, host: str = "127.0.0.1") -> bool:
    return is_bindable(host, port, socket.SOCK_DGRAM) and is_bindable(host, port, socket.SOCK_STREAM)


def is_bindable(host: str, port: int, kind: socket.SocketKind) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # As servers do: a connection in TIME_WAIT does not hold the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
