"""A small stateless SIP proxy that keeps the edge's contract with a worker (docs/interfaces.md)."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass, field

Address = tuple[str, int]

HEAD_END = b"\r\n\r\n"
URI_ADDRESS = re.compile(r"sips?:(?:[^@>;]*@)?([\w.\-]+):(\d+)")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose phone is at an address, as the real edge would know from its authentication."""

    number: str
    domain: str
    tenant_id: int


@dataclass(frozen=True, slots=True)
class Line:
    """Whose numbers a provider at an address calls, as the real edge would know from the pools."""

    trunk_id: int
    domain: str
    tenant_id: int


@dataclass
class EdgeStandIn:
    """The phones' proxy: their INVITEs go to the worker, the worker's INVITEs to the phone of the ruid."""

    worker: Address
    callers: dict[Address, Caller] = field(default_factory=dict)
    phones: dict[str, Address] = field(default_factory=dict)
    lines: dict[Address, Line] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._is_over = False
        # CANCEL and the ACK of a refusal go where the INVITE with their branch went.
        self._branches: dict[str, Address] = {}
        self._thread = threading.Thread(target=self._run, name="edge stand-in", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        self._is_over = True
        self._thread.join(5)
        self._socket.close()

    def send_to_worker(self, data: bytes) -> None:
        """Anything at all, from the edge's address."""
        self._socket.sendto(data, self.worker)

    def requests(self, method: str) -> list[str]:
        return [text for text in list(self.log) if text.startswith(f"{method} ")]

    def answers(self, code: int) -> list[str]:
        return [text for text in list(self.log) if text.startswith(f"SIP/2.0 {code} ")]

    def _run(self) -> None:
        while not self._is_over:
            try:
                data, source = self._socket.recvfrom(65535)
            except TimeoutError:
                continue
            if data.strip():
                self._forward(data, source)

    def _forward(self, data: bytes, source: Address) -> None:
        head, _, body = data.partition(HEAD_END)
        lines = _header_lines(head.decode(errors="surrogateescape"))
        self.log.append("\r\n".join(lines) + "\r\n\r\n" + body.decode(errors="replace"))
        if lines[0].startswith("SIP/2.0 "):
            target = self._forward_response(lines)
        else:
            target = self._forward_request(lines, source)
        if target is not None:
            self._socket.sendto("\r\n".join(lines).encode(errors="surrogateescape") + HEAD_END + body, target)

    def _forward_response(self, lines: list[str]) -> Address | None:
        vias = [index for index, line in enumerate(lines) if _is(line, "Via", "v")]
        if len(vias) < 2:
            return None
        del lines[vias[0]]
        sent_by = re.search(r"SIP/2.0/UDP ([\w.\-]+)(?::(\d+))?", lines[vias[1] - 1])
        rport = re.search(r"rport=(\d+)", lines[vias[1] - 1])
        return (sent_by[1], int(rport[1] if rport else sent_by[2] or 5060)) if sent_by else None

    def _forward_request(self, lines: list[str], source: Address) -> Address | None:
        method = lines[0].split(" ")[0]
        if method == "REGISTER":
            self._accept_registration(lines, source)
            return None
        top_via = next(line for line in lines if _is(line, "Via", "v"))
        branch = re.search(r"branch=([^;,\s]+)", top_via)
        key = branch[1] if branch else ""
        target = self._branches.get(key) if method in ("CANCEL", "ACK") else None
        if target is None:
            target = self._route(lines, source)
        if method == "INVITE" and target is not None:
            self._branches[key] = target
            lines.insert(1, f"Record-Route: <sip:127.0.0.1:{self.port};lr>")
        lines[lines.index(top_via)] = f"{top_via};rport={source[1]}".replace(";rport;", ";")
        lines.insert(1, f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={key}.e")
        return target

    def _route(self, lines: list[str], source: Address) -> Address | None:
        routes = [index for index, line in enumerate(lines) if _is(line, "Route")]
        own = f"127.0.0.1:{self.port}"
        is_in_dialog = any(_is(line, "To", "t") and "tag=" in line for line in lines)
        for index in reversed(routes):
            if own in lines[index]:
                del lines[index]
        if is_in_dialog:
            return _address(lines[0])
        if source == self.worker:
            ruid, trunk = (
                next((line.partition(":")[2].strip() for line in lines if _is(line, name)), "")
                for name in ("X-PBX-Ruid", "X-PBX-Trunk")
            )
            lines[:] = [line for line in lines if not line.lower().startswith("x-pbx-")]
            return self._provider(lines, source, trunk) if trunk else self.phones.get(ruid)
        self._vouch(lines, source)
        return self.worker

    def _provider(self, lines: list[str], source: Address, trunk: str) -> Address | None:
        for address, line in self.lines.items():
            if str(line.trunk_id) == trunk:
                return address
        self._answer(lines, source, "503 Trunk Down")
        return None

    def _vouch(self, lines: list[str], source: Address) -> None:
        line, caller = self.lines.get(source), self.callers.get(source)
        if line is not None:
            did = lines[0].partition("sip:")[2].partition("@")[0].removeprefix("+")
            lines[1:1] = [
                "X-PBX-Kind: trunk",
                f"X-PBX-Trunk: {line.trunk_id}",
                f"X-PBX-Did: {did}",
                f"X-PBX-Domain: {line.domain}",
                f"X-PBX-Tenant: {line.tenant_id}",
                f"X-PBX-Src: udp:{source[0]}:{source[1]}",
            ]
        if caller is None:
            return
        lines[1:1] = [
            "X-PBX-Kind: ext",
            f"X-PBX-User: {caller.number}",
            f"X-PBX-Domain: {caller.domain}",
            f"X-PBX-Tenant: {caller.tenant_id}",
            f"X-PBX-Src: udp:{source[0]}:{source[1]}",
        ]

    def _accept_registration(self, lines: list[str], source: Address) -> None:
        self._answer(lines, source, "200 OK", "Contact")

    def _answer(self, lines: list[str], source: Address, status: str, *more: str) -> None:
        kept = [line for line in lines if _is(line, "Via", "v", "From", "To", "Call-ID", "CSeq", *more)]
        answer = [f"SIP/2.0 {status}", *kept, "Content-Length: 0"]
        self._socket.sendto("\r\n".join(answer).encode() + HEAD_END, source)


def _header_lines(head: str) -> list[str]:
    """One Via a line, whatever the sender did."""
    lines: list[str] = []
    for line in re.sub(r"\r\n[ \t]+", " ", head).split("\r\n"):
        if _is(line, "Via", "v"):
            lines += [f"Via: {via.strip()}" for via in line.partition(":")[2].split(",")]
        else:
            lines.append(line)
    return lines


def _is(line: str, *names: str) -> bool:
    return line.partition(":")[0].strip().lower() in {name.lower() for name in names}


def _address(text: str) -> Address | None:
    found = URI_ADDRESS.search(text)
    return (found[1], int(found[2])) if found else None
