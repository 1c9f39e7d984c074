"""Who of a big conference is heard: its loudest speakers, as a chairman would give the word. Pure.

Everybody hearing everybody costs the square of the participants; a few who are heard by all cost no more than so many
conversations, and in a crowd the breathing of the others is no loss. A speaker who pauses keeps the word until somebody
else wants it, so that no word is cut at its end; a newcomer takes the place of who has been silent for longest, or of
one who talks much more softly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

# On the bridge's logarithmic scale from 0 to 49. Measured with tones: -50 dBFS is 3, -40 is 7, -30 is 15, -20 is 25,
# -12 is 32, -6 is 39, 0 is 45. Soft speech is above, the noise of an office below this.
TALKS_AT = 8
# Who was heard so lately still talks: a pause for breath is none.
PAUSE_S = 0.8
# How much louder than somebody who talks one must be to take the word from them: about 6 dB.
LOUDER_BY = 7
# How far a level may fall between two looks: speech is loud and soft within a word, and a breath is no softer speech.
DECAY = 0.8
# Up to so many everybody hears everybody.
ALL_UP_TO = 8
MOST = 5


@dataclass(slots=True)
class _Voice:
    level: float = 0.0
    talked_at: float = float("-inf")


class Speakers:
    """`levels` are by place; whoever is not in them is gone."""

    __slots__ = ("_all_up_to", "_mixed", "_most", "_now", "_voices")

    def __init__(self, *, most: int = MOST, all_up_to: int = ALL_UP_TO) -> None:
        self._most = most
        self._all_up_to = all_up_to
        self._voices: dict[str, _Voice] = {}
        self._mixed: list[str] = []
        self._now = 0.0

    def listen(self, levels: Mapping[str, int], now_s: float) -> None:
        """Note how loud everybody is; `now_s` never goes back."""
        self._now = now_s
        self._voices = {place: self._voices.get(place) or _Voice() for place in levels}
        for place, level in levels.items():
            voice = self._voices[place]
            if level >= TALKS_AT:
                voice.level, voice.talked_at = max(float(level), voice.level * DECAY), now_s
            elif not self._talks(place):
                voice.level = 0.0

    @property
    def talking(self) -> frozenset[str]:
        return frozenset(place for place in self._voices if self._talks(place))

    def mix(self, places: Iterable[str], muted: Collection[str] = ()) -> frozenset[str]:
        """Who is heard now, of those who are there; who is muted is not."""
        there = [place for place in places if place not in muted]
        if len(there) + len(muted) <= self._all_up_to:
            self._mixed = there
            return frozenset(there)
        kept = set(there)
        self._mixed = [place for place in self._mixed if place in kept][: self._most]
        mixed = set(self._mixed)
        wanting = [place for place in there if place not in mixed and self._talks(place)]
        for place in sorted(wanting, key=self._level, reverse=True)[: self._most]:
            self._give_word(place)
        return frozenset(self._mixed)

    def _give_word(self, newcomer: str) -> None:
        if len(self._mixed) < self._most:
            self._mixed.append(newcomer)
            return
        silent = [place for place in self._mixed if not self._talks(place)]
        if silent:
            leaves = min(silent, key=self._talked_at)
        else:
            leaves = min(self._mixed, key=self._level)
            if self._level(newcomer) < self._level(leaves) + LOUDER_BY:
                return
        self._mixed[self._mixed.index(leaves)] = newcomer

    def _talks(self, place: str) -> bool:
        return self._now - self._talked_at(place) <= PAUSE_S

    def _talked_at(self, place: str) -> float:
        voice = self._voices.get(place)
        return voice.talked_at if voice is not None else float("-inf")

    def _level(self, place: str) -> float:
        voice = self._voices.get(place)
        return voice.level if voice is not None else 0.0
