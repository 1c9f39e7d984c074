"""One WebSocket: commands in, events out. Decisions are in `domain.subscriptions`, sign-in in `identity`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from callmanager.domain.event_text import HeardEvent, render_resumed, render_resync
from callmanager.domain.subscriptions import (
    CommandError,
    Subscription,
    TopicRequest,
    apply_request,
    may_receive,
    parse_command,
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
from callmanager.events.process import event_history, event_hub, identity_watch
from callmanager.events.resumption import HISTORY_AWAY, Resumption
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
        self._resumption: Resumption | None = None
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
            resumption = await self._obey(text_data)
        except CommandError as refusal:
            await self._answer({"error": str(refusal), "status": -1})
        else:
            if resumption is None:
                await self._answer({"status": 0})
            else:
                await self._resume(resumption)
        if self._failed_sign_ins >= SIGN_IN_ATTEMPTS:
            await self.close(CLOSE_NOT_SIGNED_IN)

    # What the hub and the identity watch call: neither may block.

    def offer_event(self, event: HeardEvent) -> None:
        if self._resumption is not None:
            self._resumption.hold(event, self._outbox)
        elif self._may_receive(self._subscriptions, event):
            self._put(event)

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

    def _may_receive(self, wanted: frozenset[Subscription], event: HeardEvent) -> bool:
        return self._identity is not None and may_receive(self._identity.subscriber, wanted, event)

    def _put(self, event: HeardEvent) -> None:
        tenant_id = event["tenant_id"]
        tenant_name = self._tenant_names.get(tenant_id, "") if isinstance(tenant_id, int) else ""
        self._outbox.put(lambda number: event.text(tenant_name, number))

    async def _resume(self, resumption: Resumption) -> None:
        """The answer comes first, then what was missed; or that too much was."""
        reason = await resumption.why_not(event_history())
        await self._answer({"status": 0, "resumed": not reason, **({"reason": reason} if reason else {})})
        if reason:
            self.offer_resync(reason)
        elif await resumption.tell_past(event_history(), self._outbox, self._may_receive, self._put):
            self._outbox.put(lambda number: render_resumed(resumption.told, number))
        else:
            self.offer_resync(HISTORY_AWAY)
        await resumption.tell_held(lambda: self._subscriptions, self._outbox, self._may_receive, self._put)
        self._resumption = None

    async def _obey(self, text: str) -> Resumption | None:
        command = parse_command(text)
        if isinstance(command, TopicRequest):
            return await self._change_subscriptions(command)
        try:
            identity = await database_sync_to_async(identity_sign_in)(command, self.scope)
        except SignInRefused as refusal:
            self._failed_sign_ins += 1
            raise CommandError(str(refusal)) from refusal
        self._failed_sign_ins = 0
        self._set_identity(identity)
        return None

    async def _change_subscriptions(self, request: TopicRequest) -> Resumption | None:
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
        if request.last_event_id:
            # From before the first live event until the past is told.
            self._resumption = Resumption(tenant.tenant_id, request.last_event_id, named)
        event_hub().watch(self, {one.tenant_id for one in self._subscriptions})
        return self._resumption

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
