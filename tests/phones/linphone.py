"""Another phone of somebody else (linphone's console client), told what to do as a person would type it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from deploy.stack.free_ports import free_port
from tests.phones.config import PhoneConfig
from tests.phones.foreign_phone import write_tone
from tests.phones.waiting import DeadlineError, until

_SETTINGS = """\
[sip]
sip_port={sip_port}
sip_tcp_port=0
sip_tls_port=0
use_ipv6=0
default_proxy=0
inc_timeout=60
register_only_when_network_is_up=0
[rtp]
audio_rtp_port=15000-15999
[video]
enabled=0
capture=0
display=0
[auth_info_0]
username={number}
userid={number}
passwd={password}
realm={domain}
domain={domain}
[proxy_0]
reg_proxy=<sip:{host}:{port};transport=udp>
reg_route=<sip:{host}:{port};transport=udp;lr>
reg_identity=sip:{aor}
reg_expires=300
reg_sendregister=1
publish=0
dial_escape_plus=0
"""
_FRIEND = """\
[friend_{nth}]
url="{name}" <sip:{number}@{domain}>
pol=accept
subscribe=1
"""


class Linphone:
    """Plays a tone, and answers by itself. `watches`: names by number, whose state it asks for and says."""

    def __init__(self, config: PhoneConfig, *, watches: Mapping[str, str] | None = None) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="linphone-")
        directory = Path(self._directory.name)
        settings = directory / "linphonerc"
        settings.touch(mode=0o600)
        settings.write_text(
            _SETTINGS.format(
                number=config.number,
                password=config.password,
                domain=config.domain,
                host=config.host,
                port=config.port,
                aor=config.aor,
                sip_port=free_port(),
            )
        )
        with settings.open("a") as more:
            for nth, (number, name) in enumerate((watches or {}).items()):
                more.write(_FRIEND.format(nth=nth, name=name, number=number, domain=config.domain))
        (directory / ".local/share/linphone").mkdir(parents=True)
        self._tone = directory / "tone.wav"
        write_tone(self._tone, config.tone_hz)
        self._output_path = directory / "output"
        orders = ["linphonec", "-c", str(settings), "-a"]
        with self._output_path.open("wb") as output:
            self._process = subprocess.Popen(
                orders,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"HOME": str(directory), "PATH": "/usr/bin:/bin", "LANG": "C"},
            )
        self.order("soundcard use files")
        self.order(f"play {self._tone}")

    def __enter__(self) -> Linphone:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def output(self) -> str:
        return self._output_path.read_text(errors="replace")

    def order(self, line: str) -> None:
        """As typed: `call sip:101@...`, `pause`, `resume`, `transfer 1 --to-call 2`, `terminate`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def wait_said(self, words: str, timeout_s: float = 15.0, count: int = 1) -> None:
        try:
            until(lambda: self.output.count(words) >= count, timeout_s, f"linphone says {words!r}")
        except DeadlineError as error:
            raise DeadlineError(f"{error}; it said:\n{self.output}") from error

    def wait_registered(self, timeout_s: float = 20.0) -> None:
        def is_registered() -> bool:
            self.order("status register")
            return "registered, identity=" in self.output

        try:
            until(is_registered, timeout_s, "linphone registers")
        except DeadlineError as error:
            raise DeadlineError(f"{error}; it said:\n{self.output[-3000:]}") from error

    def close(self) -> None:
        """It unregisters on the way out."""
        if self._process.poll() is None:
            self.order("quit")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._directory.cleanup()
