"""Files played to one leg, one after the other, with word when they are over. Players end slowly and with care."""

from __future__ import annotations

import time
import wave
from collections import deque
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import pjsua2 as pj
import structlog

from sipworker.call.signals import LegId, PlaybackEnded
from sipworker.pjsip.media import BURY_AFTER_S, Patchbay

log = structlog.get_logger(__name__)

# A player whose end was announced and nobody collected it; there is room for many.
Ended = deque[tuple[str, int]]


class _Player(pj.AudioMediaPlayer):
    """Says on a foreign thread that it has come to its end: only noted there."""

    def __init__(self, source: str, turn: int, ended: Ended, wake: Callable[[], None]) -> None:
        super().__init__()
        self._mark = (source, turn)
        self._ended = ended
        self._wake = wake

    def onEof2(self) -> None:
        self._ended.append(self._mark)
        self._wake()


class _Playback:
    """What is still to be played to one leg. `turn` counts its players: an end that comes late is another turn's."""

    def __init__(self, leg: LegId, name: str, batches: Sequence[Sequence[str]]) -> None:
        self.leg = leg
        self.name = name
        self.batches = deque(batches)
        self.turn = 0
        self.player: _Player | None = None


class Playbacks:
    """All playbacks of the worker. Everything but a player's end happens on the SIP thread."""

    def __init__(
        self, patchbay: Patchbay, emit: Callable[[PlaybackEnded], None], wake: Callable[[], None]
    ) -> None:
        self._patchbay = patchbay
        self._emit = emit
        self._wake = wake
        self._running: dict[str, _Playback] = {}
        self._ended: Ended = deque()
        self._retired: deque[tuple[float, _Player]] = deque()

    def play(self, leg: LegId, name: str, files: Sequence[Path]) -> None:
        """Files that can't be played are left out; of nothing at all the end is told at once."""
        self.stop(leg, name)
        playback = _Playback(leg, name, _batches(files))
        self._running[_source(leg, name)] = playback
        self._next(playback)

    def stop(self, leg: LegId, name: str) -> None:
        """No word of its end follows."""
        playback = self._running.pop(_source(leg, name), None)
        if playback is not None:
            self._retire(playback)

    def forget(self, leg: LegId) -> None:
        """The leg is over."""
        for playback in [one for one in self._running.values() if one.leg == leg]:
            self.stop(leg, playback.name)

    def collect(self) -> None:
        """Go on with what came to its end since the last time."""
        while self._ended:
            source, turn = self._ended.popleft()
            playback = self._running.get(source)
            if playback is not None and playback.turn == turn:
                self._retire(playback)
                self._next(playback)
        while self._retired and time.monotonic() - self._retired[0][0] > BURY_AFTER_S:
            self._retired.popleft()

    def close(self) -> None:
        self._running.clear()
        self._retired.clear()

    def _next(self, playback: _Playback) -> None:
        source = _source(playback.leg, playback.name)
        while playback.batches:
            playback.turn += 1
            player = _Player(source, playback.turn, self._ended, self._wake)
            try:
                _open(player, playback.batches.popleft())
            except pj.Error as error:
                log.warning("playback.file_unplayable", error=error.info())
                continue
            playback.player = player
            self._patchbay.lend(source, player)
            self._patchbay.connect(source, playback.leg)
            return
        self._running.pop(source, None)
        self._emit(PlaybackEnded(playback.leg, playback.name))

    def _retire(self, playback: _Playback) -> None:
        """A player that is dropped while the bridge still reads it takes the process along."""
        source = _source(playback.leg, playback.name)
        self._patchbay.disconnect(source, playback.leg)
        self._patchbay.take_back(source)
        if playback.player is not None:
            self._retired.append((time.monotonic(), playback.player))
            playback.player = None


def _source(leg: LegId, name: str) -> str:
    return f"playback:{leg}:{name}"


def _open(player: _Player, files: Sequence[str]) -> None:
    if len(files) == 1:
        player.createPlayer(files[0], pj.PJMEDIA_FILE_NO_LOOP)
    else:
        player.createPlaylist(pj.StringVector(list(files)), "playback", pj.PJMEDIA_FILE_NO_LOOP)


def _batches(files: Sequence[Path]) -> list[list[str]]:
    """Neighbours of one format play without a gap; a playlist of several formats does not exist."""
    formats = [(file, _format(file)) for file in files]
    known = [(file, kind) for file, kind in formats if kind is not None]
    return [[str(file) for file, _ in batch] for _, batch in groupby(known, key=lambda one: one[1])]


def _format(file: Path) -> tuple[int, int, int] | None:
    try:
        with wave.open(str(file), "rb") as opened:
            return opened.getframerate(), opened.getnchannels(), opened.getsampwidth()
    except (OSError, EOFError, wave.Error) as error:
        log.warning("playback.file_unreadable", error=type(error).__name__)
        return None
