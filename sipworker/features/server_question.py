"""One question of a receptionist to a company's server, what the caller hears meanwhile and how long that may take."""

from __future__ import annotations

from callmanager.domain.menu_action import (
    ActionAnswer,
    ActionTrigger,
    MenuAction,
    ServerWish,
    is_only_one,
    question,
)
from callmanager.domain.receptionist import ReadAs, ReceptionistEntry
from sipworker.call.actions import Action, PlayMusicOnHold, StartTimer, StopMusicOnHold, StopTimer
from sipworker.call.context import CallContext
from sipworker.call.server_actions import AskServer, ServerAnswered
from sipworker.call.signals import TimerFired

QUIET_TIMER, PATIENCE_TIMER = "receptionist_quiet", "receptionist_server"
# A server that answers at once is not worth a snatch of music.
QUIET_S = 0.7
# Whoever asks keeps both time-outs; this one is for whoever does not come back at all.
GRACE_S = 2.0
NO_ANSWER = ServerWish(ActionAnswer.FAILED, why="The server did not answer in time.")


class ServerQuestion:
    """`wish` is the answer, once there is one; of an action with a number there is one at once."""

    __slots__ = ("_action", "_asked", "_context", "_desk", "_hears_music", "_pressed", "wish")

    def __init__(
        self, context: CallContext, desk: ReceptionistEntry, action: MenuAction, pressed: str
    ) -> None:
        self._context = context
        self._desk = desk
        self._action = action
        self._pressed = pressed
        self._asked = context.new_question() if action.url else ""
        self._hears_music = False
        self.wish: ServerWish | None = None

    def start(self) -> tuple[Action, ...]:
        action = self._action
        if not action.url:
            self.wish = ServerWish(ActionAnswer.CALL, action.number)
            return ()
        context = self._context
        asked = question(
            caller=context.caller,
            caller_name=context.caller_display_name,
            number=self._desk.number,
            name=self._desk.name,
            pressed=self._pressed,
        )
        patience_s = action.connect_timeout_s + action.answer_timeout_s + GRACE_S
        return (
            AskServer(self._asked, action, asked),
            StartTimer(QUIET_TIMER, QUIET_S),
            StartTimer(PATIENCE_TIMER, patience_s),
        )

    def handle(self, signal: ServerAnswered | TimerFired) -> tuple[Action, ...]:
        match signal:
            case ServerAnswered(asked=asked, wish=wish) if asked == self._asked:
                return self._end(wish)
            case TimerFired(timer=timer) if timer == PATIENCE_TIMER:
                return self._end(NO_ANSWER)
            case TimerFired(timer=timer) if timer == QUIET_TIMER and self._context.music is not None:
                self._hears_music = True
                return (PlayMusicOnHold(self._context.caller_leg, self._context.music),)
            case _:
                return ()

    @property
    def has_chosen(self) -> bool:
        """Whether the caller has chosen something by it: not where it failed, and not by being who they are."""
        is_pressed = self._action.trigger is ActionTrigger.DTMF
        return is_pressed and self.wish is not None and self.wish.answer is not ActionAnswer.FAILED

    def told(self) -> dict[str, object]:
        """Of the event. Digits that were only within a range are not told: they may be those of a bank card."""
        wish = self.wish or NO_ANSWER
        is_known = is_only_one(self._action.matches, self._pressed)
        return {
            "receptionist": self._desk.number,
            "pressed": self._pressed if is_known else "",
            "read_as": ReadAs.ACTION.value,
            "action": self._action.name,
            "answer": wish.answer.value,
            "number": wish.destination,
            "reason": wish.why,
        }

    def _end(self, wish: ServerWish) -> tuple[Action, ...]:
        self.wish = wish
        timers = (StopTimer(QUIET_TIMER), StopTimer(PATIENCE_TIMER))
        if not self._hears_music or self._context.music is None:
            return timers
        return (*timers, StopMusicOnHold(self._context.caller_leg, self._context.music))
