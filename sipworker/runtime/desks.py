"""What calls share on this worker: queues, rooms, parking places, mailboxes, recorders. Each has its desk."""

from __future__ import annotations

from typing import assert_never

from sipworker.call.actions import (
    AskServer,
    AttendLeg,
    FindContacts,
    HearLeg,
    MixCallRecording,
    SharedAction,
    StartCallRecording,
    StopCallRecording,
    UnattendLeg,
    UnhearLeg,
)
from sipworker.call.conferencing import ConferenceAction
from sipworker.call.mailbox_actions import ChangePin, CheckPin, FindMessages, FindRoom
from sipworker.call.other_calls import FindCalls, FindParked, KeepSlot, LeaveSlot, MoveLeg, TakeSlot
from sipworker.call.queueing import QueueAction
from sipworker.call.signals import ContactsFound, Heard
from sipworker.ports import Ports
from sipworker.runtime.conference_desk import ConferenceDesk
from sipworker.runtime.group_use import GroupUse
from sipworker.runtime.hearing import Hearings
from sipworker.runtime.inquiries import Inquiries
from sipworker.runtime.moves import Moves
from sipworker.runtime.parking_lot import ParkingLot
from sipworker.runtime.queue_desk import QueueDesk
from sipworker.runtime.recorders import Recorders
from sipworker.runtime.registry import LiveCall, Registry

Told = list[tuple[LiveCall, Heard]]


class Desks:
    """Perform the actions that concern more than the legs of one call; their answers are told to the calls."""

    def __init__(self, ports: Ports, registry: Registry, groups: GroupUse) -> None:
        self._ports = ports
        self._registry = registry
        self._lot = ParkingLot()
        self._moves = Moves(ports.sip, registry)
        self._inquiries = Inquiries(ports)
        self._recorders = Recorders(ports)
        self._conferences = ConferenceDesk(ports)
        self.hearings = Hearings(ports.sip, registry)
        self.queues = QueueDesk(ports, registry, groups)
        # Who has a call: known for as long as one call's actions are performed, however many of them ask.
        self._engaged: frozenset[str] | None = None

    def begin(self) -> None:
        """Another call's actions follow."""
        self._engaged = None

    def perform(self, call: LiveCall, action: SharedAction) -> Told:
        """What is to be told, to whom."""
        match action:
            case HearLeg() | UnhearLeg() | AttendLeg() | UnattendLeg():
                self.hearings.perform(call, action)
                return []
            case MoveLeg():
                return list(self._moves.perform(call, action))
            case FindCalls():
                return [(call, self._moves.find(call, action))]
            case TakeSlot() | KeepSlot() | LeaveSlot() | FindParked():
                return list(self._lot.perform(call, action))
            case _ if isinstance(action, QueueAction):
                return list(self.queues.perform(call, action))
            case _ if isinstance(action, ConferenceAction):
                return list(self._conferences.perform(call, action))
            case FindContacts():
                return [(call, self._find_contacts(call, action))]
            case CheckPin() | ChangePin() | FindMessages() | FindRoom() | AskServer():
                answer = self._inquiries.perform(call, action)
                return [(call, answer)] if answer is not None else []
            case StartCallRecording() | MixCallRecording() | StopCallRecording():
                return [(call, heard) for heard in self._recorders.perform(call, action)]
            case _:
                assert_never(action)

    def inquired(self) -> Told:
        """What servers and disks have answered to calls that are still there."""
        found = ((self._registry.find(session_id), answer) for session_id, answer in self._inquiries.take())
        return [(call, answer) for call, answer in found if call is not None]

    def news(self) -> Told:
        """What happened at the desks that calls did not ask for just now."""
        return [*self.hearings.attendances.news(), *self.queues.news(), *self._conferences.news()]

    def out_of_room(self) -> Told:
        """Recordings that must stop: the disk is full, or the company's quota used up."""
        return list(self._recorders.check())

    def leave(self, call: LiveCall) -> None:
        """The call is over: it is at no desk any more."""
        self.hearings.end(call)
        self._lot.leave(call)
        self.queues.leave(call)
        self._conferences.end(call)
        self._recorders.forget(call)

    def _find_contacts(self, call: LiveCall, asked: FindContacts) -> ContactsFound:
        contacts = self._ports.contacts.contacts(asked.number, asked.sip_domain)
        if not asked.asks_busy:
            return ContactsFound(asked.number, contacts)
        if self._engaged is None:
            self._engaged = self._registry.engaged(call.context.invite.tenant_id)
        return ContactsFound(asked.number, contacts, asked.number in self._engaged)
