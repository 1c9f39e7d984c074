"""Inside a phone's process: an answer to a request within a dialog that pjsua2 hands out and can't answer."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

import pjsua2 as pj

from tests.phones.calls import IncomingMessage


def is_talk_event(event: pj.SipEvent) -> bool:
    """NOTIFY with `Event: talk` has just come."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE or event.body.tsxState.type != pj.PJSIP_EVENT_RX_MSG:
        return False
    if event.body.tsxState.tsx.state != pj.PJSIP_TSX_STATE_TRYING:
        return False
    message = IncomingMessage(event.body.tsxState.src.rdata.wholeMsg)
    return (message.code, message.method, message.header("Event")) == (0, "NOTIFY", "talk")


def respond_to(event: pj.SipEvent, code: int) -> None:
    """Before the stack does so by itself: it says 500 to what no part of it knows."""
    received = ctypes.c_void_p(int(event.body.tsxState.src.rdata.pjRxData))
    pjsip = _pjsip()
    dialog = ctypes.c_void_p(pjsip.pjsip_rdata_get_dlg(received))
    status = pjsip.pjsip_dlg_respond(dialog, received, code, None, None, None)
    if status:
        raise RuntimeError(f"pjsip_dlg_respond: {status}")


@cache
def _pjsip() -> ctypes.CDLL:
    """Part of the extension module that this process has loaded already."""
    library = ctypes.CDLL(sys.modules["_pjsua2"].__file__)
    library.pjsip_rdata_get_dlg.restype = ctypes.c_void_p
    return library
