"""One leg of a call: pjsua2's callbacks become signals. No decisions, and no reference cycles.

A pj.Call must die by its reference count, at once, when its dialog is over: its destructor hangs up whatever
call has the same slot number by then. So a leg never refers to itself, and the port drops it after each poll.
"""

from __future__ import annotations

from collections.abc import Callable

import pjsua2 as pj

from callmanager.domain.sip_text import printable
from sipworker.call.signals import (
    AskedToTalk,
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegHeld,
    LegHungUp,
    LegId,
    LegRinging,
    LegSignal,
    LegUnheld,
    MediaReport,
)
from sipworker.pjsip.media import Patchbay
from sipworker.pjsip.media_report import MediaTotals, read_stream
from sipworker.pjsip.orders import talk_order
from sipworker.pjsip.sdp import offered_codecs, with_codec_only, with_codecs_first, with_codecs_of
from sipworker.pjsip.sip_message import SipMessage, parse_message, tag_of

ReferHandler = Callable[["Leg", pj.OnCallTransferRequestParam], None]

REQUEST_TERMINATED = 487
LOWEST_FINAL = 200
LOWEST_FAILURE = 400
SERVER_ERROR = 500
NOT_IMPLEMENTED = 501
# pjmedia's flag for the last packet of an RFC 4733 event.
DTMF_IS_END = 2
# A provider may say anything, and people read it.
LONGEST_REASON = 200
UNKNOWN_DURATION = 0xFFFFFFFF
SIP_INFO_DURATION_MS = 160
PLAYABLE = (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)


class Leg(pj.Call):
    """A dialog of ours. `emit` may be called from a media thread (DTMF), all else on the SIP thread."""

    def __init__(
        self,
        account: pj.Account,
        leg_id: LegId,
        patchbay: Patchbay,
        emit: Callable[[LegSignal], None],
        *,
        incoming_call: int = pj.PJSUA_INVALID_ID,
        on_refer: ReferHandler,
        codecs: tuple[str, ...] = (),
        is_codec_choice_ours: bool = False,
        is_trunk: bool = False,
        is_callers: bool = False,
    ) -> None:
        """`codecs` are offered first, or (`is_codec_choice_ours`) alone.

        `is_callers`: of somebody for whom a program makes a call, and who gives it up as a caller does.
        """
        super().__init__(account, incoming_call)
        self.account = account
        self.leg_id = leg_id
        self.is_incoming = incoming_call != pj.PJSUA_INVALID_ID
        self.is_answered = False
        self.is_refused = False
        self.is_over = False
        self.is_callers = is_callers
        self.is_connected = False
        self._patchbay = patchbay
        self._emit = emit
        self._on_refer = on_refer
        self.is_trunk = is_trunk
        self.remote_tag = ""
        self._codecs = codecs
        self._is_codec_choice_ours = is_codec_choice_ours
        self._answer_sdp = ""
        self._remote_codecs: tuple[str, ...] = ()
        self._is_held = False
        self._totals = MediaTotals()
        self._audio_index = -1
        self._user_agent = ""
        self._chosen_codec = ""
        self._is_asked_to_talk = False

    # Called by the port

    def answer_sdp(self, codec: str) -> str:
        """Our SDP answer narrowed to one codec, "" to answer as usual. Only the first answer can differ."""
        sdp, self._answer_sdp = self._answer_sdp, ""
        # Ours lists all we speak: a codec that the caller did not offer would leave no common one.
        return (
            with_codec_only(sdp, codec)
            if codec in self._remote_codecs and codec in offered_codecs(sdp)
            else ""
        )

    def sends_keys_apart(self) -> bool | None:
        """Whether telephone-event (RFC 4733) was agreed; None: there is no media yet."""
        if self._audio_index < 0:
            return None
        try:
            info = self.getStreamInfo(self._audio_index)
        except pj.Error:
            return None
        return bool(info.audTxEventPt >= 0)

    def ask_to_talk(self) -> None:
        """Within the dialog that the phone's 180 has begun; what the stack refuses the phone can't be asked."""
        self._is_asked_to_talk = True
        try:
            self.sendRequest(talk_order())
        except pj.Error as error:
            self._is_asked_to_talk = False
            self._emit(AskedToTalk(self.leg_id, SERVER_ERROR, printable(error.reason)[:LONGEST_REASON]))

    def media_report(self) -> MediaReport | None:
        current = read_stream(self, self._audio_index) if self._audio_index >= 0 else None
        return self._totals.including(current)

    # Called by pjsua2

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._end(info.lastStatusCode, printable(info.lastReason)[:LONGEST_REASON])
        elif self.is_incoming:
            self.is_answered = self.is_answered or info.state == pj.PJSIP_INV_STATE_CONFIRMED
        elif info.state == pj.PJSIP_INV_STATE_EARLY:
            self._ring(info.lastStatusCode, _received(prm.e))
        elif info.state == pj.PJSIP_INV_STATE_CONNECTING:
            self._note_answer(_received(prm.e))
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.is_answered = True
            self._emit(LegAnswered(self.leg_id, self._user_agent, self._chosen_codec))

    def _ring(self, sip_code: int, message: SipMessage) -> None:
        codecs = offered_codecs(message.body)
        self.remote_tag = tag_of(message.first("To")) or self.remote_tag
        self._emit(LegRinging(self.leg_id, sip_code, bool(codecs), codecs[0] if codecs else ""))
        self._chosen_codec = codecs[0] if codecs else self._chosen_codec

    def _note_answer(self, message: SipMessage) -> None:
        self._user_agent = message.first("User-Agent") or message.first("Server")
        self.remote_tag = tag_of(message.first("To")) or self.remote_tag
        codecs = offered_codecs(message.body)
        self._chosen_codec = codecs[0] if codecs else self._chosen_codec

    def _end(self, sip_code: int, reason: str) -> None:
        if self.is_over:
            return
        self.is_over = True
        self._patchbay.forget(self.leg_id)
        if self.is_incoming or self.is_answered:
            cancelled = not (self.is_answered or self.is_refused) and sip_code == REQUEST_TERMINATED
            if self.is_callers and not self.is_connected and not self.is_refused:
                # They hung up before whom they want had answered.
                cancelled = sip_code < LOWEST_FAILURE
            self._emit(LegHungUp(self.leg_id, cancelled, sip_code, reason, self._totals.past))
        else:
            self._emit(LegFailed(self.leg_id, sip_code, reason))

    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        """Of all transactions within the dialog the one that `ask_to_talk` began."""
        if not self._is_asked_to_talk or prm.e.type != pj.PJSIP_EVENT_TSX_STATE:
            return
        asked = prm.e.body.tsxState.tsx
        if asked.role != pj.PJSIP_ROLE_UAC or asked.method != "NOTIFY" or asked.statusCode < LOWEST_FINAL:
            return
        self._is_asked_to_talk = False
        reason = printable(asked.statusText)[:LONGEST_REASON]
        self._emit(AskedToTalk(self.leg_id, asked.statusCode, reason))

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status in PLAYABLE:
                self._audio_index = media.index
                self._patchbay.attach(self.leg_id, self.getAudioMedia(media.index))
                self._note_hold(media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
                return

    def _note_hold(self, is_held: bool) -> None:
        if is_held != self._is_held:
            self._is_held = is_held
            self._emit(LegHeld(self.leg_id) if is_held else LegUnheld(self.leg_id))

    def onStreamDestroyed(self, prm: pj.OnStreamDestroyedParam) -> None:
        if prm.streamIdx == self._audio_index:
            self._totals.add(read_stream(self, self._audio_index))
            self._audio_index = -1
            self._patchbay.detach(self.leg_id)

    def onCallSdpCreated(self, prm: pj.OnCallSdpCreatedParam) -> None:
        if not self.is_incoming:
            arranged = with_codecs_of if self._is_codec_choice_ours else with_codecs_first
            prm.sdp.wholeSdp = arranged(prm.sdp.wholeSdp, self._codecs)
        elif not self.is_answered:
            self._answer_sdp = prm.sdp.wholeSdp
            self._remote_codecs = offered_codecs(prm.remSdp.wholeSdp)

    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        """Left alone, pjsua would call whatever a phone names in REFER, past the dialplan."""
        self._on_refer(self, prm)

    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:
        prm.statusCode = NOT_IMPLEMENTED

    def onDtmfEvent(self, prm: pj.OnDtmfEventParam) -> None:
        """Signalled when a digit ends, since only then its length is known."""
        if prm.method == pj.PJSUA_DTMF_METHOD_RFC2833 and not prm.flags & DTMF_IS_END:
            return
        known = 0 < prm.duration < UNKNOWN_DURATION
        self._emit(DigitPressed(self.leg_id, prm.digit, prm.duration if known else SIP_INFO_DURATION_MS))


def _received(event: pj.SipEvent) -> SipMessage:
    """The message that caused a state change; empty if a timer or we ourselves did."""
    if event.type == pj.PJSIP_EVENT_TSX_STATE and event.body.tsxState.type == pj.PJSIP_EVENT_RX_MSG:
        return parse_message(event.body.tsxState.src.rdata.wholeMsg)
    return SipMessage("", {}, "")
