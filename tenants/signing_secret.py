"""What signs deliveries to a tenant's addresses, as the Standard Webhooks write it."""

from __future__ import annotations

import base64
import secrets

PREFIX = "whsec_"
_KEY_BYTES = 32


def new_signing_secret() -> str:
    """Padded base64 of the usual alphabet: receivers decode strictly."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")
