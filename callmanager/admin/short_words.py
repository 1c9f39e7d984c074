"""What lists and forms of the console say in a few words: several numbers, and a sound that can be heard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.utils.html import format_html
from django.utils.safestring import SafeString

SHOWN = 6


class Sound(Protocol):
    name: str
    length_s: float


def some_words(words: Sequence[str], otherwise: str = "") -> str:
    """The first few, and how many more there are."""
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"{', '.join(words[:SHOWN])}{more}" if words else otherwise


def sound_words(sound: Sound | None, address: str, label: str, otherwise: str) -> SafeString:
    """A player for it, with its name and length."""
    if sound is None:
        return format_html('<span class="td-subtle">{}</span>', otherwise)
    return format_html(
        '<audio controls preload="none" src="{}" aria-label="{}"></audio> <span class="td-subtle">{}, {} s</span>',
        address,
        label,
        sound.name,
        sound.length_s,
    )
