"""Starts pjsua2 as a call server wants it: one thread that polls, no sound device, our codecs and ports."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pjsua2 as pj
import structlog

from callmanager.domain.codecs import CODECS
from callmanager.domain.trunk_entry import SrtpMode
from sipworker.config import WorkerConfig
from sipworker.pjsip.sdp import offers_srtp

log = structlog.get_logger(__name__)

MAX_CALLS = 1000
MAX_CONFERENCE_PORTS = 3000
FRAME_MS = 20
# Bits of pjsua2's `quality` that choose the Speex resampler's quality 3 (docs/decisions/0010).
RESAMPLING_QUALITY = 2
SESSION_EXPIRES_S = 1800
MIN_SESSION_EXPIRES_S = 90
# What is not listed is off. A call's own order comes from its caller.
CODEC_PRIORITIES = {codec.codec_id: codec.priority for codec in CODECS}
# Wideband speech: the default of 48 kHz stereo costs five times as much (docs/decisions/0010).
OPUS_RATE_HZ = 16_000
OPUS_BIT_RATE = 24_000
OPUS_COMPLEXITY = 2
# pjsua's levels: 1 errors, 2 warnings, 3 information, 4 and more for its developers.
LOG_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO}


SRTP_USE = {
    SrtpMode.OFF: pj.PJMEDIA_SRTP_DISABLED,
    SrtpMode.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    SrtpMode.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}
OF_A_TRUNK = "X-PBX-Kind: trunk"


class SipStartError(OSError):
    """The SIP stack cannot start; the message is for the operator."""


class LogWriter(pj.LogWriter):
    """pjsua's log lines go where ours go. Called from any thread."""

    def write(self, entry: pj.LogEntry) -> None:
        log.log(LOG_LEVELS.get(entry.level, logging.DEBUG), "pjsip", line=entry.msg.rstrip())


class Endpoint(pj.Endpoint):
    """The library. Chooses the account by the address family of the caller's media."""

    def __init__(
        self, config: WorkerConfig, on_rejected: Callable[[pj.OnRejectedIncomingCallParam], None]
    ) -> None:
        super().__init__()
        self._on_rejected = on_rejected
        self._config = config
        self._log_writer = LogWriter()
        # Accounts of calls that come in, by whether their media is IPv6 and their offer has keys for SRTP.
        self.incoming: dict[tuple[bool, bool], int] = {}

    def start(self) -> None:
        self.libCreate()
        self.libInit(self._endpoint_config())
        transport = pj.TransportConfig()
        transport.boundAddress = "127.0.0.1"
        transport.port = self._config.sip_port
        try:
            self.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        except pj.Error as error:
            port = self._config.sip_port
            raise SipStartError(f"cannot listen on UDP 127.0.0.1:{port}: {error.reason}") from error
        self.audDevManager().setNullDev()
        self._choose_codecs()
        self.libStart()

    def _endpoint_config(self) -> pj.EpConfig:
        config = pj.EpConfig()
        user_agent = config.uaConfig
        user_agent.threadCnt = 0
        user_agent.mainThreadOnly = False
        user_agent.maxCalls = MAX_CALLS
        user_agent.userAgent = "Tandem"
        media = config.medConfig
        media.clockRate = media.sndClockRate = self._config.bridge_clock_rate_hz
        media.quality = RESAMPLING_QUALITY
        media.audioFramePtime = FRAME_MS
        media.maxMediaPorts = MAX_CONFERENCE_PORTS
        media.ecTailLen = 0
        media.noVad = True
        media.threadCnt = 1
        # Keep the bridge's clock running between calls: its thread has been given its priority.
        media.sndAutoCloseTime = -1
        is_debugging = self._config.log_level <= logging.DEBUG
        config.logConfig.level = config.logConfig.consoleLevel = 4 if is_debugging else 2
        config.logConfig.msgLogging = is_debugging
        config.logConfig.decor = 0
        config.logConfig.writer = self._log_writer
        return config

    def _choose_codecs(self) -> None:
        for codec in self.codecEnum2():
            self.codecSetPriority(codec.codecId, CODEC_PRIORITIES.get(codec.codecId, 0))
        opus = self.getCodecOpusConfig()
        opus.sample_rate = OPUS_RATE_HZ
        opus.channel_cnt = 1
        opus.bit_rate = OPUS_BIT_RATE
        opus.complexity = OPUS_COMPLEXITY
        self.setCodecOpusConfig(opus)

    def start_bridge_clock(self, source: pj.AudioMedia) -> None:
        """The bridge starts its clock with the first connection; here, not amid the first call."""
        output = self.audDevManager().getPlaybackDevMedia()
        source.startTransmit(output)
        source.stopTransmit(output)

    def account_config(self, media_address: str, *, is_ipv6: bool, srtp: SrtpMode) -> pj.AccountConfig:
        """Signalling always through the edge; media on the given address."""
        config = pj.AccountConfig()
        config.idUri = f"sip:pbx@127.0.0.1:{self._config.sip_port}"
        # "hide" keeps the route out of the message: the edge is where we send it anyway.
        config.sipConfig.proxies.append(f"sip:127.0.0.1:{self._config.edge_sip_port};lr;hide")
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
        config.callConfig.timerSessExpiresSec = SESSION_EXPIRES_S
        config.callConfig.timerMinSESec = MIN_SESSION_EXPIRES_S
        config.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
        config.natConfig.sipOutboundUse = 0
        config.natConfig.contactRewriteUse = 0
        config.natConfig.viaRewriteUse = 0
        config.natConfig.sdpNatRewriteUse = 0
        media = config.mediaConfig
        media.srtpUse = SRTP_USE[srtp]
        # Keys in SDP (RFC 4568). Our signalling is that to the edge; beyond, the trunk's transport guards them.
        media.srtpSecureSignaling = 0
        media.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_SDES)
        media.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY if is_ipv6 else pj.PJSUA_IPV6_DISABLED
        ports = media.transportConfig
        ports.port = self._config.rtp_port_min
        ports.portRange = self._config.rtp_port_max - self._config.rtp_port_min
        if media_address not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
            ports.boundAddress = media_address
        return config

    def onRejectedIncomingCall(self, prm: pj.OnRejectedIncomingCallParam) -> None:
        self._on_rejected(prm)

    def onSelectAccount(self, prm: pj.OnSelectAccountParam) -> None:
        message = prm.rdata.wholeMsg
        # Phones' keys are the edge's affair, or nobody's; a trunk's are ours.
        is_srtp = OF_A_TRUNK in message and offers_srtp(message)
        account = self.incoming.get(("c=IN IP6" in message, is_srtp))
        if account is not None:
            prm.accountIndex = account
