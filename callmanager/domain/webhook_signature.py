"""How a receiver knows that a delivery is ours and unchanged: the headers of Standard Webhooks. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with


def signature_headers(*, event_id: str, unix_s: int, body: str, secret: str) -> Mapping[str, str]:
    """The id stays the same for all attempts; the moment is that of the attempt."""
    signed = f"{event_id}.{unix_s}.{body}".encode()
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(unix_s),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode('ascii')}",
    }


def secret_bytes(secret: str) -> bytes:
    """Of a secret as it is shown: base64 of the key, in either alphabet, padded or not."""
    text = secret.removeprefix(SECRET_PREFIX).translate(str.maketrans("-_", "+/")).rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4))
