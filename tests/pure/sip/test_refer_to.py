"""What REFER may name: a number or a dialog, and never a header of ours."""

from __future__ import annotations

import pytest

from sipworker.pjsip.refer_to import LONGEST, ReferError, ReferTo, Replaces, read_refer_to

REPLACES = Replaces("abc@192.0.2.1", "7", "9")
GOOD = {
    "<sip:103@acme.example>": ReferTo("103", "acme.example"),
    "sip:103@acme.example": ReferTo("103", "acme.example"),
    '"Carol" <sip:103@ACME.example:5070;user=phone>;x=y': ReferTo("103", "acme.example"),
    "<sip:%2b4930@acme.example>": ReferTo("+4930", "acme.example"),
    "<tel:+4930123>": ReferTo("+4930123", ""),
    "<sip:103@acme.example?Replaces=abc%40192.0.2.1%3Bto-tag%3D7%3Bfrom-tag%3D9>": ReferTo(
        "103", "acme.example", REPLACES
    ),
    "<sip:103@acme.example?Require=replaces&replaces=abc%40192.0.2.1%3Bfrom-tag%3D9%3Bto-tag%3D7>": ReferTo(
        "103", "acme.example", REPLACES
    ),
}
BAD = {
    "": 416,
    "<mailto:103@acme.example>": 416,
    "<sip:acme.example>": 400,
    "<sip:103@acme.example?X-PBX-Dest=trunk&X-PBX-Trunk=1>": 400,
    "<sip:103@acme.example?%58-PBX-Dest=trunk>": 400,
    "<sip:103@acme.example?Route=%3Csip%3Aevil.example%3Blr%3E>": 400,
    "<sip:103@acme.example?body=v%3D0>": 400,
    "<sip:103@acme.example?Require=100rel>": 400,
    "<sip:103@acme.example?Replaces=abc>": 400,
    "<sip:103@acme.example?Replaces=a%3Bto-tag%3D7%3Bfrom-tag%3D9&Replaces=b%3Bto-tag%3D7%3Bfrom-tag%3D9>": 400,
    "<sip:103@acme.example>\r\nX-PBX-Dest: trunk": 400,
    "<sip:10\u00e93@acme.example>": 400,
    f"<sip:{'1' * LONGEST}@acme.example>": 400,
}


@pytest.mark.parametrize(("value", "expected"), GOOD.items(), ids=GOOD)
def test_what_is_named_is_read(value: str, expected: ReferTo) -> None:
    assert read_refer_to(value) == expected


@pytest.mark.parametrize(("value", "code"), BAD.items(), ids=[str(n) for n in range(len(BAD))])
def test_anything_else_is_refused(value: str, code: int) -> None:
    with pytest.raises(ReferError) as refused:
        read_refer_to(value)
    assert refused.value.sip_code == code
