"""A call drawn as people draw calls: a lane for each party, an arrow for each message. Geometry, no markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.ladder_lanes import ANSWERS, CALLER, PBX, caller_lanes, lane_of, seats_before
from callmanager.domain.recording_story import RECORDING_KINDS

LANE_WIDTH = 210
HEAD_HEIGHT = 46
ROW_HEIGHT = 34
MARGIN = 70
# So much time between two messages is shown as a break in the lanes.
BREAK_S = 10.0
BREAK_HEIGHT = 26
MAX_ROWS = 200


class Tone(StrEnum):
    """How an arrow is coloured."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Lane:
    title: str
    subtitle: str
    x: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one lane to another at one height; `offset_s` counts from the start of the call.

    `sequence` is that of its event; `is_new`: the clock has gone on since the arrow before.
    """

    x1: int
    x2: int
    y: int
    label: str
    tone: Tone
    offset_s: float
    sequence: int = 0
    is_new: bool = True
    # Of the event's place among several calls.
    anchor: str = ""

    @property
    def clock(self) -> str:
        return f"{self.offset_s * 1000:.0f} ms" if self.offset_s < 1 else f"{self.offset_s:.2f} s"

    @property
    def points_right(self) -> bool:
        return self.x2 > self.x1

    @property
    def text_x(self) -> float:
        return (self.x1 + self.x2) / 2

    @property
    def tip(self) -> str:
        """The arrow head, as the points of a polygon."""
        back = -8 if self.points_right else 8
        return f"{self.x2},{self.y} {self.x2 + back},{self.y - 4} {self.x2 + back},{self.y + 4}"


@dataclass(frozen=True, slots=True)
class Talk:
    """The time the parties spoke."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Break:
    """Nothing was said for a while."""

    y: int
    seconds: float

    @property
    def label(self) -> str:
        minutes, seconds = divmod(round(self.seconds), 60)
        hours, minutes = divmod(minutes, 60)
        parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
        return " ".join(f"{count} {unit}" for count, unit in parts if count)


@dataclass(frozen=True, slots=True)
class Ladder:
    width: int
    height: int
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]
    talk: Talk | None
    breaks: tuple[Break, ...] = ()

    @property
    def middle(self) -> float:
        return self.width / 2

    @property
    def is_wide(self) -> bool:
        """So many lanes that it is scrolled rather than made smaller."""
        return len(self.lanes) > 4


@dataclass(frozen=True, slots=True)
class _Message:
    sender: str
    receiver: str
    label: str
    tone: Tone = Tone.PLAIN


def in_order(events: Sequence[CallEvent]) -> list[CallEvent]:
    """One call by its numbers; calls that belong together by the clock."""
    story = sorted(events, key=lambda event: (event.at, event.sequence))
    if len({event.session_id for event in story}) == 1:
        story.sort(key=lambda event: event.sequence)
    return story


def anchor_of(session_id: str, sequence: int) -> str:
    return f"{session_id}-{sequence}"


def draw_ladder(events: Sequence[CallEvent], main_session: str = "") -> Ladder:
    """The ladder of one call; events may come in any order. No events: an empty ladder of two lanes.

    Calls that somebody came from or left for may be drawn into it: `main_session` is the one it is about.
    """
    story = in_order(events)[:MAX_ROWS]
    main = main_session or (story[0].session_id if story else "")
    callers = caller_lanes(story, main)
    lanes = _lanes(story, main, callers)
    started_at = story[0].at if story else 0.0
    arrows: list[Arrow] = []
    talk_from: int | None = None
    talk_to: int | None = None
    breaks: list[Break] = []
    before_s = 0.0
    for event in story:
        for message in _messages(event, story):
            offset_s = max(0.0, event.at - started_at)
            y = HEAD_HEIGHT + ROW_HEIGHT * (len(arrows) + 1) + BREAK_HEIGHT * len(breaks)
            if offset_s - before_s >= BREAK_S:
                breaks.append(Break(y - 12, offset_s - before_s))
                y += BREAK_HEIGHT
            sender, receiver = (
                lanes[callers[event.session_id] if lane == CALLER else lane].x
                for lane in (message.sender, message.receiver)
            )
            is_new = not arrows or arrows[-1].offset_s != offset_s
            arrows.append(
                Arrow(
                    x1=sender,
                    x2=receiver,
                    y=y,
                    label=message.label,
                    tone=message.tone,
                    offset_s=offset_s,
                    sequence=event.sequence,
                    is_new=is_new,
                    anchor=anchor_of(event.session_id, event.sequence),
                )
            )
            before_s = offset_s
            if event.session_id != main:
                continue
            if event.kind is CallEventKind.CALL_ESTABLISHED:
                talk_from = y
            elif event.kind is CallEventKind.CALL_ENDED and talk_to is None:
                talk_to = y
    width = MARGIN * 2 + LANE_WIDTH * (len(lanes) - 1)
    height = HEAD_HEIGHT + ROW_HEIGHT * (len(arrows) + 2) + BREAK_HEIGHT * len(breaks)
    talk = None
    if talk_from is not None:
        end = talk_to if talk_to is not None else height
        talk = Talk(MARGIN - 5, talk_from, width - 2 * MARGIN + 10, max(0, end - talk_from))
    return Ladder(width, height, tuple(lanes.values()), tuple(arrows), talk, tuple(breaks))


def _lanes(story: Sequence[CallEvent], main: str, callers: Mapping[str, str]) -> dict[str, Lane]:
    starts = [event for event in story if event.kind is CallEventKind.CALL_START]
    about = next((event.data for event in starts if event.session_id == main), {})
    agent = _text(about, "user_agent")
    lanes = {
        CALLER: Lane(_text(about, "caller") or "Caller", _text(about, "trunk_name") or agent, MARGIN),
        PBX: Lane("PBX", "", MARGIN + LANE_WIDTH),
    }
    for event in story:
        x = MARGIN + LANE_WIDTH * len(lanes)
        caller, target = callers[event.session_id], lane_of(event)
        if event.kind is CallEventKind.CALL_START and caller not in lanes:
            way = _text(event.data, "trunk_name") or _text(event.data, "user_agent")
            lanes[caller] = Lane(_text(event.data, "caller") or "Caller", way, x)
        elif caller not in lanes:
            lanes[caller] = Lane("Caller", "", x)
            x += LANE_WIDTH
        if target not in lanes:
            title = _text(event.data, "number") or "Target"
            group = _text(event.data, "ring_group")
            way = _text(event.data, "trunk_name") or _text(event.data, "user_agent")
            lanes[target] = Lane(f"{title} of {group}" if group else title, way, x)
    return lanes


def _messages(event: CallEvent, story: Sequence[CallEvent]) -> tuple[_Message, ...]:
    data = event.data
    target = lane_of(event)
    answer = _answer(data)
    match event.kind:
        case CallEventKind.CALL_START if data.get("request_id"):
            return (_Message(PBX, CALLER, f"INVITE for {_text(data, 'callee')}"),)
        case CallEventKind.CALL_START:
            return (_Message(CALLER, PBX, f"INVITE {_text(data, 'callee')}"),)
        case CallEventKind.CALLER_ANSWERED:
            return (_Message(CALLER, PBX, "200 OK", Tone.GOOD),)
        case CallEventKind.TARGET_ADD:
            return (_Message(PBX, target, "INVITE"),)
        case CallEventKind.TARGET_RINGING:
            label = "183 Session Progress" if data.get("early_media") else "180 Ringing"
            return (_Message(target, PBX, label), _Message(PBX, CALLER, label))
        case CallEventKind.TARGET_ANSWERED:
            return (_Message(target, PBX, "200 OK", Tone.GOOD),)
        case CallEventKind.TARGET_FAIL:
            return (_Message(target, PBX, answer or "failed", Tone.BAD),)
        case CallEventKind.TARGET_NOANSWER | CallEventKind.TARGET_ENDED:
            return _given_up(event, story)
        case CallEventKind.CALL_ESTABLISHED:
            to_caller = _Message(PBX, CALLER, "200 OK", Tone.GOOD)
            return (to_caller,) if target == PBX else (_Message(target, PBX, "200 OK", Tone.GOOD), to_caller)
        case CallEventKind.CALL_HOLD | CallEventKind.CALL_UNHOLD:
            side = _side(event, story)
            return (_Message(side, PBX, "hold" if event.kind is CallEventKind.CALL_HOLD else "resume"),)
        case CallEventKind.CALL_MUTE | CallEventKind.CALL_UNMUTE:
            side = _side(event, story)
            return (_Message(PBX, side, "mute" if event.kind is CallEventKind.CALL_MUTE else "unmute"),)
        case CallEventKind.CALL_REROUTE:
            # To whom is told by the next INVITE; of the caller's own wish nobody tells the caller.
            why = _text(data, "reason").replace("_", " ")
            return (_Message(PBX, CALLER, f"181 Forwarded ({why})"),) if why != "menu" else ()
        case CallEventKind.CALL_NOANSWER | CallEventKind.CALL_FAIL:
            return (_Message(PBX, CALLER, answer or "failed", Tone.BAD),)
        case CallEventKind.CALL_PARKED | CallEventKind.CALL_UNPARKED:
            return (_Message(PBX, CALLER, _parking_words(event)),)
        case CallEventKind.MONITOR_STARTED:
            return (_Message(PBX, CALLER, f"Call of {_text(data, 'monitored')} ({_text(data, 'mode')})"),)
        case CallEventKind.MONITOR_CHANGED:
            return (_Message(CALLER, PBX, f"Monitors by {_text(data, 'mode')}"),)
        case CallEventKind.CALL_ENDED:
            return _hang_up(event, story)
        case _:
            return _of_transfer(event, story) or _of_service(event)


def _of_transfer(event: CallEvent, story: Sequence[CallEvent]) -> tuple[_Message, ...]:
    """Who comes and goes in a call that has been answered."""
    data, target = event.data, lane_of(event)
    match event.kind:
        case CallEventKind.TRANSFER_STARTED:
            return (_Message(_side(event, story), PBX, f"REFER to {_text(data, 'transfer_target')}"),)
        case CallEventKind.TRANSFER_FAILED:
            return (_Message(PBX, _side(event, story), f"NOTIFY {_answer(data)}".strip(), Tone.BAD),)
        case CallEventKind.CALL_TRANSFERRED:
            leaving = _Message(PBX, _side(event, story), "NOTIFY 200 OK", Tone.GOOD)
            return (leaving,) if target == PBX else (_Message(target, PBX, "200 OK", Tone.GOOD), leaving)
        case CallEventKind.CALL_JOINED:
            why = _text(data, "reason")
            return (_Message(target, PBX, f"joins ({why})", Tone.GOOD),)
        case CallEventKind.CALL_MOVED:
            is_known = any(lane_of(one) == target for one in story if one is not event)
            return (_Message(PBX, target if is_known else CALLER, "goes on in another call"),)
        case _:
            return ()


def _given_up(event: CallEvent, story: Sequence[CallEvent]) -> tuple[_Message, ...]:
    """Of who talks the call's end tells; who talked and left before is hung up, who only rang is cancelled."""
    if lane_of(event) in seats_before(event, story).values():
        return ()
    method = "BYE" if _is_answered(event, story) else "CANCEL"
    return (_Message(PBX, lane_of(event), f"{method} {_text(event.data, 'reason')}".strip()),)


def _of_service(event: CallEvent) -> tuple[_Message, ...]:
    """What the PBX itself does with the caller."""
    data = event.data
    match event.kind:
        case CallEventKind.MENU_CHOSEN:
            return (_pressed(event),)
        case CallEventKind.QUEUE_ENTERED:
            return (_Message(CALLER, PBX, f"Waits in queue {_text(data, 'queue')}"),)
        case CallEventKind.QUEUE_SLA_BREACHED:
            return (_Message(CALLER, PBX, f"Waits for {_text(data, 'sla_s')} s", Tone.BAD),)
        case CallEventKind.VOICEMAIL_STARTED:
            return (_Message(CALLER, PBX, f"Message for {_text(data, 'mailbox')}"),)
        case CallEventKind.VOICEMAIL_TAKEN_BACK:
            return (_Message(CALLER, PBX, "Message taken back"),)
        case _:
            return _recording(event)


def _parking_words(event: CallEvent) -> str:
    slot = _text(event.data, "slot")
    if event.kind is CallEventKind.CALL_PARKED:
        return f"Parked on {slot}"
    return f"Left place {slot} ({_text(event.data, 'reason').replace('_', ' ')})"


def _recording(event: CallEvent) -> tuple[_Message, ...]:
    """Of the others nothing is drawn."""
    if event.kind not in RECORDING_KINDS:
        return ()
    done = event.kind.value.removeprefix("recording_")
    why = _text(event.data, "why").replace("_", " ")
    return (_Message(PBX, CALLER, f"Recording {done} ({why})" if why else f"Recording {done}"),)


def _pressed(event: CallEvent) -> _Message:
    if _text(event.data, "read_as") == "unknown":
        return _Message(CALLER, PBX, "Presses something unknown", Tone.BAD)
    return _Message(CALLER, PBX, f"Presses {_text(event.data, 'pressed')}")


def _hang_up(event: CallEvent, story: Sequence[CallEvent]) -> tuple[_Message, ...]:
    seats = seats_before(event, story)
    caller, callee = seats["caller"], seats.get("callee", "")
    if callee == "":
        # Never answered: only a caller who gave up says something more here.
        is_cancel = event.data.get("ended_by") == "caller"
        return (_Message(CALLER, PBX, "CANCEL"),) if is_cancel else ()
    to_callee = () if callee == PBX else (_Message(PBX, callee, "BYE"),)
    match event.data.get("ended_by"):
        case "caller":
            return (_Message(caller, PBX, "BYE"), *to_callee)
        case "callee" if callee != PBX:
            return (_Message(callee, PBX, "BYE"), _Message(PBX, caller, "BYE"))
        case _:
            moved = next((lane_of(one) for one in story if _is_move_of(one, event)), "")
            to_caller = _Message(PBX, CALLER if moved == callee else caller, "BYE")
            if moved:
                # Who moved talks on in the other call.
                return (to_caller,) if moved == callee else to_callee
            return (to_caller, *to_callee)


def _is_move_of(one: CallEvent, event: CallEvent) -> bool:
    return one.kind is CallEventKind.CALL_MOVED and one.session_id == event.session_id


def _is_answered(event: CallEvent, story: Sequence[CallEvent]) -> bool:
    """Whether who is ended by this event had talked."""
    return any(
        one.kind in ANSWERS and lane_of(one) == lane_of(event) and one.session_id == event.session_id
        for one in story
    )


def _side(event: CallEvent, story: Sequence[CallEvent]) -> str:
    """The lane of who is on that side of the call at that moment."""
    return seats_before(event, story).get(str(event.data.get("side")), PBX)


def _answer(data: Mapping[str, object]) -> str:
    return f"{_text(data, 'sip_code')} {_text(data, 'reason')}".strip()


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)
