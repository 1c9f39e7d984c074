"""Which numbers the system answers itself, the same in every tenant. `decide` and the console read this one table."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.decisions import EchoTest, ToneTest


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """`does` says to people what they hear."""

    number: str
    name: str
    does: str
    decision: EchoTest | ToneTest


SERVICE_NUMBERS: tuple[ServiceNumber, ...] = (
    ServiceNumber(
        "*43", "Echo test", "Sends your own voice back: proves sound in both directions.", EchoTest()
    ),
    ServiceNumber("*44", "Tone test", "Plays a steady tone: proves that sound reaches you.", ToneTest()),
)

_BY_NUMBER = {service.number: service for service in SERVICE_NUMBERS}


def find_service_number(dialled: str) -> ServiceNumber | None:
    return _BY_NUMBER.get(dialled)
