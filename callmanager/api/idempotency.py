"""A request that is sent twice is done once: the header Idempotency-Key, kept in Redis for a day."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

import redis
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.api.call_control import Refused, Unavailable
from callmanager.live_redis import live_redis
from tenants.api.access import actor_of, tenant_of

HEADER = "Idempotency-Key"
KEPT_S = 24 * 3600
# A web process that dies amid a request leaves its claim behind for so long.
CLAIMED_S = 30
FIRST_SERVER_ERROR = 500
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A word of your own, for a day: the same request again gets the same answer and does nothing twice.",
)

View = Callable[..., Response]


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = f"This {HEADER} was used for another request."


def once(view: View) -> View:
    """For actions of views. `operation_id_of` names what is done, the same for every repetition."""

    @wraps(view)
    def guarded(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            request._request.operation_id = uuid.uuid4().hex  # type: ignore[attr-defined]
            return view(self, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise exceptions.ValidationError({HEADER: "1 to 255 visible ASCII characters."}, code="invalid")
        return _Claim(self, request, key).carry_out(lambda: view(self, request, *args, **kwargs))

    return guarded


def operation_id_of(request: Request) -> str:
    return str(request._request.operation_id)  # type: ignore[attr-defined]


class _Claim:
    """One key of one user. The record outlives a failure of ours, and with it the name of the operation."""

    def __init__(self, view: APIView, request: Request, key: str) -> None:
        self._view = view
        tenant, actor = tenant_of(request), actor_of(request)
        whose = hashlib.sha256(f"{actor.user.pk}\0{key}".encode()).hexdigest()
        self._request = request
        self._place = f"pbx:once:{tenant.pk}:{whose}"
        said = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
        self._fingerprint = hashlib.sha256(said.encode()).hexdigest()

    def carry_out(self, act: Callable[[], Response]) -> Response:
        try:
            record = self._enter()
        except redis.RedisError as error:
            raise Unavailable from error
        if "status" in record:
            return Response(record["body"], status=record["status"])
        self._request._request.operation_id = record["operation"]  # type: ignore[attr-defined]
        response: Response | None = None
        try:
            response = act()
        except exceptions.APIException as error:
            response = self._failure(error)
            raise
        finally:
            self._leave(record, response)
        return response

    def _enter(self) -> dict[str, Any]:
        """Ours now, or done already; anything else is an error."""
        new = {"fingerprint": self._fingerprint, "operation": uuid.uuid4().hex}
        if not live_redis().set(f"{self._place}:claim", "1", nx=True, ex=CLAIMED_S):
            raise Refused(f"A request with this {HEADER} is being worked on.", code="idempotency_key_in_use")
        live_redis().set(self._place, json.dumps(new), nx=True, ex=KEPT_S)
        kept = live_redis().get(self._place)
        record: dict[str, Any] = json.loads(kept) if kept else new
        if record["fingerprint"] != self._fingerprint or "status" in record:
            live_redis().delete(f"{self._place}:claim")
        if record["fingerprint"] != self._fingerprint:
            raise KeyReused
        return record

    def _failure(self, error: exceptions.APIException) -> Response:
        """As the error handler of all views will write it."""
        handle = self._view.get_exception_handler()
        handled: Response | None = handle(error, self._view.get_exception_handler_context())
        return handled or Response(status=FIRST_SERVER_ERROR)

    def _leave(self, record: dict[str, Any], response: Response | None) -> None:
        """What failed on our side may be tried again, under the same name."""
        try:
            if response is not None and response.status_code < FIRST_SERVER_ERROR:
                done = {**record, "status": response.status_code, "body": response.data}
                live_redis().set(self._place, json.dumps(done, default=str), ex=KEPT_S)
            live_redis().delete(f"{self._place}:claim")
        except redis.RedisError:
            return  # the worker knows the operation by its name, should it be asked for once more
