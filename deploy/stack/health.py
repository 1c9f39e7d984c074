"""Does it answer? Asked from outside, as a browser and a phone would."""

from __future__ import annotations

import secrets
import socket
import urllib.error
import urllib.request

from deploy.stack.config import StackConfig

TIMEOUT_S = 2.0
HTTP_OK = 200


def is_web_healthy(config: StackConfig) -> bool:
    url = f"http://{config.bind}:{config.ports.http}/health/"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            return bool(answer.status == HTTP_OK)
    except (urllib.error.URLError, OSError):
        return False


def is_tcp_answering(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=TIMEOUT_S).close()
    except OSError:
        return False
    return True


def is_edge_healthy(config: StackConfig) -> bool:
    return is_sip_answering(config.bind, config.ports.sip_udp)


def is_worker_healthy(config: StackConfig, index: int) -> bool:
    return is_sip_answering("127.0.0.1", config.worker_sip_base_port + index)


def is_sip_answering(host: str, port: int) -> bool:
    """Any answer to OPTIONS counts: it comes from the program's own loop."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(TIMEOUT_S)
        try:
            client.connect((host, port))
            client.send(_options(host, port, client.getsockname()))
            return client.recv(4096).startswith(b"SIP/2.0 ")
        except OSError:
            return False


def _options(host: str, port: int, own: tuple[str, int]) -> bytes:
    token = secrets.token_hex(8)
    lines = (
        f"OPTIONS sip:{host}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {own[0]}:{own[1]};rport;branch=z9hG4bK{token}",
        f"From: <sip:health@{own[0]}>;tag={token}",
        f"To: <sip:{host}:{port}>",
        f"Call-ID: {token}@{own[0]}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:health@{own[0]}:{own[1]}>",
        "Max-Forwards: 10",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode("ascii")
