"""What a leg shall hear that nobody says to it: its echo, tones, music, files."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.ringing_tone import RingingTone
from sipworker.call.signals import LegId


@dataclass(frozen=True, slots=True)
class EchoLeg:
    """Send the leg its own sound back."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class PlayTone:
    """Play a steady tone to the leg until it ends."""

    leg: LegId
    frequency_hz: int


@dataclass(frozen=True, slots=True)
class PlayRinging:
    """Play a ringing tone to the answered leg until StopRinging; once more changes nothing."""

    leg: LegId
    tone: RingingTone


@dataclass(frozen=True, slots=True)
class StopRinging:
    """End PlayRinging of the same tone, if it was playing."""

    leg: LegId
    tone: RingingTone


@dataclass(frozen=True, slots=True)
class PlayMusicOnHold:
    """Play music to the leg until StopMusicOnHold: these files in turn, or (none) what comes with the system."""

    leg: LegId
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StopMusicOnHold:
    """End PlayMusicOnHold of the same files."""

    leg: LegId
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListenForKeys:
    """Say DigitPressed also for keys that are heard as sound alone (of a leg that sends none by RFC 4733) and, of `F`,
    for a fax machine that calls; neither: not any more.
    """

    leg: LegId
    hears_keys: bool = True
    hears_fax: bool = False


@dataclass(frozen=True, slots=True)
class PlayFiles:
    """Play sounds (`callmanager.domain.sounds`) to the leg one after the other; PlaybackEnded follows.

    What can't be played is left out. Another one of the same name takes its place.
    """

    leg: LegId
    playback: str
    sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopFiles:
    """End PlayFiles of this name at once; PlaybackEnded does not follow."""

    leg: LegId
    playback: str
