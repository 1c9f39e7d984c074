"""Requests written by hand, sent from the edge's address: what no phone would send."""

from __future__ import annotations

from tests.live.worker.edge_stand_in import EdgeStandIn

CONTRACT = "X-PBX-Kind: ext\r\nX-PBX-User: 101\r\nX-PBX-Domain: acme.example\r\nX-PBX-Tenant: 1\r\n"
SDP_TYPE = "Content-Type: application/sdp\r\n"


def send_invite(edge: EdgeStandIn, name: str, headers: str, body: str = "", dialled: str = "102") -> str:
    """Send an INVITE; its Call-ID."""
    text = (
        f"INVITE sip:{dialled}@acme.example SIP/2.0\r\n{_common(edge, name)}"
        f"From: <sip:101@acme.example>;tag={name}\r\nTo: <sip:{dialled}@acme.example>\r\nCSeq: 1 INVITE\r\n"
        f"Contact: <sip:101@127.0.0.1:{edge.port}>\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}"
    )
    edge.send_to_worker(text.encode(errors="surrogateescape"))
    return f"{name}@raw"


def send_options(edge: EdgeStandIn, name: str) -> str:
    host, port = edge.worker
    text = (
        f"OPTIONS sip:{host}:{port} SIP/2.0\r\n{_common(edge, name)}"
        f"From: <sip:edge@127.0.0.1>;tag={name}\r\nTo: <sip:{host}:{port}>\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n"
    )
    edge.send_to_worker(text.encode())
    return f"{name}@raw"


def _common(edge: EdgeStandIn, name: str) -> str:
    via = f"Via: SIP/2.0/UDP 127.0.0.1:{edge.port};branch=z9hG4bK{name}"
    return f"{via}\r\nMax-Forwards: 9\r\nCall-ID: {name}@raw\r\n"


def audio_offer(address_type: str, address: str, media: str) -> str:
    origin = f"IN {address_type} {address}"
    return f"v=0\r\no=- 1 1 {origin}\r\ns=-\r\nc={origin}\r\nt=0 0\r\n{media}"
