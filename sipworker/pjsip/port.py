"""SipPort on pjsua2: actions in, signals out. Everything here runs on the one SIP thread, except `wake`."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import assert_never

import pjsua2 as pj
import structlog

from sipworker.call.actions import (
    AnswerLeg,
    AskToTalk,
    AttendLeg,
    CancelLeg,
    DialLeg,
    DialTrunk,
    EchoLeg,
    HangUpLeg,
    HearingAction,
    HearLeg,
    IsolateLeg,
    LegAction,
    ListenForKeys,
    PlayFiles,
    PlayMusicOnHold,
    PlayRinging,
    PlayTone,
    RefuseLeg,
    RingCaller,
    RingLeg,
    SendDigit,
    StartRecording,
    StopFiles,
    StopMusicOnHold,
    StopRecording,
    StopRinging,
    UnattendLeg,
    UnhearLeg,
)
from sipworker.call.signals import InviteReceived, LegFailed, LegHungUp, LegId, LegSignal, MediaReport
from sipworker.call.transfers import DismissLeg, ReportTransfer
from sipworker.config import WorkerConfig
from sipworker.pjsip.accounts import Accounts, EdgeAccount
from sipworker.pjsip.call_recorder import CallRecorders
from sipworker.pjsip.dialling import SERVER_ERROR, Dialling
from sipworker.pjsip.ears import Ears
from sipworker.pjsip.endpoint import Endpoint
from sipworker.pjsip.headers import ContractBrokenError, read_invite
from sipworker.pjsip.legs import Leg
from sipworker.pjsip.media import METER, Patchbay, Sources, music_source, ringing_source, tone_source
from sipworker.pjsip.meters import Meters
from sipworker.pjsip.orders import (
    answer_order,
    digit_order,
    end_order,
    refuse_order,
    refused_caller_order,
    ring_order,
)
from sipworker.pjsip.playback import Playbacks
from sipworker.pjsip.probes import Probes
from sipworker.pjsip.realtime import prioritise_media_threads
from sipworker.pjsip.recording import Recordings
from sipworker.pjsip.sip_message import parse_message, tag_of
from sipworker.pjsip.sound_files import SoundFiles
from sipworker.ports import SignalSink

log = structlog.get_logger(__name__)

FORBIDDEN = 403
CLOSING_S = 2.0
# Apart from bridges: a pair may be both, and either ends by itself.
HEARING = "hearing"
# pjsip ignores a keep-alive (RFC 5626 section 3.5.1), but its arrival ends the wait for events.
KEEP_ALIVE = b"\r\n\r\n"


class PjsipPort:
    """Owns the library, the legs and the wiring between them."""

    def __init__(
        self,
        config: WorkerConfig,
        deliver: SignalSink,
        *,
        announce_drain: Callable[[], None],
        note_turn: Callable[[], None],
    ) -> None:
        self._config = config
        self._deliver = deliver
        self._announce_drain = announce_drain
        self._note_turn = note_turn
        self._edge_address = f"127.0.0.1:{config.edge_sip_port}"
        self._sip_thread = threading.get_ident()
        self._wake_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Sending from an unbound socket would open a port to every network.
        self._wake_socket.bind(("127.0.0.1", 0))
        self._numbers = itertools.count(1)
        self._inbox: deque[InviteReceived | LegSignal] = deque()
        self._legs: dict[LegId, Leg] = {}
        self._turned_away: list[Leg] = []
        self._endpoint = Endpoint(config, self._take_rejected)
        self._endpoint.start()
        self._sources = Sources(
            config.bridge_clock_rate_hz, config.worker_dir, config.music_dir, config.files_dir
        )
        self._endpoint.start_bridge_clock(self._sources.silence())
        self._patchbay = Patchbay(self._sources)
        self._sounds = SoundFiles(config.sounds_dir, config.files_dir, config.worker_dir)
        self._playbacks = Playbacks(self._patchbay, self._emit, self.wake)
        self._recordings = Recordings(self._patchbay, self._emit)
        self.call_recorders = CallRecorders(self._patchbay, config.worker_dir)
        self._probes = Probes(self._legs, self._emit)
        self._ears = Ears(self._patchbay, self._legs, self._emit, self.wake)
        self._helpers = (self._playbacks, self._recordings, self._probes, self._ears)
        self._patchbay.lend(METER, self._endpoint.audDevManager().getPlaybackDevMedia())
        self._meters = Meters(self._patchbay)
        self._accounts = Accounts(self._endpoint, config, self._take_invite, self._is_used)
        self._dialling = Dialling(
            self._legs,
            self._accounts,
            self._patchbay,
            self._probes,
            emit=self._emit,
            tell=self._inbox.append,
            sip_port=config.sip_port,
        )
        log.info("sip.started", port=config.sip_port, realtime=prioritise_media_threads())

    # SipPort

    def perform(self, action: LegAction) -> None:
        if isinstance(action, DialLeg | RingCaller | DialTrunk):
            self._dialling.dial(action)
            return
        leg = self._legs.get(action.leg)
        if leg is None or leg.is_over:
            return
        try:
            self._perform_on(leg, action)
        except pj.Error as error:
            log.error("leg.action_failed", action=type(action).__name__, error=error.info())
            self._give_up(leg)

    def bridge(self, first: LegId, second: LegId) -> None:
        if first in self._legs and second in self._legs:
            self._patchbay.connect(first, second)
            self._patchbay.connect(second, first)

    def unbridge(self, first: LegId, second: LegId) -> None:
        self._patchbay.disconnect(first, second)
        self._patchbay.disconnect(second, first)

    def hear(self, action: HearingAction) -> None:
        if action.listener not in self._legs:
            return
        match action:
            case HearLeg(source=source) if source in self._legs:
                self._patchbay.connect(source, action.listener, HEARING)
            case UnhearLeg(source=source):
                self._patchbay.disconnect(source, action.listener, HEARING)
            case AttendLeg(leg=leg, how=how) if leg in self._legs:
                self._patchbay.attend(action.listener, leg, how)
            case UnattendLeg():
                self._patchbay.leave(action.listener)

    def find_media_report(self, leg: LegId) -> MediaReport | None:
        found = self._legs.get(leg)
        return found.media_report() if found is not None else None

    def levels(self, legs: Collection[LegId]) -> Mapping[LegId, int]:
        return self._meters.read(legs)

    def poll(self, timeout_s: float) -> None:
        self._note_turn()
        self._endpoint.libHandleEvents(0 if self._inbox else int(timeout_s * 1000))
        if self._turned_away:
            self._turn_away()
        for helper in self._helpers:
            helper.collect()
        while self._inbox:
            signal = self._inbox.popleft()
            if isinstance(signal, LegHungUp | LegFailed):
                for helper in self._helpers:
                    helper.forget(signal.leg)
                self._meters.forget(signal.leg)
                # The last reference but the sink's: the pj.Call must be gone before its slot is used again.
                self._legs.pop(signal.leg, None)
            self._deliver(signal)

    def drain(self) -> None:
        self._announce_drain()

    def close(self) -> None:
        self._endpoint.hangupAllCalls()
        deadline = time.monotonic() + CLOSING_S
        while self._legs and time.monotonic() < deadline:
            self.poll(0.02)
        self._legs.clear()
        self._turned_away.clear()
        for helper in self._helpers:
            helper.close()
        self.call_recorders.close()
        self._sources.close()
        self._endpoint.libDestroy()
        self._wake_socket.close()

    # For gateways and bootstrap

    def wake(self) -> None:
        """End the running poll at once. From any thread."""
        self._wake_socket.sendto(KEEP_ALIVE, ("127.0.0.1", self._config.sip_port))

    @property
    def leg_count(self) -> int:
        return len(self._legs)

    def _is_used(self, account: EdgeAccount) -> bool:
        return any(leg.account is account for leg in self._legs.values())

    # Incoming

    def _take_invite(self, account: EdgeAccount, prm: pj.OnIncomingCallParam) -> None:
        """Called by pjsua2 amid its own work: only note what came, act after the poll."""
        leg_id = self._next_leg_id()
        message = parse_message(prm.rdata.wholeMsg)
        is_edge = prm.rdata.srcAddress == self._edge_address
        if is_edge and self._probes.take_back(message.first("Call-ID"), account, prm.callId):
            return
        leg = Leg(
            account,
            leg_id,
            self._patchbay,
            self._emit,
            incoming_call=prm.callId,
            on_refer=self._probes.take,
            is_trunk=message.first("X-PBX-Kind") == "trunk",
        )
        leg.remote_tag = tag_of(message.first("From"))
        try:
            if not is_edge:
                raise ContractBrokenError("source address")
            replaced = self._probes.find_replaced(message.first("X-PBX-Replaces"))
            invite = replace(read_invite(leg_id, message), replaces=replaced)
        except ContractBrokenError as broken:
            log.warning("sip.invite_turned_away", lacks=str(broken), source=prm.rdata.srcAddress)
            self._turned_away.append(leg)
            return
        self._legs[leg_id] = leg
        self._inbox.append(invite)

    def _take_rejected(self, prm: pj.OnRejectedIncomingCallParam) -> None:
        """The stack has refused an INVITE by itself; the attempt still gets its record."""
        if prm.rdata.srcAddress != self._edge_address:
            return
        try:
            invite = read_invite(self._next_leg_id(), parse_message(prm.rdata.wholeMsg))
        except ContractBrokenError as broken:
            log.warning("sip.invite_turned_away", lacks=str(broken), source=prm.rdata.srcAddress)
            return
        self._inbox.append(replace(invite, refused_with=prm.statusCode))

    def _turn_away(self) -> None:
        for leg in self._turned_away:
            if not leg.is_over and not leg.is_refused:
                leg.is_refused = True
                leg.answer(refuse_order(RefuseLeg(leg.leg_id, FORBIDDEN, "Not from the edge")))
        self._turned_away = [leg for leg in self._turned_away if not leg.is_over]

    def _emit(self, signal: LegSignal) -> None:
        if signal.leg in self._legs:
            self._inbox.append(signal)
            if threading.get_ident() != self._sip_thread:
                self.wake()

    def _perform_on(self, leg: Leg, action: LegAction) -> None:
        match action:
            case RingLeg():
                leg.answer(ring_order(action, leg.answer_sdp(action.codec) if action.early_media else ""))
            case AnswerLeg() if leg.is_callers:
                leg.is_connected = True
            case RefuseLeg() if leg.is_callers:
                leg.is_refused = True
                leg.hangup(refused_caller_order(action))
            case AnswerLeg():
                leg.is_answered = True
                leg.answer(answer_order(leg.answer_sdp(action.codec)))
            case RefuseLeg():
                leg.is_refused = True
                leg.answer(refuse_order(action))
            case CancelLeg() | HangUpLeg():
                leg.hangup(end_order(action))
            case DismissLeg():
                self._probes.dismiss(leg.leg_id)
            case AskToTalk():
                leg.ask_to_talk()
            case ReportTransfer():
                self._probes.report(leg.leg_id, action.sip_code)
            case IsolateLeg():
                self._playbacks.forget(leg.leg_id)
                self._recordings.forget(leg.leg_id)
                self._patchbay.isolate(leg.leg_id)
            case EchoLeg():
                self._patchbay.connect(leg.leg_id, leg.leg_id)
            case PlayTone():
                self._patchbay.connect(tone_source(action.frequency_hz), leg.leg_id)
            case PlayRinging(tone=tone):
                self._patchbay.connect(ringing_source(tone), leg.leg_id)
            case StopRinging(tone=tone):
                self._patchbay.disconnect(ringing_source(tone), leg.leg_id)
            case PlayMusicOnHold():
                self._patchbay.connect(music_source(action.files), leg.leg_id)
            case StopMusicOnHold():
                self._patchbay.disconnect(music_source(action.files), leg.leg_id)
            case PlayFiles(playback=name, sounds=sounds):
                found = (self._sounds.find(sound) for sound in sounds)
                self._playbacks.play(leg.leg_id, name, [file for file in found if file is not None])
            case StopFiles(playback=name):
                self._playbacks.stop(leg.leg_id, name)
            case StartRecording(recording=name, path=path, mixed_with=others):
                self._recordings.start(
                    leg.leg_id, name, (leg.leg_id, *others), self._config.worker_dir / path
                )
            case StopRecording(recording=name):
                self._recordings.stop(leg.leg_id, name)
            case ListenForKeys():
                self._ears.perform(action)
            case SendDigit():
                leg.sendDtmf(digit_order(action))
            case DialLeg() | RingCaller() | DialTrunk():
                raise AssertionError("handled before")
            case _:
                assert_never(action)

    def _give_up(self, leg: Leg) -> None:
        """An action that the stack refuses leaves a leg in no known state: end it, the session will hear."""
        if not leg.is_over:
            prm = pj.CallOpParam()
            prm.statusCode = SERVER_ERROR
            leg.hangup(prm)

    def _next_leg_id(self) -> LegId:
        return f"in-{next(self._numbers)}"
