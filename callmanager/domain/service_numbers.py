"""Which numbers the system answers itself, the same in every tenant. `decide` and the console read this one table."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.decisions import EchoTest, ToneTest


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """`does` says to people what they hear. Without a `decision` the dialplan makes one for who calls."""

    number: str
    name: str
    does: str
    decision: EchoTest | ToneTest | None = None


VOICEMAIL_CODE = "*97"

SERVICE_NUMBERS: tuple[ServiceNumber, ...] = (
    ServiceNumber(
        "*43", "Echo test", "Sends your own voice back: proves sound in both directions.", EchoTest()
    ),
    # 999 as well, where it is neither an emergency number nor somebody's extension.
    ServiceNumber(VOICEMAIL_CODE, "Voicemail", "Plays the messages that were left for you; 999 does, too."),
    ServiceNumber("*44", "Tone test", "Plays a steady tone: proves that sound reaches you.", ToneTest()),
)

_BY_NUMBER = {service.number: service for service in SERVICE_NUMBERS}


def find_service_number(dialled: str) -> ServiceNumber | None:
    return _BY_NUMBER.get(dialled)
