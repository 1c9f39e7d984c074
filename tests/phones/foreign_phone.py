"""A phone of somebody else (baresip): registers, answers by itself and sends back what it hears."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from tests.phones.config import PhoneConfig
from tests.phones.waiting import until

MODULES = Path("/usr/lib/baresip/modules")

_SETTINGS = """\
poll_method epoll
sip_listen {address}:0
call_max_calls 4
audio_source aubridge,loop
audio_player aubridge,loop
rtp_ports 14000-14999
module_path {modules}
module g711.so
module aubridge.so
module_app account.so
module_app menu.so
"""


class ForeignPhone:
    def __init__(self, config: PhoneConfig) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="baresip-")
        directory = Path(self._directory.name)
        settings = _SETTINGS.format(address=config.local_address, modules=MODULES)
        (directory / "config").write_text(settings)
        accounts = directory / "accounts"
        accounts.touch(mode=0o600)
        accounts.write_text(
            f"<sip:{config.aor};transport={config.transport}>;auth_user={config.number};"
            f"auth_pass={config.password};regint=300;answermode=auto;"
            f'outbound="sip:{config.host}:{config.port};transport={config.transport}"\n'
        )
        self._output_path = directory / "output"
        with self._output_path.open("wb") as output:
            self._process = subprocess.Popen(
                ["baresip", "-f", str(directory)],
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

    def close(self) -> None:
        """It unregisters on the way out."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._directory.cleanup()
