"""Codec order in SDP: the caller's wish goes to the callee, the callee's choice back to the caller."""

from __future__ import annotations

import pytest

from sipworker.pjsip.sdp import offered_codecs, with_codec_only, with_codecs_first, with_codecs_of

pytestmark = pytest.mark.pure

OFFER = (
    "v=0\r\n"
    "m=audio 4000 RTP/AVP 96 9 8 0 3 101\r\n"
    "a=rtpmap:96 opus/48000/2\r\n"
    "a=fmtp:96 useinbandfec=1\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-16\r\n"
    "a=sendrecv\r\n"
    "m=video 4002 RTP/AVP 97\r\n"
    "a=rtpmap:97 H264/90000\r\n"
)


def test_names_come_from_rtpmap_and_from_the_static_table() -> None:
    assert offered_codecs(OFFER) == ("OPUS", "G722", "PCMA", "PCMU", "GSM")


@pytest.mark.parametrize(
    "sdp", ["", "v=0\r\n", "m=audio\r\n", "m=audio 0 RTP/AVP\r\n", "m=video 1 RTP/AVP 97\r\n"]
)
def test_no_audio_no_codecs(sdp: str) -> None:
    assert offered_codecs(sdp) == ()
    assert with_codecs_first(sdp, ("PCMU",)) == sdp
    assert with_codec_only(sdp, "PCMU") == sdp


def test_the_callers_codecs_are_offered_first_and_none_is_lost() -> None:
    changed = with_codecs_first(OFFER, ("PCMU", "G722", "iLBC"))
    assert "m=audio 4000 RTP/AVP 0 9 96 8 3 101\r\n" in changed
    assert "m=video 4002 RTP/AVP 97\r\n" in changed


def test_an_answer_can_be_narrowed_to_one_codec_and_keeps_its_digits() -> None:
    changed = with_codec_only(OFFER, "PCMA")
    assert "m=audio 4000 RTP/AVP 8 101\r\n" in changed
    assert "opus" not in changed
    assert "a=fmtp:101 0-16\r\n" in changed
    assert "a=sendrecv\r\n" in changed


def test_a_codec_that_was_not_offered_changes_nothing() -> None:
    assert with_codec_only(OFFER, "G729") == OFFER


def test_a_trunks_codecs_alone_are_offered_in_its_order() -> None:
    sdp = (
        "m=audio 4000 RTP/AVP 96 9 8 0 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    )
    narrowed = with_codecs_of(sdp, ["PCMU", "pcma"])
    assert narrowed == (
        "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    )
    assert with_codecs_of(sdp, ["GSM"]) == sdp
    assert with_codecs_of(sdp, []) == sdp
