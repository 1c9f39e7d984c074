"""What providers answered: to our registrations, and when asked whether they are there. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NO_ANSWER = 408
# RFC 8224, 6.2.2: said by the edge and by the edge link, of a provider whose certificate is not as it should be.
CERTIFICATE_REFUSED = 437
# Two questions in a row without an answer: one may get lost.
MISSES_OF_SILENT = 2
ANSWER_WITHIN_S = 4.0
# A provider that does not answer is asked more often than one that does.
ASK_SILENT_EVERY_S = 15.0
MAX_REASON = 120
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\uffff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """`about`: the Call-ID of a question, empty for a registration."""

    at: float
    code: int
    reason: str
    about: str = ""


def answers_parse(table: Mapping[str, str]) -> dict[str, Answer]:
    """The edge's table `trunk_answers`: `reg:USER@DOMAIN`, `ping:ID` or `lost:ID` to `TIME|CODE|CALL-ID|REASON`.

    Reasons are a stranger's words. What can't be read, or was not answered yet, is left out.
    """
    answers = {}
    for key, value in table.items():
        at, _, rest = value.partition("|")
        code, _, rest = rest.partition("|")
        about, _, reason = rest.partition("|")
        if not code.isdecimal() or not re.fullmatch(r"[0-9]+\.[0-9]+", at):
            continue
        answers[key] = Answer(_seconds(at), int(code), _UNPRINTABLE.sub("", reason)[:MAX_REASON], about)
    return answers


def _seconds(text: str) -> float:
    """The edge writes seconds and microseconds, the latter without leading zeros."""
    seconds, _, micros = text.partition(".")
    return int(seconds) + int(micros) / 1_000_000


@dataclass(slots=True)
class Pings:
    """Of one trunk: when it was asked, what it said, how long that took. Any answer shows that somebody is there."""

    interval_s: int
    asked_at: float = 0.0
    call_id: str = ""
    misses: int = 0
    has_answered: bool = False
    round_trip_ms: float | None = None

    @property
    def is_silent(self) -> bool:
        return self.misses >= MISSES_OF_SILENT

    def is_due(self, now: float) -> bool:
        if self.interval_s == 0 or self.call_id:
            return False
        pause = min(self.interval_s, ASK_SILENT_EVERY_S) if self.misses else self.interval_s
        return now >= self.asked_at + pause

    def hurry(self, lost: Answer | None, now: float) -> bool:
        """Whether it is to be asked at once: a call found no connection that has been looked at."""
        return lost is not None and not self.call_id and self.asked_at < lost.at <= now + 1

    def ask(self, call_id: str, now: float) -> None:
        self.call_id, self.asked_at = call_id, now

    def take(self, answer: Answer | None, now: float) -> None:
        """What there is by now for the question that is open."""
        if not self.call_id:
            return
        if answer is not None and answer.about == self.call_id:
            self.call_id, self.misses, self.has_answered = "", 0, True
            self.round_trip_ms = max(round((answer.at - self.asked_at) * 1000, 1), 0.1)
        elif now > self.asked_at + ANSWER_WITHIN_S:
            self.call_id, self.misses, self.round_trip_ms = "", self.misses + 1, None
