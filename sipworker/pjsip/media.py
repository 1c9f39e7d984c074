"""Who hears whom: wires legs and shared sources in the conference bridge, anew when a stream is replaced."""

from __future__ import annotations

import time
import wave
from collections import deque
from pathlib import Path

import pjsua2 as pj
import structlog

from callmanager.domain.ringing_tone import RingingTone
from sipworker.call.attendance import Attendance
from sipworker.call.signals import LegId
from sipworker.pjsip.wiring import Changes, Wiring

log = structlog.get_logger(__name__)

SILENCE = "silence"
# The sound device, which is none: whoever it hears is metered.
METER = "meter"
MUSIC = "music:"
RINGING = "ringing:"
TONE_VOLUME = 8000
# One period of the looping generator; whole seconds, so that any whole frequency joins up without a click.
TONE_MS = 30_000
BURY_AFTER_S = 2.0


class Sources:
    """Players and generators that many legs hear at once; each is made when it is first wanted."""

    def __init__(self, clock_rate_hz: int, directory: Path, music_dir: Path, files_dir: Path) -> None:
        self._clock_rate_hz = clock_rate_hz
        self._directory = directory
        self._music_dir = music_dir
        self._files_dir = files_dir
        self._made: dict[str, pj.AudioMedia] = {}
        self._retired: deque[tuple[float, pj.AudioMedia]] = deque()

    def find(self, name: str) -> pj.AudioMedia | None:
        """The media of a shared source, None if the name is not one of them."""
        if name not in self._made:
            media = self._make(name)
            if media is None:
                return None
            self._made[name] = media
        return self._made[name]

    def silence(self) -> pj.AudioMedia:
        if SILENCE not in self._made:
            self._made[SILENCE] = _player([self._silence_file()])
        return self._made[SILENCE]

    def _make(self, name: str) -> pj.AudioMedia | None:
        if name == SILENCE:
            return self.silence()
        if name.startswith(MUSIC):
            return self._music(name.removeprefix(MUSIC).split("|"))
        if name.startswith("tone:"):
            return _tone(int(name.removeprefix("tone:")), self._clock_rate_hz)
        if name.startswith(RINGING):
            return _ringing(name.removeprefix(RINGING), self._clock_rate_hz)
        return None

    def release(self, name: str) -> None:
        """Nobody hears it any more. Tenants' music alone is given back: its files come and go."""
        if name.startswith(MUSIC) and name != MUSIC and name in self._made:
            self._retired.append((time.monotonic(), self._made.pop(name)))

    def _music(self, files: list[str]) -> pj.AudioMedia:
        self._bury()
        if files != [""]:
            try:
                return _player([str(self._files_dir / file) for file in files])
            except pj.Error as error:
                # Deleted meanwhile, or the disk is away: better some music than none.
                log.warning("media.music_unplayable", error=error.info())
        return self._common_music()

    def _common_music(self) -> pj.AudioMedia:
        files = sorted(map(str, self._music_dir.glob("*.wav")))
        if not files:
            log.warning("media.music_missing", directory=str(self._music_dir))
        return _player(files) if files else self.silence()

    def _bury(self) -> None:
        """A player that is dropped while the bridge still reads it takes the process along."""
        while self._retired and time.monotonic() - self._retired[0][0] > BURY_AFTER_S:
            self._retired.popleft()

    def _silence_file(self) -> str:
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"silence-{self._clock_rate_hz}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self._clock_rate_hz)
            file.writeframes(bytes(2 * self._clock_rate_hz))
        return str(path)

    def close(self) -> None:
        self._made.clear()
        self._retired.clear()


def music_source(files: tuple[str, ...]) -> str:
    """No files: what comes with the system."""
    return MUSIC + "|".join(files)


def tone_source(frequency_hz: int) -> str:
    return f"tone:{frequency_hz}"


def ringing_source(tone: RingingTone) -> str:
    return RINGING + ",".join(map(str, (tone.first_hz, tone.second_hz, *tone.cadence_ms)))


def _player(files: list[str]) -> pj.AudioMediaPlayer:
    player = pj.AudioMediaPlayer()
    if len(files) == 1:
        player.createPlayer(files[0])
    else:
        player.createPlaylist(pj.StringVector(files))
    return player


def _tone(frequency_hz: int, clock_rate_hz: int) -> pj.ToneGenerator:
    return _generator([_sound(frequency_hz, 0, TONE_MS, 0)], clock_rate_hz)


def _ringing(figures: str, clock_rate_hz: int) -> pj.ToneGenerator:
    first_hz, second_hz, *cadence_ms = map(int, figures.split(","))
    sounds = zip(cadence_ms[::2], cadence_ms[1::2], strict=True)
    return _generator([_sound(first_hz, second_hz, on, off) for on, off in sounds], clock_rate_hz)


def _sound(first_hz: int, second_hz: int, on_ms: int, off_ms: int) -> pj.ToneDesc:
    tone = pj.ToneDesc()
    tone.freq1, tone.freq2 = first_hz, second_hz
    tone.on_msec, tone.off_msec = on_ms, off_ms
    tone.volume = TONE_VOLUME
    return tone


def _generator(tones: list[pj.ToneDesc], clock_rate_hz: int) -> pj.ToneGenerator:
    generator = pj.ToneGenerator()
    generator.createToneGenerator(clock_rate_hz, 1)
    generator.play(pj.ToneDescVector(tones), True)
    return generator


class Patchbay:
    """Plugs what `Wiring` says, and again when a leg gets new media.

    A source is a leg id or the name of a shared source. Every leg hears silence too: without any source
    the bridge sends it no packets at all, not even DTMF.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._media: dict[LegId, pj.AudioMedia] = {}
        self._wiring = Wiring()

    def connect(self, source: str, listener: LegId, purpose: str = "") -> None:
        self._apply(self._wiring.want(source, listener, purpose))

    def disconnect(self, source: str, listener: LegId, purpose: str = "") -> None:
        self._apply(self._wiring.unwant(source, listener, purpose))

    def attend(self, listener: LegId, leg: LegId, how: Attendance) -> None:
        self._apply(self._wiring.attend(listener, leg, how))

    def leave(self, listener: LegId) -> None:
        self._apply(self._wiring.leave(listener))

    def attach(self, leg: LegId, media: pj.AudioMedia) -> None:
        """The leg has (new) media: restore everything it should hear and whoever should hear it."""
        self._media[leg] = media
        self.connect(SILENCE, leg)
        for source in self._wiring.sources_of(leg):
            self._plug(source, leg)
        for listener in self._wiring.listeners_of(leg):
            self._plug(leg, listener)

    def level(self, leg: LegId) -> int | None:
        """What its telephone sends, as the bridge has read it last; None without media."""
        media = self._media.get(leg)
        try:
            # Named from the medium's side: "Tx" is what it gives to the bridge, "Rx" what it hears.
            return media.getTxLevel() if media is not None else None
        except pj.Error:
            return None  # its stream ends in this moment

    def lend(self, source: str, media: pj.AudioMedia) -> None:
        """A source of one leg's own, until it is taken back. Nobody hears it yet."""
        self._media[source] = media

    def take_back(self, source: str) -> None:
        """Its listeners have been disconnected."""
        self._apply(self._wiring.forget(source))
        self._media.pop(source, None)

    def detach(self, leg: LegId) -> None:
        """The leg's stream is gone; the bridge has dropped its wires already."""
        self._media.pop(leg, None)

    def isolate(self, leg: LegId) -> None:
        """It hears silence and nobody hears it, but for those who listen for a purpose of their own."""
        for source in self._wiring.sources_of(leg) - {SILENCE}:
            self.disconnect(source, leg)
        for listener in self._wiring.listeners_of(leg):
            self.disconnect(leg, listener)

    def forget(self, leg: LegId) -> None:
        """The leg is over."""
        self.detach(leg)
        self._apply(self._wiring.forget(leg))

    def _apply(self, changes: Changes) -> None:
        for wire in changes.pulled:
            media, sink = self._find(wire.source), self._media.get(wire.listener)
            if media is not None and sink is not None:
                media.stopTransmit(sink)
            if not self._wiring.listeners_of(wire.source):
                self._sources.release(wire.source)
        for wire in changes.plugged:
            self._plug(wire.source, wire.listener)

    def _plug(self, source: str, listener: LegId) -> None:
        sink = self._media.get(listener)
        media = self._find(source) if sink is not None else None
        if media is not None:
            media.startTransmit(sink)

    def _find(self, source: str) -> pj.AudioMedia | None:
        return self._media.get(source) or self._sources.find(source)
