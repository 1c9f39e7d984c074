"""Listening to the calls of extensions: what is dialled for it, and who may. Pure.

Silent monitoring is part of a call, not of an extension: it ends with the call, and follows it where it is transferred.
"""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.decisions import Monitor, MonitorMode, Refuse
from callmanager.domain.rights import may_monitor
from callmanager.domain.routing import Routing
from callmanager.domain.snapshot import TenantSnapshot

MODE_OF_DIGIT: Mapping[str, MonitorMode] = {
    "1": MonitorMode.SILENT,
    "2": MonitorMode.WHISPER,
    "3": MonitorMode.BARGE,
    "4": MonitorMode.TAKE_OVER,
}
DIGIT_OF_MODE: Mapping[MonitorMode, str] = {mode: digit for digit, mode in MODE_OF_DIGIT.items()}
NO_RIGHT = "You may not monitor this extension"


def monitor(routing: Routing, target: str, digit: str) -> Monitor | Refuse:
    """The right comes before anything else: whoever has none does not even learn which extensions there are."""
    call, snapshot = routing.call, routing.snapshot
    if not snapshot.dial_codes.is_monitoring_enabled:
        return _refuse(403, "Monitoring is not enabled")
    mode = MODE_OF_DIGIT.get(digit or "1")
    if mode is None:
        return _refuse(484, "Behind the extension: *1 silent, *2 whisper, *3 join, *4 take over")
    if call.caller == target:
        return _refuse(403, "Nobody monitors their own calls")
    if not may_be_monitored(snapshot, call.caller, target):
        routing.note("right", NO_RIGHT, is_taken=False)
        return _refuse(403, NO_RIGHT)
    if snapshot.find_extension(target) is None:
        return _refuse(404, "No such extension")
    return Monitor(target, mode)


def may_be_monitored(snapshot: TenantSnapshot, caller: str, target: str) -> bool:
    return may_monitor(snapshot.groups, caller, target)


def _refuse(sip_code: int, reason: str) -> Refuse:
    return Refuse(sip_code, reason, is_confidential=True)
