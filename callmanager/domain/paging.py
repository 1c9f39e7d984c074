"""What an INVITE says so that a phone answers by itself and turns its loudspeaker on (manual 11.1, Advanced)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AlertInfo(StrEnum):
    """Values that phones know; which one, their manuals say. `NONE`: the header is left out."""

    NONE = ""
    AUTOANSWER = "info=alert-autoanswer"
    AUTOANSWER_AT_ONCE = "info=alert-autoanswer;delay=0"
    AUTOANSWER_BY_URI = "<http://localhost>;info=alert-autoanswer;delay=0"
    AUTO_ANSWER = "Auto Answer"
    AUTO_ANSWER_SMALL = "auto-answer"
    RING_ANSWER = "ring-answer"
    RING_ANSWER_WORDS = "Ring Answer"
    INTERCOM = "Intercom"
    INTERCOM_INFO = "info=intercom"


@dataclass(frozen=True, slots=True)
class AutoAnswer:
    """`says_call_info`: Call-Info with answer-after=0; `says_answer_mode`: Answer-Mode (RFC 5373)."""

    alert_info: AlertInfo = AlertInfo.AUTOANSWER
    says_call_info: bool = True
    says_answer_mode: bool = True

    def headers(self, sip_domain: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, value)
            for name, value, is_said in (
                ("Alert-Info", self.alert_info.value, self.alert_info is not AlertInfo.NONE),
                ("Call-Info", f"<sip:{sip_domain}>;answer-after=0", self.says_call_info),
                ("Answer-Mode", "Auto", self.says_answer_mode),
            )
            if is_said
        )


COMMON_AUTO_ANSWER = AutoAnswer()
