"""What somebody who has been answered hears while another phone rings: the ringing tone of the company's country.

Figures of ITU-T E.180, supplement 2.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RingingTone:
    """`cadence_ms` are sound and pause in turn. `second_hz` 0: one frequency alone."""

    first_hz: int
    second_hz: int
    cadence_ms: tuple[int, ...]


COMMON = RingingTone(425, 0, (1000, 4000))
_NORTH_AMERICA = RingingTone(440, 480, (2000, 4000))
_BRITISH = RingingTone(400, 450, (400, 200, 400, 2000))
_BY_COUNTRY = {
    **dict.fromkeys(("US", "CA", "PR"), _NORTH_AMERICA),
    **dict.fromkeys(("GB", "IE", "NZ", "ZA", "SG", "HK", "IN", "MY"), _BRITISH),
    "AU": RingingTone(400, 425, (400, 200, 400, 2000)),
    "FR": RingingTone(440, 0, (1500, 3500)),
    "ES": RingingTone(425, 0, (1500, 3000)),
    "BE": RingingTone(425, 0, (1000, 3000)),
    "JP": RingingTone(400, 420, (1000, 2000)),
    "CN": RingingTone(450, 0, (1000, 4000)),
}


def ringing_tone_of(country: str) -> RingingTone:
    """`country` by its two letters; of one that is not known here, the tone of most of Europe."""
    return _BY_COUNTRY.get(country, COMMON)
