"""A phone of somebody else (baresip), set up as a person types it in: registers, answers by itself.

It sends back what it hears, or plays a tone and keeps what it hears in a file.
"""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from deploy.stack.free_ports import free_port
from tests.phones.config import PhoneConfig
from tests.phones.tones import Samples, tone_levels
from tests.phones.waiting import until

MODULES = Path("/usr/lib/baresip/modules")
SAMPLE_RATE_HZ = 8000
TONE_S = 60
TONE_AMPLITUDE = 8000
WAVE_HEADER_BYTES = 44

_SETTINGS = """\
poll_method epoll
sip_listen {address}:0
call_max_calls 4
audio_source {source}
audio_player aubridge,loop
rtp_ports 14000-14999
module_path {modules}
module g711.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control_port}
"""
_TONE_SETTINGS = """\
module aufile.so
module sndfile.so
snd_path {directory}
"""


class ForeignPhone:
    def __init__(
        self, config: PhoneConfig, *, plays_tone: bool = False, dials: str = "", modules: Sequence[str] = ()
    ) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="baresip-")
        directory = Path(self._directory.name)
        source = f"aufile,{directory}/tone.wav" if plays_tone else "aubridge,loop"
        self._control_port = free_port()
        settings = _SETTINGS.format(
            address=config.local_address, modules=MODULES, source=source, control_port=self._control_port
        )
        settings += "".join(f"module_app {module}.so\n" for module in modules)
        if plays_tone:
            write_tone(directory / "tone.wav", config.tone_hz)
            settings += _TONE_SETTINGS.format(directory=directory)
        (directory / "config").write_text(settings)
        accounts = directory / "accounts"
        accounts.touch(mode=0o600)
        accounts.write_text(
            f"<sip:{config.aor};transport={config.transport}>;auth_user={config.number};"
            f"auth_pass={config.password};regint=300;answermode=auto;"
            f'outbound="sip:{config.host}:{config.port};transport={config.transport}"\n'
        )
        self._output_path = directory / "output"
        orders: Sequence[str] = ["-e", f"/dial sip:{dials}"] if dials else []
        with self._output_path.open("wb") as output:
            self._process = subprocess.Popen(
                ["baresip", "-f", str(directory), *orders],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> ForeignPhone:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def output(self) -> str:
        return self._output_path.read_text(errors="replace")

    def wait_registered(self, timeout_s: float = 5.0) -> None:
        until(lambda: "200 OK" in self.output, timeout_s, "baresip registers")

    def order(self, command: str, parameters: str = "") -> None:
        """What a person would do with keys: `hold`, `resume`, `transfer`, `hangup`."""
        order = json.dumps({"command": command, "params": parameters}).encode()
        with socket.create_connection(("127.0.0.1", self._control_port), 5) as control:
            control.sendall(b"%d:%s," % (len(order), order))
            control.settimeout(5)
            # The answer to this order, or an event that came first: either way it was taken.
            control.recv(4096)

    def heard(self, frequencies_hz: Sequence[int]) -> Mapping[int, float]:
        """How loud each was in the last second of what came in; 1.0 is full scale."""
        kept = sorted(Path(self._directory.name).glob("dump-*-dec.wav"))
        sound: Samples = np.zeros(0, dtype=np.int16)
        if kept:
            raw = kept[-1].read_bytes()[WAVE_HEADER_BYTES:]
            sound = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").astype(np.int16)
        return tone_levels(sound[-SAMPLE_RATE_HZ:], SAMPLE_RATE_HZ, frequencies_hz)

    def close(self) -> None:
        """It unregisters on the way out."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._directory.cleanup()


def write_tone(path: Path, frequency_hz: int) -> None:
    moments = np.arange(SAMPLE_RATE_HZ * TONE_S) / SAMPLE_RATE_HZ
    samples = (TONE_AMPLITUDE * np.sin(2 * np.pi * frequency_hz * moments)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(samples.tobytes())
