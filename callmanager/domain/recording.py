"""The words of recording calls: who wants it, what may be done to it, how it ends, what a tenant has set. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.sounds import prompt, stored


class RecordingCause(StrEnum):
    """Who wants the call recorded. `request`: somebody during the call; all others of themselves."""

    CALLER = "caller"
    CALLEE = "callee"
    TENANT = "tenant"
    TRUNK = "trunk"
    QUEUE = "queue"
    REQUEST = "request"


class RecordingStep(StrEnum):
    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"


class RecordingEnd(StrEnum):
    """Why a recording ended, or could not begin."""

    CALL_ENDED = "call_ended"
    REQUEST = "request"
    QUOTA_FULL = "quota_full"
    DISK_FULL = "disk_full"
    FAILED = "failed"
    WORKER_LOST = "worker_lost"

    @property
    def is_fault(self) -> bool:
        """People must hear of it."""
        return self in (RecordingEnd.QUOTA_FULL, RecordingEnd.DISK_FULL, RecordingEnd.FAILED)


class Announcement(StrEnum):
    """What both hear before they talk, when their call is recorded: nothing, a tone, or words in a language."""

    NONE = ""
    TONE = "tone"
    EN = "en"
    ES = "es"
    FR = "fr"
    IT = "it"
    RU = "ru"


@dataclass(frozen=True, slots=True)
class RecordingPolicy:
    """What a tenant has set."""

    is_all_recorded: bool = False
    is_two_tracks: bool = False
    announcement: Announcement = Announcement.NONE
    # Extensions may record calls of their own by code and by REST, and pause any recording of them.
    may_extensions_record: bool = True
    # The company's own file for the announcement, as the worker knows it; empty: none.
    own_announcement: str = ""


NOTHING_RECORDED = RecordingPolicy(may_extensions_record=False)


def announcement_sounds(policy: RecordingPolicy) -> tuple[str, ...]:
    """Nothing while recordings are not announced, whatever file there is."""
    if policy.own_announcement and policy.announcement is not Announcement.NONE:
        return (stored(policy.own_announcement),)
    match policy.announcement:
        case Announcement.NONE:
            return ()
        case Announcement.TONE:
            return (prompt("en", "beep"),)
        case language:
            return (prompt(language, "conf-now-recording"), prompt(language, "beep"))
