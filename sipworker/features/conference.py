"""Somebody in a conference room, or at its door: the PIN, what is said, and the keys of those inside.

Who is in and who hears whom is known to the room alone; this is one caller's side of it. Keys in the room: `*` and then
1 (mute or unmute oneself), and for admins 2 (lock or unlock), 3 (send out who came last), 4 (mute or unmute all) and
0 (end the conference).
"""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.decisions import EnterConference
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.spoken import words
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    AnswerRequest,
    EndCall,
    PlayFiles,
    PlayMusicOnHold,
    StartTimer,
    StopFiles,
    StopMusicOnHold,
    StopTimer,
)
from sipworker.call.conferencing import (
    JoinConference,
    News,
    OrderDone,
    OrderInConference,
    PressInConference,
    RoomClosed,
    RoomEntered,
    RoomKey,
    RoomNews,
)
from sipworker.call.context import CallContext
from sipworker.call.mailbox_actions import CheckPin
from sipworker.call.requests import RoomOrdered
from sipworker.call.signals import DigitPressed, LegId, PinChecked, PlaybackEnded, Signal, TimerFired
from sipworker.features import established

PLAYBACK, PIN_TIMER = "conference", "conference_pin"
PIN_WAIT_S = 10.0
PIN_LENGTH_MAX = 12
MAX_TRIES = 3
MENU_KEY = "*"
KEYS = {
    "1": RoomKey.MUTE_SELF,
    "2": RoomKey.LOCK,
    "3": RoomKey.KICK_LAST,
    "4": RoomKey.MUTE_ALL,
    "0": RoomKey.END,
}
_SAID = {
    News.JOINED: ("beep",),
    News.LEFT: ("beep",),
    News.ALONE: ("beep", "conf-onlyperson"),
    News.MUTED: ("conf-muted",),
    News.UNMUTED: ("conf-unmuted",),
    News.ROOM_MUTED: ("conf-now-muted",),
    News.ROOM_UNMUTED: ("conf-now-unmuted",),
    News.LOCKED: ("conf-lockednow",),
    News.UNLOCKED: ("conf-unlockednow",),
}
_CLOSED = {"locked": "conf-locked", "full": "conf-full", "deleted": "vm-goodbye"}


@dataclass(frozen=True, slots=True)
class Guest:
    """Whose leg it is: of who has called the room, or of whom the room has called."""

    leg: LegId
    number: str
    name: str = ""


class Conferring:
    def __init__(self, context: CallContext, decision: EnterConference, guest: Guest | None = None) -> None:
        """`guest`: somebody whom the room has called; they need no PIN."""
        self._context = context
        self._decision = decision
        self._is_invited = guest is not None
        self._guest = guest or Guest(context.caller_leg, context.caller, context.caller_display_name)
        snapshot = context.snapshot
        self._room: ConferenceRoom | None = (
            snapshot.find_conference(decision.number) if snapshot is not None else None
        )
        self._typed = ""
        self._tries = 0
        self._is_inside = False
        self._is_menu_open = False
        self._is_playing_music = False
        # Set when nothing follows but the end.
        self._outcome: CallOutcome | None = None

    def start(self) -> tuple[Action, ...]:
        room = self._room
        if room is None:
            return (EndCall(_over("The conference room is not there any more")),)
        if self._is_invited:
            return self._join(is_admin=False)
        answered = (
            AnswerLeg(self._context.caller_leg),
            established.by_service("conference", self._context, room.number),
        )
        is_asked = bool(room.room_pin_token or room.admin_pin_token)
        return (*answered, *(self._ask("conf-getpin") if is_asked else self._join(is_admin=False)))

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        if self._outcome is not None:
            is_said = isinstance(signal, PlaybackEnded) and signal.playback == PLAYBACK
            return (EndCall(self._outcome),) if is_said else ()
        match signal:
            case DigitPressed(digit=digit):
                return self._press(digit) if self._is_inside else self._type(digit)
            case TimerFired(timer=timer) if timer == PIN_TIMER:
                return self._check()
            case PinChecked() if not self._is_inside:
                return self._judge(signal)
            case RoomEntered(others=others):
                return self._enter(others)
            case RoomClosed(why=why):
                return self._bid_farewell(_over(f"The conference room is {why}"), _CLOSED[why])
            case RoomNews(what=what):
                return self._tell(what)
            case RoomOrdered(order=order, is_on=is_on) if self._is_inside:
                return (OrderInConference(order, is_on),)
            case OrderDone(room=shown):
                return (AnswerRequest(result=shown),)
            case _:
                return ()

    # The door

    def _ask(self, *names: str) -> tuple[Action, ...]:
        self._typed = ""
        return (self._say(*names), StartTimer(PIN_TIMER, PIN_WAIT_S))

    def _type(self, digit: str) -> tuple[Action, ...]:
        quiet = StopFiles(self._guest.leg, PLAYBACK)
        if digit == "#":
            return (quiet, *self._check())
        if digit.isdigit() and len(self._typed) < PIN_LENGTH_MAX:
            self._typed += digit
        return (quiet, StartTimer(PIN_TIMER, PIN_WAIT_S))

    def _check(self) -> tuple[Action, ...]:
        room = self._room
        if room is None:
            return ()
        done = StopTimer(PIN_TIMER)
        if self._typed:
            check = CheckPin(room.number, self._typed, room.room_pin_token, room.admin_pin_token)
            return (done, check)
        if not room.room_pin_token:
            return (done, *self._join(is_admin=False))
        # Who has typed nothing has guessed nothing.
        return (done, *self._ask_again("conf-getpin"))

    def _judge(self, checked: PinChecked) -> tuple[Action, ...]:
        if checked.is_right:
            return self._join(is_admin=checked.is_other)
        if checked.is_locked:
            self._tries = MAX_TRIES
        return self._ask_again("conf-invalidpin", "conf-getpin")

    def _ask_again(self, *names: str) -> tuple[Action, ...]:
        self._tries += 1
        if self._tries >= MAX_TRIES:
            return self._bid_farewell(_over("Wrong PIN"), "conf-invalidpin")
        return self._ask(*names)

    def _join(self, *, is_admin: bool) -> tuple[Action, ...]:
        guest = self._guest
        return (JoinConference(self._decision.number, guest.leg, guest.number, guest.name, is_admin),)

    # Inside

    def _enter(self, others: int) -> tuple[Action, ...]:
        self._is_inside = True
        if others:
            return () if self._is_silent else (self._say("beep"),)
        music = self._play_music()
        return music if self._is_silent else (*music, self._say("conf-onlyperson"))

    def _press(self, digit: str) -> tuple[Action, ...]:
        if digit == MENU_KEY:
            self._is_menu_open = True
            return ()
        was_open, self._is_menu_open = self._is_menu_open, False
        key = KEYS.get(digit) if was_open else None
        return (PressInConference(key),) if key is not None else ()

    def _tell(self, what: News) -> tuple[Action, ...]:
        """Comings and goings are not told in a room without prompts; what became of a key always is."""
        if what is News.KICKED:
            return self._bid_farewell(_over("Sent out of the conference"), "conf-kicked")
        if what is News.ENDED:
            return self._bid_farewell(_over("The conference was ended"), "vm-goodbye")
        music: tuple[Action, ...] = ()
        if what is News.JOINED:
            music = self._stop_music()
        elif what is News.ALONE:
            music = self._play_music()
        is_traffic = what in (News.JOINED, News.LEFT, News.ALONE)
        return music if is_traffic and self._is_silent else (*music, self._say(*_SAID[what]))

    @property
    def _is_silent(self) -> bool:
        return self._room is not None and self._room.is_prompt_silent

    def _say(self, *names: str) -> PlayFiles:
        language = self._room.language if self._room is not None else "en"
        return PlayFiles(self._guest.leg, PLAYBACK, words(language, names))

    def _bid_farewell(self, outcome: CallOutcome, *names: str) -> tuple[Action, ...]:
        self._outcome = outcome
        return (*self._stop_music(), StopTimer(PIN_TIMER), self._say(*names))

    def _play_music(self) -> tuple[Action, ...]:
        music = self._context.music
        if self._is_playing_music or music is None:
            return ()
        self._is_playing_music = True
        return (PlayMusicOnHold(self._guest.leg, music),)

    def _stop_music(self) -> tuple[Action, ...]:
        music = self._context.music
        if not self._is_playing_music or music is None:
            return ()
        self._is_playing_music = False
        return (StopMusicOnHold(self._guest.leg, music),)


def _over(reason: str) -> CallOutcome:
    return CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, reason, 200)
