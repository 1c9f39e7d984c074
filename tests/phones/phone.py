"""A phone as tests see it: orders go down to its process, what happened comes up with timestamps."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.phones.calls import IncomingMessage, PhoneCall
from tests.phones.config import PhoneConfig
from tests.phones.waiting import PATIENCE_S, until

REPOSITORY = Path(__file__).resolve().parents[2]


class PhoneError(AssertionError):
    """The phone's process died or refused an order."""


class Phone:
    """One device with one account. Everything asynchronous is read back with `until(condition, timeout)`."""

    def __init__(self, config: PhoneConfig, directory: Path) -> None:
        self.config = config
        self.calls: list[PhoneCall] = []
        self.is_registered = False
        self.registration_codes: list[int] = []
        self._calls_by_key: dict[str, PhoneCall] = {}
        self._replies: dict[int, dict[str, Any]] = {}
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._is_ready = False
        self._is_gone = False
        directory.mkdir(parents=True, exist_ok=True)
        name = f"{config.number}-{id(self):x}"
        self.log_path = directory / f"{name}.log"
        self._stderr = (directory / f"{name}.err").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.phones.device", str(self.log_path)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )
        self._reader = threading.Thread(target=self._read_events, name=f"phone {name}", daemon=True)
        self._reader.start()
        self._write(config.to_json())
        until(lambda: self._is_ready or self._is_gone, PATIENCE_S, f"phone {name} starts")
        self._refuse_if_gone()

    # Orders

    def register(self, timeout_s: float = PATIENCE_S) -> None:
        self.start_registering()
        until(lambda: self.is_registered, timeout_s, f"{self.config.aor} registers")

    def start_registering(self) -> int:
        """Send REGISTER; the number of answers seen before, to wait for the next one."""
        answers = len(self.registration_codes)
        self._order("register")
        return answers

    def registration_answer(self, timeout_s: float = PATIENCE_S) -> int:
        """Try to register, give back the code of the last answer."""
        answers = self.start_registering()
        until(lambda: len(self.registration_codes) > answers, timeout_s, f"an answer to {self.config.aor}")
        return self.registration_codes[-1]

    def registration_works(self, timeout_s: float = PATIENCE_S) -> bool:
        """Try to register; whether it was accepted."""
        return self.registration_answer(timeout_s) == 200

    def unregister(self, timeout_s: float = PATIENCE_S) -> None:
        self._order("unregister")
        until(lambda: not self.is_registered, timeout_s, f"{self.config.aor} unregisters")

    def on_incoming(self, *, provisional: int = 180, final: int = 0, reason: str = "") -> None:
        """What the phone does by itself with the next calls; 0 = nothing (a test answers by hand)."""
        self._order("policy", policy={"provisional": provisional, "final": final, "reason": reason})

    def dial(
        self, number: str, *, domain: str = "", headers: Mapping[str, str] | None = None, target: str = ""
    ) -> PhoneCall:
        """`target` is another Request-URI than To's address."""
        suffix = "" if self.config.transport == "udp" else f";transport={self.config.transport}"
        uri = f"sip:{number}@{domain or self.config.domain}{suffix}"
        key = self._order("dial", uri=uri, headers=dict(headers or {}), target=target)
        return self._call(key, is_incoming=False)

    def speak(self, frequency_hz: int) -> None:
        """Change the tone this phone sends on all its calls; 0 = silence."""
        self._order("tone", frequency_hz=frequency_hz)

    def use_codecs(self, *codecs: str) -> None:
        """What this phone offers and answers from now on, best first."""
        self._order("codecs", codecs=codecs)

    def wait_incoming(self, timeout_s: float = PATIENCE_S) -> PhoneCall:
        """The newest incoming call that has not been handed out yet."""
        return until(self._take_incoming, timeout_s, f"a call arrives at {self.config.aor}")

    def _take_incoming(self) -> PhoneCall | None:
        for call in list(self.calls):
            if call.is_incoming and not call.is_taken:
                call.is_taken = True
                return call
        return None

    def forget_calls(self) -> None:
        """Hang up whatever runs and start the next test with an empty list."""
        for call in list(self.calls):
            if not call.is_over:
                call.hang_up()
        until(lambda: all(call.is_over for call in self.calls), PATIENCE_S, "all calls end")
        self.calls.clear()
        self.on_incoming()
        self.speak(self.config.tone_hz)

    def join(self, first: PhoneCall, second: PhoneCall) -> None:
        """A conference of three, mixed in this phone."""
        self._order("join", first=first.key, second=second.key)

    def order_call(self, call: PhoneCall, operation: str, **arguments: Any) -> Any:
        return self._order(operation, call=call.key, **arguments)

    def kill(self) -> None:
        """The device loses power: no BYE, no unregistration."""
        self._process.kill()
        self._process.wait()
        self._reader.join(5)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        if self._process.poll() is None:
            self._write(json.dumps({"id": 0, "op": "quit"}))
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(5)
        self._stderr.close()

    # Conversation with the process

    def _order(self, operation: str, **arguments: Any) -> Any:
        number = next(self._numbers)
        self._write(json.dumps({"id": number, "op": operation, **arguments}))
        with self._changed:
            self._changed.wait_for(lambda: number in self._replies or self._is_gone, PATIENCE_S)
            reply = self._replies.pop(number, None)
        if reply is None:
            self._refuse_if_gone()
            raise PhoneError(f"{self.config.aor} did not answer {operation}, see {self.log_path}")
        if not reply["ok"]:
            raise PhoneError(f"{self.config.aor} {operation}: {reply['error']}")
        return reply.get("value")

    def _refuse_if_gone(self) -> None:
        if self._is_gone:
            raise PhoneError(f"the process of {self.config.aor} died, see {self._stderr.name}")

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise PhoneError(f"the process of {self.config.aor} is gone") from error

    def _read_events(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            document = json.loads(line)
            with self._changed:
                if "re" in document:
                    self._replies[document["re"]] = document
                else:
                    self._take_in(document)
                self._changed.notify_all()
        with self._changed:
            self._is_gone = True
            self._changed.notify_all()

    def _take_in(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "ready":
                self._is_ready = True
            case "registration":
                self.registration_codes.append(event["code"])
                self.is_registered = event["active"] and event["code"] == 200
            case "incoming":
                call = self._call(event["call"], is_incoming=True)
                call.messages.append(IncomingMessage(event["message"]))
                call.started_at = event["at"]
            case _:
                self._call(event["call"], is_incoming=False).take_in(event)

    def _call(self, key: str, *, is_incoming: bool) -> PhoneCall:
        with self._changed:
            if key not in self._calls_by_key:
                call = PhoneCall(self, key, is_incoming=is_incoming)
                self._calls_by_key[key] = call
                self.calls.append(call)
            return self._calls_by_key[key]


class PhoneBench:
    """All phones of a test run; closing it closes them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._phones: list[Phone] = []

    def __enter__(self) -> PhoneBench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def phone(self, config: PhoneConfig) -> Phone:
        phone = Phone(config, self.directory)
        self._phones.append(phone)
        return phone

    def close(self, phones: Iterable[Phone] | None = None) -> None:
        for phone in list(self._phones if phones is None else phones):
            phone.close()
            self._phones.remove(phone)
