"""Codec lists in SDP audio descriptions (RFC 8866): reading them and changing their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

# RFC 3551 table 4: payload types that need no rtpmap.
STATIC_PAYLOADS = {"0": "PCMU", "3": "GSM", "8": "PCMA", "9": "G722", "18": "G729"}
RTPMAP = re.compile(r"^a=rtpmap:(\d+) ([^/\s]+)", re.MULTILINE)
AUDIO = re.compile(r"^(m=audio \d+(?:/\d+)? \S+)((?: \d+)+)", re.MULTILINE)
PAYLOAD_ATTRIBUTE = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+) ")
NOT_CODECS = {"TELEPHONE-EVENT", "CN", "RED"}


def offered_codecs(sdp: str) -> tuple[str, ...]:
    """Names of the codecs in the first audio description, upper case, best first."""
    audio = AUDIO.search(sdp)
    if audio is None:
        return ()
    names = _names(sdp)
    codecs = (names.get(payload, "") for payload in audio[2].split())
    return tuple(dict.fromkeys(name for name in codecs if name and name not in NOT_CODECS))


def with_codecs_first(sdp: str, preferred: Sequence[str]) -> str:
    """The same description with these codecs first, in this order; all others stay, after them."""
    ranks = {name.upper(): rank for rank, name in enumerate(preferred)}
    names = _names(sdp)

    def rank(payload: str) -> int:
        return ranks.get(names.get(payload, ""), len(ranks))

    return _with_payloads(sdp, lambda payloads: sorted(payloads, key=rank))


def with_codecs_of(sdp: str, allowed: Sequence[str]) -> str:
    """The same description with these codecs alone (and DTMF), in this order; unchanged if it has none of them."""
    wanted = tuple(name.upper() for name in allowed)
    names = _names(sdp)
    if not set(wanted).intersection(offered_codecs(sdp)):
        return sdp
    dropped = {payload for payload, name in names.items() if name not in wanted and name not in NOT_CODECS}
    ordered = with_codecs_first(sdp, wanted)
    narrowed = _with_payloads(ordered, lambda payloads: [p for p in payloads if p not in dropped])
    return "".join(line for line in narrowed.splitlines(keepends=True) if not _describes(line, dropped))


def offers_srtp(sdp: str) -> bool:
    """Whether keys are offered, be it optionally (RFC 4568) or as the only way (RTP/SAVP)."""
    return "\na=crypto:" in sdp or "RTP/SAVP" in sdp


def with_codec_only(sdp: str, codec: str) -> str:
    """The same description with one codec (and DTMF); unchanged if it does not have that codec."""
    names = _names(sdp)
    wanted = codec.upper()
    if wanted not in offered_codecs(sdp):
        return sdp
    kept = {payload for payload, name in names.items() if name == wanted or name in NOT_CODECS}
    dropped = {payload for payload in names if payload not in kept}
    narrowed = _with_payloads(sdp, lambda payloads: [payload for payload in payloads if payload in kept])
    return "".join(line for line in narrowed.splitlines(keepends=True) if not _describes(line, dropped))


def _names(sdp: str) -> dict[str, str]:
    return STATIC_PAYLOADS | {payload: name.upper() for payload, name in RTPMAP.findall(sdp)}


def _with_payloads(sdp: str, change: Callable[[list[str]], list[str]]) -> str:
    return AUDIO.sub(lambda audio: f"{audio[1]} {' '.join(change(audio[2].split()))}", sdp, count=1)


def _describes(line: str, payloads: set[str]) -> bool:
    attribute = PAYLOAD_ATTRIBUTE.match(line)
    return attribute is not None and attribute[1] in payloads
