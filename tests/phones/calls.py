"""One call as its phone tells it: states with times, messages received, what is heard."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.phones.tones import heard_tones
from tests.phones.waiting import PATIENCE_S, DeadlineError, until

if TYPE_CHECKING:
    from tests.phones.phone import Phone

# The cast's tones: what a listener looks for when nothing else is said.
TONES_HZ = (500, 700, 900, 1100, 1300)
HEARING_WINDOW_MS = 400
SAME_WORDS = 0.7


class IncomingMessage:
    """A SIP message as it came from the wire."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.start_line = text.split("\r\n", 1)[0]

    @property
    def code(self) -> int:
        """The status code; 0 for a request."""
        return int(self.start_line.split()[1]) if self.start_line.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """The method of a request, or of the request a response answers."""
        return self.header("CSeq").split()[-1]

    def header(self, name: str) -> str:
        """The first header of this name, empty if there is none."""
        found = re.search(rf"^{re.escape(name)}\s*:\s*(.*?)\s*$", self.text, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else ""


class PhoneCall:
    def __init__(self, phone: Phone, key: str, *, is_incoming: bool) -> None:
        self.phone = phone
        self.key = key
        self.is_incoming = is_incoming
        self.is_taken = False
        self.started_at = time.time()
        self.state = "null"
        self.state_times: dict[str, float] = {}
        self.code = 0
        self.reason = ""
        self.sip_call_id = ""
        self.messages: list[IncomingMessage] = []
        self.media_status = "none"
        self.codec = ""
        self.clock_rate_hz = 0
        self.digits = ""
        # What NOTIFY said of REFER, one code after the other.
        self.transfer_codes: list[int] = []
        self.final_statistics: dict[str, float] = {}

    def take_in(self, event: dict[str, Any]) -> None:
        """Called by the phone for everything that happens on this call."""
        match event["event"]:
            case "state":
                self.state = event["state"]
                self.state_times.setdefault(self.state, event["at"])
                self.code, self.reason = event["code"], event["reason"]
                self.sip_call_id = event["sip_call_id"]
                self.final_statistics = event["statistics"]
            case "message":
                self.messages.append(IncomingMessage(event["message"]))
            case "media":
                self.media_status = event["status"]
                self.codec = event["codec"] or self.codec
                self.clock_rate_hz = event["clock_rate_hz"] or self.clock_rate_hz
            case "transfer":
                self.transfer_codes.append(event["code"])
            case "dtmf":
                self.digits += event["digit"]

    @property
    def is_confirmed(self) -> bool:
        return self.state == "confirmed"

    @property
    def is_over(self) -> bool:
        return self.state == "disconnected"

    def received(self, method: str, code: int = 0) -> IncomingMessage | None:
        """The last message of this method and status code (0: the request) that reached this phone."""
        found = [message for message in self.messages if message.method == method and message.code == code]
        return found[-1] if found else None

    def wait_state(self, state: str, timeout_s: float = PATIENCE_S) -> PhoneCall:
        until(lambda: state in self.state_times, timeout_s, f"{self.phone.config.aor}: call {state}")
        return self

    def wait_confirmed(self, timeout_s: float = PATIENCE_S) -> PhoneCall:
        until(lambda: self.is_confirmed or self.is_over, timeout_s, f"the call is answered, is {self.state}")
        assert self.is_confirmed, f"the call ended with {self.code} {self.reason}"
        return self

    def wait_over(self, timeout_s: float = PATIENCE_S) -> PhoneCall:
        return self.wait_state("disconnected", timeout_s)

    def answer(self, code: int = 200, reason: str = "") -> None:
        """Send any response: 180, 183, 200, 486, 603 ..."""
        self.phone.order_call(self, "answer", code=code, reason=reason)

    def hang_up(self) -> None:
        """CANCEL, BYE or a refusal, whichever fits; a call that just ended by itself is fine."""
        if not self.is_over:
            self.phone.order_call(self, "hang_up")

    def hold(self) -> None:
        self.phone.order_call(self, "hold")

    def unhold(self) -> None:
        self.phone.order_call(self, "unhold")

    def refer(self, number: str, *, uri: str = "") -> None:
        """Blind transfer; `uri` is the whole Refer-To instead."""
        self.phone.order_call(self, "refer", uri=uri or f"sip:{number}@{self.phone.config.domain}")

    def refer_to(self, other: PhoneCall) -> None:
        """Attended transfer: Refer-To with Replaces of another call of this phone."""
        self.phone.order_call(self, "refer_to_call", other=other.key)

    def wait_transfer(self, code: int, timeout_s: float = PATIENCE_S) -> None:
        """Until a NOTIFY has said this."""
        wanted = f"NOTIFY {code} reaches {self.phone.config.aor}"
        try:
            until(lambda: code in self.transfer_codes, timeout_s, wanted)
        except DeadlineError as error:
            raise DeadlineError(f"{wanted}, got {self.transfer_codes}") from error

    def reinvite(self) -> None:
        self.phone.order_call(self, "reinvite")

    def send_dtmf(self, digits: str) -> None:
        self.phone.order_call(self, "dtmf", digits=digits)

    def send_keys_by_info(self, digits: str) -> None:
        """application/dtmf-relay."""
        self.phone.order_call(self, "keys_by_info", digits=digits)

    def send_keys_by_sound(self, digits: str) -> None:
        self.phone.order_call(self, "keys_by_sound", digits=digits)

    def call_as_fax(self) -> None:
        self.phone.order_call(self, "fax")

    def levels(self, frequencies_hz: Iterable[int] = TONES_HZ) -> dict[int, float]:
        """Amplitudes (1.0 = full scale) of what arrived in the last moments."""
        found = self.phone.order_call(
            self, "levels", frequencies_hz=list(frequencies_hz), duration_ms=HEARING_WINDOW_MS
        )
        return {int(frequency): level for frequency, level in found.items()}

    def heard(self, frequencies_hz: Iterable[int] = TONES_HZ) -> frozenset[int]:
        return heard_tones(self.levels(frequencies_hz))

    def wait_heard(self, *frequencies_hz: int, timeout_s: float = PATIENCE_S) -> None:
        """Until exactly these of the known tones are heard; none given = silence."""
        wanted = frozenset(frequencies_hz)
        known = wanted | frozenset(TONES_HZ)
        try:
            until(lambda: self.heard(known) == wanted, timeout_s)
        except DeadlineError as error:
            raise DeadlineError(f"expected {sorted(wanted)} Hz, levels {self.levels(known)}") from error

    def likeness(self, words: Path) -> float:
        """Of what arrived in the last four seconds to recorded words: 1.0 = nothing else was heard in their time."""
        found: float = self.phone.order_call(self, "likeness", path=str(words))
        return found

    def wait_words(self, words: Path, timeout_s: float = PATIENCE_S) -> None:
        """Until these recorded words were heard."""
        until(
            lambda: self.likeness(words) >= SAME_WORDS,
            timeout_s,
            f"{self.phone.config.aor} hears {words.name}",
        )

    def statistics(self) -> dict[str, float]:
        return self.final_statistics if self.is_over else self.phone.order_call(self, "statistics")
