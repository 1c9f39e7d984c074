"""The account under which all legs run: hands each INVITE to the port, sends nothing by itself."""

from __future__ import annotations

from collections.abc import Callable

import pjsua2 as pj

InviteHandler = Callable[["EdgeAccount", pj.OnIncomingCallParam], None]


class EdgeAccount(pj.Account):
    def __init__(self, config: pj.AccountConfig, on_invite: InviteHandler, *, is_default: bool) -> None:
        super().__init__()
        self._on_invite = on_invite
        self.create(config, is_default)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self._on_invite(self, prm)
