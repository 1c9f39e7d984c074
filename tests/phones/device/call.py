"""Inside a phone's process: one call as pjsua2 sees it."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pjsua2 as pj

from tests.phones.config import BRIDGE_RATE_HZ
from tests.phones.device.media import FRAME_MS, MEMORY_FRAMES, Ear
from tests.phones.device.remote_control import is_talk_event, respond_to
from tests.phones.device.sdp import held_by, without_key_events
from tests.phones.tones import WORDS_RATE_HZ, likeness, tone_levels

if TYPE_CHECKING:
    from tests.phones.device.__main__ import Device

MEDIA_STATUS = {
    pj.PJSUA_CALL_MEDIA_NONE: "none",
    pj.PJSUA_CALL_MEDIA_ACTIVE: "active",
    pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: "local_hold",
    pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: "remote_hold",
    pj.PJSUA_CALL_MEDIA_ERROR: "error",
}
STATES = {
    pj.PJSIP_INV_STATE_NULL: "null",
    pj.PJSIP_INV_STATE_CALLING: "calling",
    pj.PJSIP_INV_STATE_INCOMING: "incoming",
    pj.PJSIP_INV_STATE_EARLY: "early",
    pj.PJSIP_INV_STATE_CONNECTING: "connecting",
    pj.PJSIP_INV_STATE_CONFIRMED: "confirmed",
    pj.PJSIP_INV_STATE_DISCONNECTED: "disconnected",
}

OK = 200

_idle_ears: list[Ear] = []


def _audio_only() -> pj.CallOpParam:
    param = pj.CallOpParam(True)
    param.opt.audioCount = 1
    param.opt.videoCount = 0
    param.opt.textCount = 0
    return param


class DeviceCall(pj.Call):
    def __init__(self, device: Device, account: pj.Account, key: str, call_id: int = -1) -> None:
        super().__init__(account, call_id)
        self._device = device
        self.key = key
        self._is_holding = False
        self._ear: Ear | None = None
        self._last_statistics: dict[str, Any] = {}

    def _tell(self, event: str, **data: Any) -> None:
        self._device.outbox.put({"event": event, "call": self.key, **data})

    def dial(self, uri: str, headers: dict[str, str], target: str) -> None:
        """`uri` goes into To, and into the Request-URI unless `target` does."""
        param = _audio_only()
        param.txOption.targetUri = target
        for name, value in headers.items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            param.txOption.headers.append(header)
        self.makeCall(uri, param)

    def respond(self, code: int, reason: str = "") -> None:
        param = _audio_only()
        param.statusCode = code
        param.reason = reason
        self.answer(param)

    def apply_policy(self, policy: dict[str, Any]) -> None:
        if policy["provisional"]:
            self.respond(policy["provisional"])
        if policy["final"]:
            self.respond(policy["final"], policy.get("reason", ""))

    def hold(self) -> None:
        if self._device.config.holds_by == "sendonly":
            self.setHold(pj.CallOpParam(True))
            return
        # pjsua itself knows no other way.
        self._is_holding = True
        self.renegotiate(pj.PJSUA_CALL_UNHOLD)
        self._is_holding = False

    def onCallSdpCreated(self, prm: pj.OnCallSdpCreatedParam) -> None:
        if self._is_holding:
            prm.sdp.wholeSdp = held_by(prm.sdp.wholeSdp, self._device.config.holds_by)
        if not self._device.config.has_key_events:
            prm.sdp.wholeSdp = without_key_events(prm.sdp.wholeSdp)

    def send_keys_by_info(self, digits: str) -> None:
        param = pj.CallSendDtmfParam()
        param.digits, param.method, param.duration = digits, pj.PJSUA_DTMF_METHOD_SIP_INFO, 120
        self.sendDtmf(param)

    def hang_up(self) -> None:
        self.hangup(pj.CallOpParam())

    def renegotiate(self, flag: int) -> None:
        param = _audio_only()
        param.opt.flag = flag
        self.reinvite(param)

    def refer(self, uri: str) -> None:
        self.xfer(uri, pj.CallOpParam(True))

    def refer_to_call(self, other: DeviceCall) -> None:
        self.xferReplaces(other, pj.CallOpParam(True))

    def sound(self) -> pj.AudioMedia:
        return self.getAudioMedia(-1)

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        self._tell("transfer", code=prm.statusCode, is_final=bool(prm.finalNotify))

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        state = STATES[info.state]
        if state == "disconnected":
            # The refusal that ends a call comes with the state alone, no longer as a transaction.
            self._tell_message(prm.e)
        self._tell(
            "state",
            state=state,
            code=info.lastStatusCode,
            reason=info.lastReason,
            sip_call_id=info.callIdString,
            statistics=self._last_statistics,
        )
        if state == "disconnected":
            self._retire()

    def _retire(self) -> None:
        if self._ear is not None:
            self._ear.forget()
            _idle_ears.append(self._ear)
            self._ear = None
        self._device.retire(self.key)

    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        self._tell_message(prm.e)
        code = self._device.config.talk_code
        if code and is_talk_event(prm.e):
            respond_to(prm.e, code)
            if code == OK:
                self.respond(OK)

    def _tell_message(self, event: pj.SipEvent) -> None:
        change = event.body.tsxState
        if event.type == pj.PJSIP_EVENT_TSX_STATE and change.type == pj.PJSIP_EVENT_RX_MSG:
            self._tell("message", message=change.src.rdata.wholeMsg)

    def onStreamDestroyed(self, prm: pj.OnStreamDestroyedParam) -> None:
        self._last_statistics = self.statistics() or self._last_statistics

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()
        for media in info.media:
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            if media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
                self._connect(self.getAudioMedia(media.index))
            self._tell("media", status=MEDIA_STATUS[media.status], **self._codec(media.index))

    def _connect(self, sound: pj.AudioMedia) -> None:
        if self._ear is None:
            self._ear = _idle_ears.pop() if _idle_ears else Ear()
        sound.startTransmit(self._ear)
        self._device.voice.start(sound)

    def _codec(self, index: int) -> dict[str, Any]:
        try:
            stream = self.getStreamInfo(index)
        except pj.Error:
            return {"codec": "", "clock_rate_hz": 0}
        return {"codec": stream.codecName, "clock_rate_hz": stream.codecClockRate}

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        self._tell("dtmf", digit=prm.digit)

    def levels(self, frequencies_hz: list[int], duration_ms: int) -> dict[str, float]:
        if self._ear is None:
            return {str(frequency): 0.0 for frequency in frequencies_hz}
        found = tone_levels(self._ear.samples(duration_ms), BRIDGE_RATE_HZ, frequencies_hz)
        return {str(frequency): level for frequency, level in found.items()}

    def likeness(self, path: str) -> float:
        """Of the last seconds to the words in this file of 8000 Hz."""
        if self._ear is None:
            return 0.0
        with wave.open(path) as file:
            words = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        heard = self._ear.samples(MEMORY_FRAMES * FRAME_MS)
        return likeness(heard[:: BRIDGE_RATE_HZ // WORDS_RATE_HZ], words)

    def statistics(self) -> dict[str, Any]:
        """RTP as this phone saw it and as the other side reported it; empty without media."""
        try:
            stream = self.getStreamStat(0)
        except pj.Error:
            return {}
        rtcp = stream.rtcp
        return {
            "rx_packets": rtcp.rxStat.pkt,
            "rx_lost": rtcp.rxStat.loss,
            "rx_jitter_ms": rtcp.rxStat.jitterUsec.mean / 1000,
            "rx_jitter_max_ms": rtcp.rxStat.jitterUsec.max / 1000,
            # What a listener would notice: frames that were missing or came too late to be played.
            "frames_lost": stream.jbuf.lost,
            "frames_late": stream.jbuf.discard,
            "tx_packets": rtcp.txStat.pkt,
            "tx_lost": rtcp.txStat.loss,
            "tx_jitter_ms": rtcp.txStat.jitterUsec.mean / 1000,
            "round_trip_ms": rtcp.rttUsec.mean / 1000,
        }
