"""Try a freshly built pjsua2 wheel: the codecs, more calls than the stock wheel allows, DTMF, and the patched bugs.

Run with the wheel importable; the exit status is 0 when all is well. Nothing is sent beyond the loopback interface.
"""

# pjsua2 is generated code without types.
# mypy: disallow-subclassing-any=False

import random
import socket
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pjsua2 as pj

CODECS = {"PCMU", "PCMA", "G722", "GSM", "opus", "G729"}
CALLS = 8  # the wheel on the Python package index stops at four
DIGITS = "159#"
DEADLINE_S = 20.0
LOOPBACK = "127.0.0.1"
MAX_CALLS = 1024
# More than the unpatched library tries.
PORTS_IN_USE, PORTS_FREE = 240, 20


class SmokeFailure(Exception):
    """The wheel does not do what the worker needs."""


class Log(pj.LogWriter):
    """Errors, unless they are what is tried."""

    def __init__(self) -> None:
        super().__init__()
        self.is_quiet = False

    def write(self, entry: pj.LogEntry) -> None:
        if not self.is_quiet:
            sys.stdout.write(entry.msg)


# The library keeps no reference to it.
LOG = Log()


class Silence(pj.AudioMediaPlayer):
    """A leg without any source sends no RTP, and so no DTMF either."""

    def __init__(self, path: Path, options: int = 0) -> None:
        super().__init__()
        self.ends = 0
        self.createPlayer(str(path), options)

    def onEof2(self) -> None:
        self.ends += 1


class Leg(pj.Call):
    def __init__(self, phone: "Phone", call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(phone, call_id)
        self.phone = phone
        self.confirmed = self.ended = False
        self.digits = ""
        self.last_message = ""

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        state = self.getInfo().state
        self.confirmed = state == pj.PJSIP_INV_STATE_CONFIRMED
        self.ended = state == pj.PJSIP_INV_STATE_DISCONNECTED
        if prm.e.type == pj.PJSIP_EVENT_TSX_STATE and prm.e.body.tsxState.type == pj.PJSIP_EVENT_RX_MSG:
            self.last_message = prm.e.body.tsxState.src.rdata.wholeMsg

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        self.phone.silence.startTransmit(self.getAudioMedia(-1))

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        self.digits += prm.digit


class Phone(pj.Account):
    """Calls itself; rejects calls to "busy" and answers all others."""

    def __init__(self, silence: Silence) -> None:
        super().__init__()
        self.silence = silence
        self.placed: list[Leg] = []
        self.received: list[Leg] = []

    def place(self, user: str, port: int) -> Leg:
        leg = Leg(self)
        self.placed.append(leg)
        leg.makeCall(f"sip:{user}@{LOOPBACK}:{port}", audio_only())
        return leg

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        leg = Leg(self, prm.callId)
        self.received.append(leg)
        if "sip:busy@" in prm.rdata.wholeMsg.partition("\r\n")[0]:
            rejection = pj.CallOpParam()
            rejection.statusCode = 486
            header = pj.SipHeader()
            header.hName, header.hValue = "X-Smoke", "kept"
            rejection.txOption.headers.append(header)
            leg.hangup(rejection)
        else:
            answer = audio_only()
            answer.statusCode = 200
            leg.answer(answer)


def audio_only() -> pj.CallOpParam:
    prm = pj.CallOpParam(True)
    prm.opt.videoCount = prm.opt.textCount = 0
    return prm


def start_library() -> tuple[pj.Endpoint, int]:
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.maxCalls = MAX_CALLS
    config.logConfig.level = config.logConfig.consoleLevel = 1
    config.logConfig.writer = LOG
    config.medConfig.noVad = True
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.boundAddress = LOOPBACK
    transport_id = endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    return endpoint, int(endpoint.transportGetInfo(transport_id).localName.rpartition(":")[2])


def start_phone(silence: Silence, port: int, rtp_port: int = 0, rtp_ports: int = 0) -> Phone:
    config = pj.AccountConfig()
    config.idUri = f"sip:smoke@{LOOPBACK}:{port}"
    config.mediaConfig.transportConfig.boundAddress = LOOPBACK
    config.mediaConfig.transportConfig.port = rtp_port
    config.mediaConfig.transportConfig.portRange = rtp_ports
    phone = Phone(silence)
    phone.create(config)
    return phone


def until(endpoint: pj.Endpoint, what: str, is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_true():
        if time.monotonic() > deadline:
            raise SmokeFailure(f"not within {DEADLINE_S:.0f} s: {what}")
        endpoint.libHandleEvents(10)


def check_codecs(endpoint: pj.Endpoint) -> None:
    codecs = endpoint.codecEnum2()
    missing = CODECS - {codec.codecId.partition("/")[0] for codec in codecs}
    if missing:
        raise SmokeFailure(f"codecs missing: {', '.join(sorted(missing))}")


def check_calls(endpoint: pj.Endpoint, phone: Phone, port: int) -> None:
    for number in range(CALLS):
        phone.place(f"answer{number}", port)
    until(endpoint, f"{CALLS} calls answered", lambda: len(phone.received) == CALLS and all_confirmed(phone))
    legs = phone.placed + phone.received
    for leg in phone.placed:
        leg.dialDtmf(DIGITS)
    until(
        endpoint, f"DTMF {DIGITS} on every call", lambda: all(leg.digits == DIGITS for leg in phone.received)
    )
    endpoint.hangupAllCalls()
    until(endpoint, "all calls ended", lambda: all(leg.ended for leg in legs))


def all_confirmed(phone: Phone) -> bool:
    return all(leg.confirmed for leg in phone.placed + phone.received)


def check_rejection_header(endpoint: pj.Endpoint, phone: Phone, port: int) -> None:
    leg = phone.place("busy", port)
    until(endpoint, "rejected call ended", lambda: leg.ended)
    if "X-Smoke: kept" not in leg.last_message:
        raise SmokeFailure("hangup() in onIncomingCall lost its headers")


def check_player_deletion(endpoint: pj.Endpoint, file: Path) -> None:
    """Players dropped around the end of their file, which is when the unpatched library crashes."""
    players = [playing(endpoint, file) for _ in range(40)]
    until(endpoint, "a player's end of file", lambda: any(player.ends for player in players))
    players.clear()


def check_ports(endpoint: pj.Endpoint, silence: Silence, port: int) -> None:
    """A call finds the free ports behind many that are in use, and where there are none, what failed harms nobody."""
    with ExitStack() as in_use, ExitStack() as rest:
        ports = occupied_run(in_use, PORTS_IN_USE + PORTS_FREE)
        phone = start_phone(silence, port, ports[0], PORTS_IN_USE + PORTS_FREE - 2)
        LOG.is_quiet = True
        failed = [failed_leg(phone, port) for _ in range(MAX_CALLS)]
        LOG.is_quiet = False
        # The last ones are free again.
        in_use.close()
        occupy(rest, ports[:PORTS_IN_USE])
        leg = phone.place("ports", port)
        until(endpoint, "a call behind ports in use", lambda: leg.confirmed and all_confirmed(phone))
        failed.clear()
        for _ in range(20):
            endpoint.libHandleEvents(10)
        if not leg.confirmed or leg.ended:
            raise SmokeFailure("a call that failed before hung up another one")
        endpoint.hangupAllCalls()
        until(endpoint, "both ended", lambda: all(one.ended for one in (leg, *phone.received)))
        phone.placed.clear()
        phone.received.clear()
        phone.shutdown()


def failed_leg(phone: Phone, port: int) -> Leg:
    leg = Leg(phone)
    try:
        leg.makeCall(f"sip:nobody@{LOOPBACK}:{port}", audio_only())
    except pj.Error:
        return leg
    raise SmokeFailure("a call without a port for its sound")


def occupied_run(stack: ExitStack, length: int) -> Sequence[int]:
    """Ports in a row, all in use now; the first one is even."""
    for _ in range(100):
        first = random.randrange(20000, 60000, 2)  # noqa: S311 - no secret
        try:
            occupy(stack, range(first, first + length))
        except OSError:
            stack.close()
            continue
        return range(first, first + length)
    raise SmokeFailure(f"no {length} ports in a row are free")


def occupy(stack: ExitStack, ports: Sequence[int]) -> None:
    for port in ports:
        one = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        one.bind((LOOPBACK, port))


def playing(endpoint: pj.Endpoint, file: Path) -> Silence:
    player = Silence(file, pj.PJMEDIA_FILE_NO_LOOP)
    player.startTransmit(endpoint.audDevManager().getPlaybackDevMedia())
    return player


def write_silence(path: Path, seconds: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(seconds * 8000) * 2))
    return path


def try_library(folder: Path) -> None:
    endpoint, port = start_library()
    check_codecs(endpoint)
    phone = start_phone(Silence(write_silence(folder / "silence.wav", 1.0)), port)
    check_calls(endpoint, phone, port)
    check_rejection_header(endpoint, phone, port)
    check_player_deletion(endpoint, write_silence(folder / "short.wav", 0.2))
    check_ports(endpoint, phone.silence, port)
    phone.placed.clear()
    phone.received.clear()
    phone.shutdown()
    del phone
    endpoint.libDestroy()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        try:
            try_library(Path(folder))
        except (SmokeFailure, pj.Error) as error:
            reason = error.info() if isinstance(error, pj.Error) else error
            print(f"smoke.py: {reason}", file=sys.stderr)
            return 1
    print("smoke.py: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
