"""A call's journal: numbers its events, and keeps what the console shows of it while it runs."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.outcome import CallOutcome
from sipworker.call.context import CallContext
from sipworker.call.signals import MediaReport
from sipworker.ports import Clock, EventSink
from sipworker.runtime.media import media_document

# What the live call shows after such an event.
RECORDING_STATES = {
    CallEventKind.RECORDING_STARTED: "recording",
    CallEventKind.RECORDING_PAUSED: "paused",
    CallEventKind.RECORDING_RESUMED: "recording",
    CallEventKind.RECORDING_STOPPED: "",
}


class CallJournal:
    """Sequence numbers without gaps; nothing after `call_ended`."""

    __slots__ = ("_clock", "_context", "_live", "_next_sequence", "_sink", "_worker")

    def __init__(self, context: CallContext, sink: EventSink, clock: Clock, worker: str) -> None:
        self._context = context
        self._sink = sink
        self._clock = clock
        self._worker = worker
        self._next_sequence = 0
        self._live: dict[str, object] = {}

    @property
    def state(self) -> str:
        """Of the call, as the console shows it."""
        return str(self._live.get("state", "dialling"))

    def record(self, kind: CallEventKind, data: Mapping[str, object]) -> None:
        event = CallEvent(
            tenant_id=self._context.invite.tenant_id,
            session_id=self._context.session_id,
            sequence=self._next_sequence,
            kind=kind,
            at=self._clock.now().timestamp(),
            worker=self._worker,
            data=data,
        )
        self._next_sequence += 1
        self._sink.emit(event)
        if self._follow(event):
            self._sink.update_live_call(event.tenant_id, event.session_id, dict(self._live))

    def show_quality(self, sides: Mapping[str, Mapping[str, object]]) -> None:
        """For those who watch the call; no event, since it is no news."""
        figures = {f"{side}_{name}": value for side, shown in sides.items() for name, value in shown.items()}
        if figures and self._live and any(self._live.get(name) != value for name, value in figures.items()):
            self._live |= figures
            tenant_id, session_id = self._context.invite.tenant_id, self._context.session_id
            self._sink.update_live_call(tenant_id, session_id, dict(self._live))

    def show_talking(self, *, is_talking: bool) -> None:
        """In a conference; it comes and goes too often to be an event."""
        self._live["is_talking"] = is_talking
        tenant_id, session_id = self._context.invite.tenant_id, self._context.session_id
        self._sink.update_live_call(tenant_id, session_id, dict(self._live))

    def end(
        self,
        outcome: CallOutcome,
        caller_media: MediaReport | None,
        callee_media: MediaReport | None,
        quality: Mapping[str, object] | None = None,
    ) -> None:
        data: dict[str, object] = {
            "status": outcome.status.value,
            "ended_by": outcome.ended_by.value,
            "reason": outcome.reason,
            "sip_code": outcome.sip_code,
        }
        if caller_media is not None:
            data["caller_media"] = media_document(caller_media)
        if callee_media is not None:
            data["callee_media"] = media_document(callee_media)
        self.record(CallEventKind.CALL_ENDED, data | dict(quality or {}))
        self._sink.update_live_call(self._context.invite.tenant_id, self._context.session_id, None)

    def _follow(self, event: CallEvent) -> bool:
        """Change the live document; False where the event changes nothing that is shown."""
        match event.kind:
            case CallEventKind.CALL_START:
                self._live = self._new_live_call(event)
            case CallEventKind.CALLER_ANSWERED:
                self._live["caller_user_agent"] = event.data["user_agent"]
            case CallEventKind.TARGET_RINGING:
                if self._live.get("state") != "dialling":
                    return False
                self._live["state"] = "ringing"
            case CallEventKind.CALL_ESTABLISHED:
                self._live |= {
                    "state": "talking",
                    "answered_at": event.at,
                    "answered_number": event.data["number"],
                    "answered_by": event.data["answered_by"],
                    "contact": event.data["contact"],
                    "callee_user_agent": event.data["user_agent"],
                }
            case CallEventKind.TRANSFER_STARTED:
                self._live["transferring_to"] = event.data["transfer_target"]
            case CallEventKind.TRANSFER_FAILED:
                self._live["transferring_to"] = ""
            case CallEventKind.CALL_JOINED | CallEventKind.CALL_TRANSFERRED:
                self._follow_seat(event.data)
            case CallEventKind.CALL_PARKED:
                self._live |= {
                    "park_slot": event.data["slot"],
                    "parked_by": event.data["parked_by"],
                    "parked_number": event.data["number"],
                    "parked_at": event.at,
                }
            case CallEventKind.CALL_UNPARKED:
                self._live |= {"park_slot": "", "parked_by": "", "parked_number": "", "parked_at": None}
            case CallEventKind.MONITOR_STARTED | CallEventKind.MONITOR_CHANGED:
                self._live |= {"monitored": event.data["monitored"], "monitor_mode": event.data["mode"]}
            case CallEventKind.TARGET_ADD:
                return self._follow_target(event)
            case CallEventKind.CONFERENCE_JOINED:
                self._live["conference"] = event.data["conference"]
            case CallEventKind.CONFERENCE_LEFT:
                self._live |= {"conference": "", "is_talking": False}
            case _ if event.kind in RECORDING_STATES:
                self._live["recording"] = RECORDING_STATES[event.kind]
            case CallEventKind.CALL_HOLD | CallEventKind.CALL_UNHOLD:
                self._follow_hold(str(event.data["side"]), event.kind is CallEventKind.CALL_HOLD)
            case CallEventKind.CALL_MUTE | CallEventKind.CALL_UNMUTE:
                side, is_muted = str(event.data["side"]), event.kind is CallEventKind.CALL_MUTE
                self._live["muted"] = sorted(self._sides("muted", side, is_muted))
            case _:
                return False
        return True

    def _new_live_call(self, event: CallEvent) -> dict[str, object]:
        return {
            "session_id": event.session_id,
            "worker": event.worker,
            "call_id": event.data["call_id"],
            "direction": event.data["direction"],
            "caller": event.data["caller"],
            "caller_display_name": event.data["caller_display_name"],
            "callee": event.data["callee"],
            "source": event.data["source"],
            "caller_user_agent": event.data["user_agent"],
            "state": "dialling",
            "started_at": event.at,
            "answered_at": None,
            "held_by": [],
            "muted": [],
            "caller_now": "",
            "is_transferred": False,
            "transferring_to": "",
            "is_caller_outside": event.data["direction"] == "in",
            "trunk_name": event.data.get("trunk_name", ""),
            "did": event.data.get("did", ""),
            "outbound_trunk_name": "",
            "rung": [],
            "park_slot": "",
            "parked_by": "",
            "parked_number": "",
            "parked_at": None,
            "monitored": "",
            "monitor_mode": "",
            "is_confidential": event.data.get("is_confidential", False),
            "recording": "",
            "conference": "",
            "is_talking": False,
        }

    def _follow_target(self, event: CallEvent) -> bool:
        if "trunk_id" in event.data:
            self._live["outbound_trunk_name"] = event.data["trunk_name"]
            return True
        rung = self._live["rung"]
        known = rung if isinstance(rung, list) else []
        if event.data["number"] in known:
            return False
        self._live["rung"] = [*known, event.data["number"]]
        return True

    def _follow_seat(self, data: Mapping[str, object]) -> None:
        """Somebody else is on that side now; who called and what was dialled stays as it was."""
        self._live |= {"is_transferred": True, "transferring_to": ""}
        if data["side"] == "caller":
            self._live |= {"caller_now": data["number"], "is_caller_outside": "trunk_id" in data}
            return
        self._live |= {
            "answered_number": data["number"],
            "answered_by": data["answered_by"],
            "contact": data["contact"],
            "callee_user_agent": data["user_agent"],
        }

    def _follow_hold(self, side: str, is_held: bool) -> None:
        sides = self._sides("held_by", side, is_held)
        self._live |= {"held_by": sorted(sides), "state": "held" if sides else "talking"}

    def _sides(self, of: str, side: str, is_in: bool) -> set[str]:
        known = self._live.get(of)
        sides: set[str] = set(map(str, known)) if isinstance(known, list) else set()
        return sides | {side} if is_in else sides - {side}
