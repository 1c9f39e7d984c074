"""Endpoint, account and main loop of the device; `do_*` are the orders it understands."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any, TextIO

import pjsua2 as pj

from tests.phones.config import BRIDGE_RATE_HZ, PhoneConfig
from tests.phones.device.call import DeviceCall
from tests.phones.device.media import Voice

POLL_MS = 10
# By name and whether it is IPv6.
TRANSPORTS = {
    ("udp", False): pj.PJSIP_TRANSPORT_UDP,
    ("tcp", False): pj.PJSIP_TRANSPORT_TCP,
    ("tls", False): pj.PJSIP_TRANSPORT_TLS,
    ("udp", True): pj.PJSIP_TRANSPORT_UDP6,
    ("tcp", True): pj.PJSIP_TRANSPORT_TCP6,
    ("tls", True): pj.PJSIP_TRANSPORT_TLS6,
}

SRTP_USE = {"optional": pj.PJMEDIA_SRTP_OPTIONAL, "required": pj.PJMEDIA_SRTP_MANDATORY}


class Outbox:
    """Events from any thread (pjsua2 delivers DTMF on its media thread), written by the main loop alone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: SimpleQueue[str] = SimpleQueue()

    def put(self, document: dict[str, Any]) -> None:
        self._lines.put(json.dumps({"at": time.time(), **document}))

    def flush(self) -> None:
        while not self._lines.empty():
            self._stream.write(self._lines.get() + "\n")
        self._stream.flush()


class Inbox:
    """Orders from stdin, read without blocking the SIP loop."""

    def __init__(self) -> None:
        self.is_closed = False
        self._pending = b""

    def lines(self, timeout_s: float | None) -> list[str]:
        while select.select([0], [], [], timeout_s)[0]:
            received = os.read(0, 65536)
            self.is_closed = not received
            self._pending += received
            if self.is_closed or timeout_s is None:
                break
        *lines, self._pending = self._pending.split(b"\n")
        return [line.decode() for line in lines]


class DeviceAccount(pj.Account):
    def __init__(self, device: Device) -> None:
        super().__init__()
        self._device = device

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        self._device.outbox.put(
            {
                "event": "registration",
                "code": prm.code,
                "reason": prm.reason,
                "expires": prm.expiration,
                "active": self.getInfo().regIsActive,
            }
        )

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = DeviceCall(self._device, self, self._device.next_key(), prm.callId)
        self._device.calls[call.key] = call
        self._device.outbox.put({"event": "incoming", "call": call.key, "message": prm.rdata.wholeMsg})
        call.apply_policy(self._device.policy)


class Device:
    """One phone: endpoint, account, calls, voice."""

    def __init__(self, config: PhoneConfig, log_path: str, outbox: Outbox) -> None:
        self.config = config
        self.outbox = outbox
        self.calls: dict[str, DeviceCall] = {}
        self.policy: dict[str, Any] = {"provisional": 180, "final": 0}
        self.is_running = True
        self._calls_made = 0
        # Ended calls are kept: destroying one inside its own callback crashes.
        self._ended: list[DeviceCall] = []
        self.endpoint = _start_endpoint(config, log_path)
        self.voice = Voice(config.tone_hz)
        self.account = DeviceAccount(self)
        self.account.create(_account_config(config))

    def next_key(self) -> str:
        self._calls_made += 1
        return f"call{self._calls_made}"

    def retire(self, key: str) -> None:
        self._ended.append(self.calls.pop(key))

    def _call(self, command: dict[str, Any]) -> DeviceCall:
        return self.calls[command["call"]]

    def do_register(self, command: dict[str, Any]) -> None:
        self.account.setRegistration(True)

    def do_unregister(self, command: dict[str, Any]) -> None:
        self.account.setRegistration(False)

    def do_policy(self, command: dict[str, Any]) -> None:
        self.policy = command["policy"]

    def do_dial(self, command: dict[str, Any]) -> str:
        call = DeviceCall(self, self.account, self.next_key())
        self.calls[call.key] = call
        call.dial(command["uri"], command.get("headers", {}), command.get("target", ""))
        return call.key

    def do_answer(self, command: dict[str, Any]) -> None:
        self._call(command).respond(command["code"], command.get("reason", ""))

    def do_hang_up(self, command: dict[str, Any]) -> None:
        # The other side may have been faster.
        if command["call"] in self.calls:
            self._call(command).hang_up()

    def do_refer(self, command: dict[str, Any]) -> None:
        self._call(command).refer(command["uri"])

    def do_refer_to_call(self, command: dict[str, Any]) -> None:
        self._call(command).refer_to_call(self.calls[command["other"]])

    def do_join(self, command: dict[str, Any]) -> None:
        first, second = self.calls[command["first"]], self.calls[command["second"]]
        first.sound().startTransmit(second.sound())
        second.sound().startTransmit(first.sound())

    def do_hold(self, command: dict[str, Any]) -> None:
        self._call(command).hold()

    def do_unhold(self, command: dict[str, Any]) -> None:
        self._call(command).renegotiate(pj.PJSUA_CALL_UNHOLD)

    def do_reinvite(self, command: dict[str, Any]) -> None:
        self._call(command).renegotiate(0)

    def do_codecs(self, command: dict[str, Any]) -> None:
        _choose_codecs(self.endpoint, command["codecs"])

    def do_dtmf(self, command: dict[str, Any]) -> None:
        self._call(command).dialDtmf(command["digits"])

    def do_keys_by_info(self, command: dict[str, Any]) -> None:
        self._call(command).send_keys_by_info(command["digits"])

    def do_keys_by_sound(self, command: dict[str, Any]) -> None:
        self.voice.press(command["digits"])

    def do_fax(self, command: dict[str, Any]) -> None:
        self.voice.call_as_fax()

    def do_tone(self, command: dict[str, Any]) -> None:
        self.voice.speak(command["frequency_hz"])

    def do_levels(self, command: dict[str, Any]) -> dict[str, float]:
        return self._call(command).levels(command["frequencies_hz"], command["duration_ms"])

    def do_likeness(self, command: dict[str, Any]) -> float:
        return self._call(command).likeness(command["path"])

    def do_statistics(self, command: dict[str, Any]) -> dict[str, Any]:
        return self._call(command).statistics()

    def do_quit(self, command: dict[str, Any]) -> None:
        self.is_running = False

    def perform(self, command: dict[str, Any]) -> None:
        operation: Callable[[dict[str, Any]], Any] | None = getattr(self, "do_" + command["op"], None)
        answer: dict[str, Any] = {"re": command["id"], "ok": True}
        try:
            if operation is None:
                raise KeyError(command["op"])
            answer["value"] = operation(command)
        except (pj.Error, KeyError) as error:
            reason = error.reason if isinstance(error, pj.Error) else f"unknown {error}"
            answer |= {"ok": False, "error": reason}
        self.outbox.put(answer)

    def close(self) -> None:
        self.endpoint.hangupAllCalls()
        deadline = time.monotonic() + 2
        while self.calls and time.monotonic() < deadline:
            self.endpoint.libHandleEvents(POLL_MS)
        self.voice.close()


def _start_endpoint(config: PhoneConfig, log_path: str) -> pj.Endpoint:
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    settings = pj.EpConfig()
    settings.uaConfig.threadCnt = 0
    settings.uaConfig.userAgent = config.user_agent
    settings.logConfig.filename = log_path
    settings.logConfig.consoleLevel = 0
    settings.medConfig.clockRate = settings.medConfig.sndClockRate = BRIDGE_RATE_HZ
    settings.medConfig.quality = 2
    settings.medConfig.noVad = True
    settings.medConfig.ecTailLen = 0
    endpoint.libInit(settings)
    endpoint.audDevManager().setNullDev()
    transport = pj.TransportConfig()
    transport.boundAddress = config.local_address
    transport.port = config.local_port
    endpoint.transportCreate(TRANSPORTS[config.transport, config.is_ipv6], transport)
    endpoint.libStart()
    _choose_codecs(endpoint, config.codecs)
    return endpoint


def _choose_codecs(endpoint: pj.Endpoint, codecs: Sequence[str]) -> None:
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 0)
    for rank, name in enumerate(codecs):
        endpoint.codecSetPriority(name, 250 - rank)


def _account_config(config: PhoneConfig) -> pj.AccountConfig:
    account = pj.AccountConfig()
    display = f'"{config.display_name}" ' if config.display_name else ""
    suffix = "" if config.transport == "udp" else f";transport={config.transport}"
    account.idUri = f"{display}<sip:{config.aor}>"
    account.regConfig.registrarUri = f"sip:{config.domain}{suffix}"
    account.regConfig.registerOnAdd = False
    account.regConfig.timeoutSec = config.expires_s
    # A test says itself when to try again.
    account.regConfig.retryIntervalSec = 0
    account.regConfig.firstRetryIntervalSec = 0
    host = f"[{config.host}]" if config.is_ipv6 else config.host
    account.sipConfig.proxies.append(f"sip:{host}:{config.port}{suffix};lr")
    account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", config.number, 0, config.password))
    if config.session_expires_s:
        account.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
        account.callConfig.timerSessExpiresSec = config.session_expires_s
    if config.requires_100rel:
        account.callConfig.prackUse = pj.PJSUA_100REL_MANDATORY
    if config.srtp:
        account.mediaConfig.srtpUse = SRTP_USE[config.srtp]
        account.mediaConfig.srtpSecureSignaling = 0
        account.mediaConfig.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_SDES)
    if config.is_ipv6:
        account.sipConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY
        account.mediaConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY
    account.mediaConfig.transportConfig.boundAddress = config.local_address
    # pjsua counts up from here; a random start keeps neighbours on one machine apart.
    account.mediaConfig.transportConfig.port = 10000 + 2 * (int.from_bytes(os.urandom(2)) % 3000)
    account.mediaConfig.transportConfig.portRange = 4000
    return account


def main() -> None:
    # Ctrl-C is for whoever started us, and wants to unregister first; its end is the end of our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nobody else may write into the answers: whatever prints goes to stderr.
    outbox = Outbox(os.fdopen(os.dup(1), "w"))
    os.dup2(2, 1)
    inbox = Inbox()
    first: list[str] = []
    while not first:
        first = inbox.lines(timeout_s=None)
    device = Device(PhoneConfig.from_json(first[0]), sys.argv[1], outbox)
    outbox.put({"event": "ready"})
    while device.is_running and not inbox.is_closed:
        device.endpoint.libHandleEvents(POLL_MS)
        for line in inbox.lines(timeout_s=0):
            device.perform(json.loads(line))
        outbox.flush()
    device.close()
    outbox.flush()
    # Not through libDestroy and garbage collection: their order is what crashes, and the kernel frees it all.
    os._exit(0)


if __name__ == "__main__":
    main()
