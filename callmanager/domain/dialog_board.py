"""Who is on which call, for lamps: followed from live events, set right by the tables of live calls. Pure.

One dialog for each call of an extension, whichever of its phones ring, and one for the ring group that was called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.call_parties import inside_numbers
from callmanager.domain.lamp_documents import Dialog, DialogSide, DialogState
from callmanager.domain.live_call import CallSide, LiveCall
from callmanager.domain.subscriptions import CONFIDENTIAL, EXTENSION_EVENTS

# A call that began just now may not be in the table yet.
TABLE_LAGS_S = 3.0
_OF_STATE = {
    "dialling": DialogState.TRYING,
    "ringing": DialogState.EARLY,
    "talking": DialogState.CONFIRMED,
    "held": DialogState.CONFIRMED,
}
# Of lines that are no number; what is dialled to come there is the company's own choice.
_PARK = "park/"
_GONE = (CallEventKind.TARGET_FAIL, CallEventKind.TARGET_NOANSWER, CallEventKind.TARGET_ENDED)


@dataclass(frozen=True, slots=True)
class Line:
    """A number of a tenant: an extension's, or a group's; or a parking place."""

    tenant_id: int
    number: str

    @property
    def park_slot(self) -> str:
        """Empty: it is a number."""
        return self.number.removeprefix(_PARK) if self.number.startswith(_PARK) else ""


@dataclass(frozen=True, slots=True)
class _Target:
    """A phone that rings or talks. `number` is empty for somebody outside, `group` unless it rings as a member."""

    number: str
    group: str
    state: DialogState


@dataclass(slots=True)
class _Call:
    tenant_id: int
    caller: str
    caller_state: DialogState
    known_at: float
    targets: dict[str, _Target] = field(default_factory=dict)
    # Sides that hold.
    held: frozenset[str] = frozenset()
    park_slot: str = ""

    def dialogs(self, session_id: str) -> Iterator[tuple[str, Dialog]]:
        """Number and dialog; of several phones of one number the one that is furthest."""
        if self.caller:
            dialog_id = f"{session_id}-a"
            yield (
                self.caller,
                Dialog(dialog_id, DialogSide.INITIATOR, self.caller_state, "caller" in self.held),
            )
        if self.park_slot:
            dialog = Dialog(f"{session_id}-p", DialogSide.RECIPIENT, DialogState.CONFIRMED)
            yield f"{_PARK}{self.park_slot}", dialog
        furthest: dict[str, DialogState] = {}
        for target in self.targets.values():
            for number in filter(None, (target.number, target.group)):
                furthest[number] = max(furthest.get(number, target.state), target.state, key=_ORDER.index)
        for number, state in furthest.items():
            if number != self.caller:
                dialog = Dialog(f"{session_id}-b", DialogSide.RECIPIENT, state, "callee" in self.held)
                yield number, dialog


# Stands for the agents of a queue while none of them rings.
_WAITING = "queue"
_ORDER = (DialogState.TRYING, DialogState.EARLY, DialogState.CONFIRMED)


class DialogBoard:
    """What was said to be changed by `hear` or `compare` is read with `dialogs`."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}
        self._shown: dict[Line, dict[str, Dialog]] = {}
        # When: the tables may name them a moment longer.
        self._ended: dict[str, float] = {}

    def dialogs(self, line: Line) -> tuple[Dialog, ...]:
        return tuple(self._shown.get(line, {}).values())

    @property
    def lines(self) -> frozenset[Line]:
        """Those on a call."""
        return frozenset(self._shown)

    def hear(self, message: Mapping[str, object], at: float) -> frozenset[Line]:
        """A live event; the lines for which something changed."""
        data = message.get("data")
        tenant_id = message.get("tenant_id")
        if message.get("topic") != EXTENSION_EVENTS or not isinstance(data, Mapping):
            return frozenset()
        # Who monitors whom stays with the monitor: a lamp would tell that somebody does.
        if message.get(CONFIDENTIAL):
            return frozenset()
        session_id = str(data.get("session_id", ""))
        if not session_id or not isinstance(tenant_id, int):
            return frozenset()
        before = self._dialogs_of(session_id)
        self._follow(session_id, tenant_id, str(message.get("key")), data, at)
        return self._show(session_id, before)

    def compare(self, tables: Mapping[int, Iterable[LiveCall]], at: float) -> frozenset[Line]:
        """With all live calls there are, by tenant: what is not among them is over, what was missed is taken in."""
        changed: set[Line] = set()
        self._ended = {
            session_id: ended for session_id, ended in self._ended.items() if ended + TABLE_LAGS_S > at
        }
        present = {
            call.session_id: (tenant_id, call)
            for tenant_id, calls in tables.items()
            for call in calls
            if not call.is_confidential
        }
        for session_id, known in list(self._calls.items()):
            if session_id not in present and known.known_at + TABLE_LAGS_S < at:
                before = self._dialogs_of(session_id)
                del self._calls[session_id]
                changed |= self._show(session_id, before)
        for session_id, (tenant_id, call) in present.items():
            if session_id not in self._calls and session_id not in self._ended:
                self._calls[session_id] = _from_table(tenant_id, call, at)
                changed |= self._show(session_id, {})
        return frozenset(changed)

    def _follow(
        self, session_id: str, tenant_id: int, key: str, data: Mapping[str, object], at: float
    ) -> None:
        if key == CallEventKind.CALL_START.value:
            inside = inside_numbers(_text(data, "direction"), _text(data, "caller"), "")
            self._calls[session_id] = _Call(tenant_id, (*inside, "")[0], DialogState.TRYING, at)
            return
        call = self._calls.get(session_id)
        if call is None:
            # From before we listened: the tables tell.
            return
        target_id = _text(data, "target_id")
        match key:
            case CallEventKind.TARGET_ADD.value:
                number = "" if _text(data, "trunk_name") else _text(data, "number")
                call.targets[target_id] = _Target(number, _text(data, "ring_group"), DialogState.TRYING)
            case CallEventKind.TARGET_RINGING.value:
                self._advance(call, target_id, DialogState.EARLY)
                if call.caller_state is DialogState.TRYING:
                    call.caller_state = DialogState.EARLY
            case CallEventKind.CALL_ESTABLISHED.value:
                if target_id not in call.targets and data.get("answered_by") == "extension":
                    # Of those that the table named, one has answered.
                    call.targets = {target_id: _Target(_text(data, "number"), "", DialogState.TRYING)}
                self._advance(call, target_id, DialogState.CONFIRMED)
                call.caller_state = DialogState.CONFIRMED
            case CallEventKind.TARGET_ANSWERED.value:
                self._advance(call, target_id, DialogState.CONFIRMED)
            case CallEventKind.CALL_JOINED.value | CallEventKind.CALL_TRANSFERRED.value:
                self._seat(call, data)
            case CallEventKind.QUEUE_ENTERED.value:
                call.targets[_WAITING] = _Target("", _text(data, "queue"), DialogState.EARLY)
            case CallEventKind.QUEUE_LEFT.value:
                call.targets.pop(_WAITING, None)
            case CallEventKind.CALL_PARKED.value:
                call.park_slot = _text(data, "slot")
            case CallEventKind.CALL_UNPARKED.value:
                call.park_slot = ""
            case CallEventKind.CALL_HOLD.value:
                call.held |= {_text(data, "side")}
            case CallEventKind.CALL_UNHOLD.value:
                call.held -= {_text(data, "side")}
            case CallEventKind.CALL_ENDED.value:
                del self._calls[session_id]
                self._ended[session_id] = at
            case _ if key in {kind.value for kind in _GONE}:
                call.targets.pop(target_id, None)

    @staticmethod
    def _seat(call: _Call, data: Mapping[str, object]) -> None:
        """Somebody else is on that side now."""
        is_inside = data.get("answered_by") == "extension" and not _text(data, "trunk_name")
        number = _text(data, "number") if is_inside else ""
        if data.get("side") == "caller":
            call.caller, call.caller_state = number, DialogState.CONFIRMED
            return
        # Whoever rang besides has an end of their own coming.
        call.targets = {
            target_id: target
            for target_id, target in call.targets.items()
            if target.state is not DialogState.CONFIRMED
        }
        call.targets[_text(data, "target_id")] = _Target(number, "", DialogState.CONFIRMED)

    @staticmethod
    def _advance(call: _Call, target_id: str, state: DialogState) -> None:
        known = call.targets.get(target_id)
        if known is not None and _ORDER.index(state) > _ORDER.index(known.state):
            call.targets[target_id] = replace(known, state=state)

    def _dialogs_of(self, session_id: str) -> dict[Line, Dialog]:
        call = self._calls.get(session_id)
        if call is None:
            return {}
        return {Line(call.tenant_id, number): dialog for number, dialog in call.dialogs(session_id)}

    def _show(self, session_id: str, before: Mapping[Line, Dialog]) -> frozenset[Line]:
        after = self._dialogs_of(session_id)
        for line in before.keys() - after.keys():
            rest = self._shown.get(line, {})
            rest.pop(session_id, None)
            if not rest:
                self._shown.pop(line, None)
        for line, dialog in after.items():
            self._shown.setdefault(line, {})[session_id] = dialog
        return frozenset(line for line in before.keys() | after.keys() if before.get(line) != after.get(line))


def _from_table(tenant_id: int, call: LiveCall, at: float) -> _Call:
    """The table does not say which phones ring at this moment: all that rang since, until somebody answered."""
    state = _OF_STATE.get(call.state, DialogState.TRYING)
    made = _Call(tenant_id, call.extension_on(CallSide.CALLER), state, at)
    made.park_slot = call.park_slot
    numbers: tuple[str, ...]
    if state is DialogState.CONFIRMED:
        numbers = (call.answered_number,) if call.answered_by == "extension" else ()
    else:
        numbers = call.rung
    made.targets = {f"table-{number}": _Target(number, "", state) for number in numbers}
    return made


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)
