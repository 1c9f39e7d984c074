"""What a phone changes in its SDP."""

from __future__ import annotations

import re


def without_key_events(sdp: str) -> str:
    """No telephone-event (RFC 4733): keys of such a phone are sound, or come by INFO."""
    for payload in re.findall(r"a=rtpmap:(\d+) telephone-event/", sdp):
        sdp = re.sub(rf"a=(?:rtpmap|fmtp):{payload} [^\r\n]*\r?\n", "", sdp)
        sdp = re.sub(rf"(m=audio [^\r\n]*?) {payload}(?= |\r?\n)", r"\1", sdp)
    return sdp


def held_by(sdp: str, how: str) -> str:
    """`inactive` (RFC 3264 section 8.4), or the address `0.0.0.0` without any direction (RFC 2543)."""
    if how == "0.0.0.0":
        return re.sub(r"c=IN IP4 [0-9.]+", "c=IN IP4 0.0.0.0", sdp.replace("a=sendrecv\r\n", ""))
    return sdp.replace("a=sendrecv", f"a={how}")
