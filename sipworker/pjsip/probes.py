"""How a REFER is answered step by step. pjsua tells the telephone by NOTIFY how the call goes that it makes for it.

That call, the probe, is sent back to us by the edge; how we answer it is what the telephone is told. Where the call
really goes is decided elsewhere: nothing of what the probe says is looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

import pjsua2 as pj
import structlog

from sipworker.call.actions import HangUpLeg
from sipworker.call.signals import LegId
from sipworker.call.transfers import TransferAsked
from sipworker.pjsip.legs import Leg
from sipworker.pjsip.orders import end_order
from sipworker.pjsip.refer_to import ReferError, Replaces, read_refer_to, read_replaces

log = structlog.get_logger(__name__)

ACCEPTED, TRYING, OK = 202, 100, 200
FORBIDDEN, NO_SUCH_DIALOG, REQUEST_PENDING = 403, 481, 491
TRANSFERRED = "The call was transferred"
# Telephones hang up by themselves once they hear that it worked.
LEAVES_AFTER_S = 2.0
# Longer than anything may ring; what nobody reported by then is forgotten.
LONGEST_S = 900.0
# A probe that never came back (the edge is away) is given up, and with it the transfer's reports.
COMES_BACK_S = 10.0


class ProbeEnd(pj.Call):
    """Either end of the loop. It has media, but nobody is wired to it."""

    def __init__(self, account: pj.Account, incoming_call: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(account, incoming_call)
        self.account = account
        self.is_over = False
        self.is_confirmed = False

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        state = self.getInfo().state
        self.is_confirmed = self.is_confirmed or state == pj.PJSIP_INV_STATE_CONFIRMED
        self.is_over = self.is_over or state == pj.PJSIP_INV_STATE_DISCONNECTED

    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        prm.statusCode = NO_SUCH_DIALOG

    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:
        prm.statusCode = NO_SUCH_DIALOG


class _Probe:
    """One REFER. `code` is the latest report, `told` what the far end of the loop has been answered with."""

    def __init__(self, leg: LegId, near: ProbeEnd) -> None:
        self.leg = leg
        self.near = near
        self.far: ProbeEnd | None = None
        self.code = self.told = TRYING
        self.began_at = time.monotonic()
        self.is_hung_up = False


class Probes:
    """Those that are under way, by the leg that sent REFER."""

    def __init__(self, legs: Mapping[LegId, Leg], emit: Callable[[TransferAsked], None]) -> None:
        self._legs = legs
        self._emit = emit
        self._by_leg: dict[LegId, _Probe] = {}
        # Who has transferred, and when to hang up at the latest.
        self._dismissed: list[tuple[float, LegId]] = []
        # Being hung up; kept until the stack has let go of them.
        self._leaving: list[_Probe] = []

    def take(self, leg: Leg, prm: pj.OnCallTransferRequestParam) -> None:
        """Called by pjsua2 amid its own work. A provider can't send our people's calls anywhere."""
        if leg.is_trunk or not leg.is_answered:
            prm.statusCode = FORBIDDEN
            return
        if leg.leg_id in self._by_leg:
            prm.statusCode = REQUEST_PENDING
            return
        try:
            refer_to = read_refer_to(prm.dstUri)
        except ReferError as error:
            prm.statusCode = error.sip_code
            return
        replaced = self._find_dialog(refer_to.replaces) if refer_to.replaces is not None else ""
        self._open(leg.leg_id, leg.account, prm)
        is_attended = refer_to.replaces is not None
        self._emit(TransferAsked(leg.leg_id, refer_to.user, refer_to.host, is_attended, replaced))

    def find_replaced(self, header: str) -> LegId | None:
        """Of an INVITE's Replaces: None if there is none, empty for a dialog that nobody has or nobody can read."""
        if not header:
            return None
        try:
            return self._find_dialog(read_replaces(header))
        except ReferError:
            return ""

    def _find_dialog(self, replaces: Replaces) -> LegId:
        """Empty if no leg of ours has it."""
        for leg in self._legs.values():
            is_likely = not leg.is_over and leg.remote_tag == replaces.from_tag
            if is_likely and leg.getInfo().callIdString == replaces.call_id:
                return leg.leg_id
        return ""

    def _open(self, leg: LegId, account: pj.Account, prm: pj.OnCallTransferRequestParam) -> None:
        near = ProbeEnd(account)
        self._by_leg[leg] = _Probe(leg, near)
        prm.statusCode = ACCEPTED
        prm.newCall = near
        prm.opt.audioCount = 1
        prm.opt.videoCount = prm.opt.textCount = 0

    def take_back(self, call_id: str, account: pj.Account, incoming_call: int) -> bool:
        """Whether this INVITE is a probe that has come back; called by pjsua2 amid its own work."""
        for probe in self._by_leg.values():
            if probe.far is None and not probe.near.is_over and probe.near.getInfo().callIdString == call_id:
                probe.far = ProbeEnd(account, incoming_call)
                return True
        return False

    def report(self, leg: LegId, sip_code: int) -> None:
        probe = self._by_leg.get(leg)
        if probe is not None and probe.code < OK:
            probe.code = sip_code
            self._tell(probe)

    def dismiss(self, leg: LegId) -> None:
        """The transfer is done. Without a REFER there is no telephone that would know by itself to hang up."""
        waits_s = LEAVES_AFTER_S if leg in self._by_leg else 0.0
        self.report(leg, OK)
        self._dismissed.append((time.monotonic() + waits_s, leg))

    def _hang_up_dismissed(self) -> None:
        for due_at, leg_id in [*self._dismissed]:
            leg = self._legs.get(leg_id)
            is_due = time.monotonic() >= due_at
            if is_due and leg is not None and not leg.is_over:
                _try(partial(leg.hangup, end_order(HangUpLeg(leg_id, TRANSFERRED))))
            if is_due or leg is None:
                self._dismissed.remove((due_at, leg_id))

    def forget(self, leg: LegId) -> None:
        """The telephone has hung up: nobody is there to be told."""
        probe = self._by_leg.pop(leg, None)
        if probe is not None:
            self._leaving.append(probe)

    def collect(self) -> None:
        """After each poll: answer what came back, drop what is over."""
        for probe in [*self._by_leg.values()]:
            self._tell(probe)
            if self._is_done(probe):
                del self._by_leg[probe.leg]
                self._leaving.append(probe)
        for probe in self._leaving:
            self._hang_up(probe)
        self._hang_up_dismissed()
        self._leaving = [probe for probe in self._leaving if not _is_gone(probe)]

    def close(self) -> None:
        self._by_leg.clear()
        self._leaving.clear()

    def _tell(self, probe: _Probe) -> None:
        far = probe.far
        if far is None or far.is_over or probe.told >= OK or probe.told == probe.code:
            return
        probe.told = probe.code
        order = pj.CallOpParam(True)
        order.statusCode = probe.code
        order.opt.audioCount = 1
        order.opt.videoCount = order.opt.textCount = 0
        _try(lambda: far.answer(order))

    def _is_done(self, probe: _Probe) -> bool:
        if probe.near.is_over:
            return True
        age_s = time.monotonic() - probe.began_at
        is_lost = probe.far is None and age_s > COMES_BACK_S
        return probe.near.is_confirmed or is_lost or age_s > LONGEST_S

    def _hang_up(self, probe: _Probe) -> None:
        if not probe.is_hung_up and not probe.near.is_over:
            probe.is_hung_up = True
            _try(lambda: probe.near.hangup(pj.CallOpParam()))


def _is_gone(probe: _Probe) -> bool:
    return probe.near.is_over and (probe.far is None or probe.far.is_over)


def _try(order: Callable[[], None]) -> None:
    try:
        order()
    except pj.Error as error:
        log.error("transfer.report_failed", error=error.info())
