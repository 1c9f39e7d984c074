"""One WebSocket: commands in, events out. Decisions are in `domain.subscriptions`, sign-in in `identity`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from callmanager.domain.subscriptions import (
    CommandError,
    Subscription,
    TopicRequest,
    apply_request,
    may_receive,
    parse_command,
    render_event,
    render_resync,
    subscriptions_for,
)
from callmanager.events.identity import (
    SocketIdentity,
    WatchedTenant,
    identity_find_by_session,
    identity_sign_in,
    watched_tenant_get,
)
from callmanager.events.outbox import Outbox
from callmanager.events.process import event_hub, identity_watch
from tenants.sign_in import SignInRefused

logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

SIGN_IN_DEADLINE_S = 30.0
SIGN_IN_ATTEMPTS = 5
HUB_WAIT_S = 1.0

CLOSE_TOO_SLOW = 4008
CLOSE_NOT_SIGNED_IN = 4401
CLOSE_REVOKED = 4403


class EventConsumer(AsyncWebsocketConsumer):
    """Events come from the hub; a channel layer of its own would only be one more connection to lose."""

    channel_layer_alias = ""

    async def connect(self) -> None:
        self._outbox = Outbox()
        self._subscriptions: frozenset[Subscription] = frozenset()
        self._tenant_names: dict[int, str] = {}
        self._failed_sign_ins = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._identity: SocketIdentity | None = None
        await self.accept()
        self._set_identity(await database_sync_to_async(identity_find_by_session)(self.scope))
        for duty in (self._write(), self._let_go_when_slow(), self._let_go_when_silent()):
            self._tasks.add(asyncio.get_running_loop().create_task(duty))

    async def disconnect(self, code: int) -> None:
        event_hub().forget(self)
        identity_watch().forget(self)
        for task in self._tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            if text_data is None:
                raise CommandError("text frames only")
            await self._obey(text_data)
        except CommandError as refusal:
            await self._answer({"error": str(refusal), "status": -1})
        else:
            await self._answer({"status": 0})
        if self._failed_sign_ins >= SIGN_IN_ATTEMPTS:
            await self.close(CLOSE_NOT_SIGNED_IN)

    # What the hub and the identity watch call: neither may block.

    def offer_event(self, event: Mapping[str, object]) -> None:
        if self._identity is None or not may_receive(self._identity.subscriber, self._subscriptions, event):
            return
        tenant_id = event["tenant_id"]
        tenant_name = self._tenant_names.get(tenant_id, "") if isinstance(tenant_id, int) else ""
        self._outbox.put(lambda number: render_event(event, tenant_name, number))

    def offer_resync(self, reason: str) -> None:
        self._outbox.put(lambda number: render_resync(reason, number))

    def let_go(self) -> None:
        """The user, the token or the tenant behind this socket is no longer what it was."""
        self._set_identity(None)
        self._tasks.add(asyncio.get_running_loop().create_task(self.close(CLOSE_REVOKED)))

    def renew(self, identity: SocketIdentity) -> None:
        """What is wanted stays as it is; `may_receive` asks the new rights from the next event on."""
        self._identity = identity

    @property
    def identity(self) -> SocketIdentity | None:
        return self._identity

    async def _obey(self, text: str) -> None:
        command = parse_command(text)
        if isinstance(command, TopicRequest):
            await self._change_subscriptions(command)
            return
        try:
            identity = await database_sync_to_async(identity_sign_in)(command, self.scope)
        except SignInRefused as refusal:
            self._failed_sign_ins += 1
            raise CommandError(str(refusal)) from refusal
        self._failed_sign_ins = 0
        self._set_identity(identity)

    async def _change_subscriptions(self, request: TopicRequest) -> None:
        identity = self._identity
        if identity is None:
            raise CommandError("not signed in")
        if any(topic not in identity.topics for topic, _key in request.topic_keys):
            raise CommandError("topic not allowed")
        tenant: WatchedTenant = await database_sync_to_async(watched_tenant_get)(
            identity, request.tenant_name, may_be_of_fleet=request.may_be_of_fleet
        )
        named = subscriptions_for(identity.subscriber, request, tenant.tenant_id)
        # Whoever begins to watch while Redis is away is told to resync when it is back.
        await event_hub().wait_connected(HUB_WAIT_S)
        if self._identity is None or self._identity.user_id != identity.user_id:
            raise CommandError("not signed in")
        self._subscriptions = apply_request(self._subscriptions, request, named)
        self._tenant_names[tenant.tenant_id] = tenant.name
        event_hub().watch(self, {one.tenant_id for one in self._subscriptions})

    def _set_identity(self, identity: SocketIdentity | None) -> None:
        self._identity = identity
        self._subscriptions = frozenset()
        event_hub().forget(self)
        if identity is None:
            identity_watch().forget(self)
        else:
            identity_watch().add(self)

    async def _answer(self, answer: dict[str, Any]) -> None:
        await self.send(json.dumps(answer))

    async def _write(self) -> None:
        while True:
            await self.send(await self._outbox.take())

    async def _let_go_when_slow(self) -> None:
        await self._outbox.is_overfull.wait()
        logger.warning("events.socket.too_slow")
        event_hub().forget(self)
        await self.close(CLOSE_TOO_SLOW)

    async def _let_go_when_silent(self) -> None:
        await asyncio.sleep(SIGN_IN_DEADLINE_S)
        if self._identity is None:
            await self.close(CLOSE_NOT_SIGNED_IN)
