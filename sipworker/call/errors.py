"""What can be wrong with a call from the inside; each knows the SIP answer the caller gets."""

from __future__ import annotations


class CallError(Exception):
    """The call can not go on."""

    sip_code = 500


class IllegalAction(CallError):
    """A feature wished something of a leg that its state does not allow: a mistake in the feature."""


class IllegalSignal(CallError):
    """A leg said something that its state does not allow. Nothing was changed; the call may go on."""
