"""What can be done to a running call: ask the worker that owns it, wait shortly for its answer."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping

import redis

from callmanager.live_redis import LiveCallsUnavailable, live_redis
from callmanager.selectors.live_call import live_call_find

COMMAND_CHANNEL = "pbx:commands"
ANSWER_TIMEOUT_S = 2.0
# A worker answers within milliseconds; after this long it is worth asking whether the call exists.
FIRST_WAIT_S = 0.4


class LiveCallNotFound(LookupError):
    """No such call in this tenant, or it has just ended."""


class WorkerUnavailable(RuntimeError):
    """The call is there, but its worker does not answer."""


class CommandRefused(RuntimeError):
    """The worker knows the call and will not do it; `code` is its reason, `result` what else it says."""

    def __init__(self, code: str, message: str, result: Mapping[str, object]) -> None:
        super().__init__(message)
        self.code = code
        self.result = result


def live_call_hang_up(*, tenant_id: int, session_id: str) -> None:
    """Returns when the worker has confirmed; LiveCallsUnavailable when Redis is away."""
    live_call_command(tenant_id=tenant_id, session_id=session_id, command="hang_up", arguments={})


def live_call_command(
    *,
    tenant_id: int,
    session_id: str,
    command: str,
    arguments: Mapping[str, object],
    timeout_s: float = ANSWER_TIMEOUT_S,
) -> Mapping[str, object]:
    """What the worker says of its result; the same errors as those of hanging up, and CommandRefused."""
    started = time.monotonic()
    try:
        reply_to = _publish(tenant_id, session_id, command, arguments)
        answer = _wait(reply_to, FIRST_WAIT_S) if reply_to else None
        if answer is None:
            if live_call_find(tenant_id=tenant_id, session_id=session_id) is None:
                raise LiveCallNotFound(session_id)
            answer = _wait(reply_to, timeout_s - (time.monotonic() - started)) if reply_to else None
    except redis.RedisError as error:
        raise LiveCallsUnavailable("Live calls can't be reached at the moment.") from error
    if answer is None:
        raise WorkerUnavailable(f"The worker of call {session_id} does not answer.")
    return _result(answer)


def worker_command(
    *, tenant_id: int, worker: str, session_id: str, command: str, arguments: Mapping[str, object]
) -> Mapping[str, object]:
    """The same for what begins a call: `worker` shall have it, `session_id` names it."""
    try:
        reply_to = _publish(tenant_id, session_id, command, {**arguments, "worker": worker})
        answer = _wait(reply_to, ANSWER_TIMEOUT_S) if reply_to else None
    except redis.RedisError as error:
        raise LiveCallsUnavailable("Calls can't be made at the moment.") from error
    if answer is None:
        raise WorkerUnavailable("The worker that should make the call does not answer.")
    return _result(answer)


def _publish(tenant_id: int, session_id: str, command: str, arguments: Mapping[str, object]) -> str:
    """Where the answer will be; empty if nobody listens."""
    reply_to = f"pbx:replies:{secrets.token_hex(16)}"
    message = {
        **arguments,
        "command": command,
        "session_id": session_id,
        "tenant_id": tenant_id,
        "reply_to": reply_to,
        "id": secrets.token_hex(8),
    }
    return reply_to if live_redis().publish(COMMAND_CHANNEL, json.dumps(message)) else ""


def _wait(reply_to: str, timeout_s: float) -> dict[str, object] | None:
    popped = live_redis().blpop([reply_to], timeout=max(0.05, timeout_s))
    if popped is None:
        return None
    answer = json.loads(popped[1])
    return answer if isinstance(answer, dict) else None


def _result(answer: dict[str, object]) -> Mapping[str, object]:
    said = answer.get("result")
    result = said if isinstance(said, dict) else {}
    if answer.get("ok") is True:
        return result
    code = str(answer.get("code", "refused"))
    if code == "not_found":
        raise LiveCallNotFound(code)
    raise CommandRefused(code, str(answer.get("message", "The worker refused.")), result)
