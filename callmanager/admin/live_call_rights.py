"""For which running calls the page shows which buttons. What is done in the end, the order itself asks again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from callmanager.domain.live_call import CallSide, LiveCall
from callmanager.selectors.monitoring import is_monitoring_possible, monitorable_by
from callmanager.services.call_control import Controller
from tenants.acting import Actor
from tenants.capabilities import Verb

# How somebody came to be called who is an extension, and not a machine or a group.
IS_A_PERSON = ("extension", "pickup", "retrieve")


@dataclass(frozen=True, slots=True)
class CallRights:
    """Of one person; read once for a whole list."""

    controller: Controller
    may_change: bool
    may_record: bool
    may_monitor: Callable[[str], bool]

    @classmethod
    def of(cls, controller: Controller, actor: Actor) -> CallRights:
        may_change = actor.may("fleet.livecall", Verb.CHANGE)
        is_everybodys = controller.numbers is None
        return cls(
            controller,
            may_change,
            may_record=may_change and (is_everybodys or controller.tenant.may_extensions_record),
            may_monitor=_monitorable(controller) if may_change else _nobody,
        )

    def shown(self, call: LiveCall) -> dict[str, Any]:
        """What the list says of one call besides the call itself."""
        is_talking = call.answered_at is not None
        return {
            "sides": [side.value for side in CallSide if is_talking and self._is_theirs(call, side)],
            "may_redirect": not is_talking and self._may_redirect(call),
            "may_answer": [] if is_talking else self._answerable(call),
            "may_record": is_talking and self.may_record and self.controller.may_act_on(call),
            "monitored_sides": [
                side.value for side in CallSide if is_talking and self._is_monitorable(call, side)
            ],
        }

    def _may_redirect(self, call: LiveCall) -> bool:
        numbers = self.controller.numbers
        return self.may_change and (numbers is None or any(number in numbers for number in call.rung))

    def _answerable(self, call: LiveCall) -> list[str]:
        """Whose telephones may be told to answer."""
        return [one for one in call.rung if self.may_change and self.controller.may_act_for(one)]

    def _is_theirs(self, call: LiveCall, side: CallSide) -> bool:
        extension = call.extension_on(side)
        return self.may_change and bool(extension) and self.controller.may_act_for(extension)

    def _is_monitorable(self, call: LiveCall, side: CallSide) -> bool:
        extension = monitored_on(call, side)
        return bool(extension) and self.may_monitor(extension)


def monitored_on(call: LiveCall, side: CallSide) -> str:
    """Whom a monitor of that side hears; empty: nobody who can be monitored is there."""
    extension = call.extension_on(side)
    is_one = extension.isdigit() and (side is CallSide.CALLER or call.answered_by in IS_A_PERSON)
    return extension if is_one and not call.monitored else ""


def _monitorable(controller: Controller) -> Callable[[str], bool]:
    if not is_monitoring_possible():
        return _nobody
    return monitorable_by(number=controller.own_number) if controller.own_number else _everybody


def _nobody(number: str) -> bool:
    return False


def _everybody(number: str) -> bool:
    return True
