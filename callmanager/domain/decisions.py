"""What the dialplan can answer. Each decision is one frozen value; the worker has one feature for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RingExtension:
    """Ring every registered contact of one extension in parallel."""

    number: str
    display_name: str
    ring_timeout_s: int


@dataclass(frozen=True, slots=True)
class EchoTest:
    """Send the caller's own voice back."""


@dataclass(frozen=True, slots=True)
class ToneTest:
    """Play a steady tone, so that a user can judge the line."""

    frequency_hz: int = 440


@dataclass(frozen=True, slots=True)
class Refuse:
    """No call: the SIP answer and the reason that people read in the CDR and the simulator."""

    sip_code: int
    reason: str
    retry_after_s: int = 0


Decision = RingExtension | EchoTest | ToneTest | Refuse
