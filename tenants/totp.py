"""Time-based one-time passwords, RFC 6238 as authenticator apps have it: SHA-1, six digits, thirty seconds. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
# Clocks differ: the code before and the one after count too.
DRIFT_STEPS = 1
SECRET_BYTES = 20


def secret_text(secret: bytes) -> str:
    """As people type it and apps read it."""
    return base64.b32encode(secret).decode().rstrip("=")


def code_at(secret: str, step: int) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def find_step(secret: str, code: str, *, at_s: float, after_step: int) -> int | None:
    """The step a code belongs to, if that is now, give or take the drift, and later than the last one used:
    a code that somebody looked at over a shoulder is good for nothing any more.
    """
    now = int(at_s // STEP_S)
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(code_at(secret, step), code) and step > after_step:
            found = step
    return found


def key_uri(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code says."""
    parameters = urlencode(
        {"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP_S}, quote_via=quote
    )
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{parameters}"
