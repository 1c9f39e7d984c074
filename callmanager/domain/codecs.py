"""The codecs calls may use, best first: for the worker, and for people who configure phones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Codec:
    """`codec_id` is the SIP stack's; the higher the priority, the earlier it is offered."""

    codec_id: str
    name: str
    priority: int


CODECS: tuple[Codec, ...] = (
    Codec("opus/48000/2", "Opus", 250),
    Codec("G722/16000/1", "G.722", 240),
    Codec("PCMA/8000/1", "G.711 A-law", 230),
    Codec("PCMU/8000/1", "G.711 µ-law", 220),
    Codec("G729/8000/1", "G.729", 210),
    Codec("GSM/8000/1", "GSM", 200),
)
