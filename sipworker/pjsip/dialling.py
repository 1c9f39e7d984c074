"""Legs that the worker dials: to phones, to the caller of a call that was asked for, to trunks."""

from __future__ import annotations

from collections.abc import Callable

import pjsua2 as pj
import structlog

from callmanager.domain.sip_text import sip_uri
from sipworker.call.actions import DialLeg, DialTrunk, RingCaller
from sipworker.call.signals import LegFailed, LegId, LegSignal
from sipworker.pjsip.accounts import AccountError, Accounts
from sipworker.pjsip.headers import dial_uri, trunk_addresses
from sipworker.pjsip.legs import Leg
from sipworker.pjsip.media import Patchbay
from sipworker.pjsip.orders import caller_order, dial_order, trunk_order
from sipworker.pjsip.probes import Probes
from sipworker.pjsip.sip_message import parse_sip_uri

log = structlog.get_logger(__name__)

SERVER_ERROR = 500


class Dialling:
    """Makes the call; `tell` hears of one that could not be made."""

    def __init__(
        self,
        legs: dict[LegId, Leg],
        accounts: Accounts,
        patchbay: Patchbay,
        probes: Probes,
        *,
        emit: Callable[[LegSignal], None],
        tell: Callable[[LegSignal], None],
        sip_port: int,
    ) -> None:
        self._legs = legs
        self._accounts = accounts
        self._patchbay = patchbay
        self._probes = probes
        self._emit = emit
        self._tell = tell
        self._sip_port = sip_port

    def dial(self, action: DialLeg | RingCaller | DialTrunk) -> None:
        try:
            match action:
                case DialTrunk():
                    self._call_trunk(action)
                case DialLeg():
                    self._call_phone(action)
                case RingCaller():
                    self._call_caller(action)
        except pj.Error as error:
            log.error("leg.dial_failed", error=error.info())
            self._note_undialled(action.leg, "Call could not be made")
        except AccountError as error:
            log.error("leg.trunk_undialled", error=str(error))
            self._note_undialled(action.leg, str(error))

    def _call_phone(self, action: DialLeg) -> None:
        account = self._accounts.of_phones(is_ipv6=parse_sip_uri(action.contact)[1].startswith("["))
        leg = Leg(
            account,
            action.leg,
            self._patchbay,
            self._emit,
            on_refer=self._probes.take,
            codecs=action.codecs,
        )
        self._legs[action.leg] = leg
        leg.makeCall(dial_uri(action), dial_order(action))

    def _call_caller(self, action: RingCaller) -> None:
        account = self._accounts.of_phones(is_ipv6=parse_sip_uri(action.contact)[1].startswith("["))
        take = self._probes.take
        leg = Leg(account, action.leg, self._patchbay, self._emit, on_refer=take, is_callers=True)
        self._legs[action.leg] = leg
        leg.makeCall(sip_uri(action.number, action.sip_domain), caller_order(action))

    def _call_trunk(self, action: DialTrunk) -> None:
        own_codecs = action.trunk.codecs
        leg = Leg(
            self._accounts.of_trunk(action.trunk),
            action.leg,
            self._patchbay,
            self._emit,
            on_refer=self._probes.take,
            is_trunk=True,
            codecs=own_codecs or action.codecs,
            is_codec_choice_ours=bool(own_codecs),
        )
        self._legs[action.leg] = leg
        addresses = trunk_addresses(action, f"127.0.0.1:{self._sip_port}")
        leg.makeCall(addresses.to, trunk_order(action, addresses))

    def _note_undialled(self, leg_id: LegId, reason: str) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None and leg.is_over:
            return  # the stack has told it already
        if leg is not None:
            leg.is_over = True
        self._tell(LegFailed(leg_id, SERVER_ERROR, reason))
