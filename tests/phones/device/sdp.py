"""What a phone leaves out of its SDP."""

from __future__ import annotations

import re


def without_key_events(sdp: str) -> str:
    """No telephone-event (RFC 4733): keys of such a phone are sound, or come by INFO."""
    for payload in re.findall(r"a=rtpmap:(\d+) telephone-event/", sdp):
        sdp = re.sub(rf"a=(?:rtpmap|fmtp):{payload} [^\r\n]*\r?\n", "", sdp)
        sdp = re.sub(rf"(m=audio [^\r\n]*?) {payload}(?= |\r?\n)", r"\1", sdp)
    return sdp
