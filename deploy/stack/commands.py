"""What a person types: run, up, stop, status, logs, env, exec."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from deploy.stack.config import CHECKOUT, StackConfig
from deploy.stack.errors import StackError
from deploy.stack.keys import env_file_read
from deploy.stack.log_follow import LogFollower
from deploy.stack.programs import WORKER_FAREWELL_S
from deploy.stack.render import control_socket
from deploy.stack.sign_in_table import sign_in_table
from deploy.stack.signals import AskedToLeave, signals_as_exit, signals_handled
from deploy.stack.stack import STOP_MARGIN_S, Stack
from deploy.stack.state_dir import default_state_dir_link, state_dir_find, state_dir_locked, state_dir_prepare
from deploy.stack.supervision import RunnerStopping, Supervision

POLL_INTERVAL_S = 0.2
LOG_LINES_BEFORE = 20
# Under systemd, /dev/stdout is a socket that nginx cannot open.
JOURNAL = "syslog:server=unix:/dev/log,nohostname,tag=tandem_nginx"


def run(environ: Mapping[str, str]) -> int:
    config = _new_config(environ)
    with signals_as_exit(), state_dir_locked(config.state_dir):
        follower = LogFollower(config.log_dir)
        follower.start()
        stack = Stack(config, environ, _say)
        try:
            stack.start()
            _announce(config)
            stack.wait()
        except AskedToLeave:
            _say("Stopping; running calls have "
                 f"{config.drain_timeout_s} s to finish. Ctrl-C again ends them now.")  # fmt: skip
        finally:
            # Asked now: once it stops, the runner answers nothing.
            workers = stack.worker_pids()
            with signals_handled(lambda _number: _end_calls(workers)):
                stack.stop()
                follower.stop()
    _say("Stopped.")
    return 0


def up(environ: Mapping[str, str]) -> int:
    config = _new_config(environ)
    with signals_as_exit(), state_dir_locked(config.state_dir):
        stack = Stack(config, environ, _say)
        try:
            stack.start(ends_with_us=False)
        except BaseException:
            stack.stop()
            raise
        stack.detach()
    _announce(config)
    return 0


def prepare(environ: Mapping[str, str]) -> int:
    """For systemd: configuration, migrations and static files; its units start the processes."""
    config = _new_config(environ)
    if config.has_own_postgres or config.has_own_redis:
        raise StackError("Set DATABASE_URL, EDGE_DATABASE_URL and REDIS_URL to the servers of this machine.")
    stack = Stack(config, environ, _say)
    stack.prepare(access_log=JOURNAL)
    stack.bring_up_to_date()
    return 0


def stop(environ: Mapping[str, str]) -> int:
    config = _running_config(environ)
    supervision = _supervision(config)
    if not supervision.is_answering():
        _say("Tandem is not running.")
        return 0
    supervision.ask_to_leave()
    deadline = time.monotonic() + config.drain_timeout_s + WORKER_FAREWELL_S + STOP_MARGIN_S
    while supervision.is_answering():
        if time.monotonic() > deadline:
            raise StackError(f"The process runner does not end; see {config.log_dir}/supervisor.log.")
        time.sleep(POLL_INTERVAL_S)
    _say("Stopped.")
    return 0


def status(environ: Mapping[str, str]) -> int:
    config = _running_config(environ)
    supervision = _supervision(config)
    if not supervision.is_answering():
        _say("Tandem is not running.")
        return 1
    try:
        processes = supervision.processes()
    except RunnerStopping:
        _say("Tandem is stopping.")
        return 0
    for process in processes:
        detail = f"pid {process.pid:<8} up {process.uptime_s} s" if process.pid else ""
        print(f"{process.name:<10} {process.state.lower():<9} {detail}".rstrip())
    print(f"console    {_console_url(config)}")
    print(f"state      {config.state_dir}")
    return 0


def logs(environ: Mapping[str, str]) -> int:
    config = _running_config(environ)
    if not config.log_dir.is_dir():
        raise StackError(f"There are no logs in {config.state_dir} yet; start with `make run`.")
    follower = LogFollower(config.log_dir, last_lines=LOG_LINES_BEFORE)
    follower.start()
    try:
        with signals_as_exit():
            follower.wait()
    except AskedToLeave:
        return 0
    return 0


def env(environ: Mapping[str, str]) -> int:
    """For a shell: eval "$(python -m deploy.stack env)"."""
    for name, value in _stack_environment(environ).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def execute(environ: Mapping[str, str], command: Sequence[str]) -> int:
    """Replaces this process by the command, with the stack's environment."""
    # What the shell holds was for the start; here the running stack's own values count.
    values = {**environ, **_stack_environment(environ)}
    sys.stdout.flush()
    os.chdir(CHECKOUT)
    try:
        os.execvpe(command[0], list(command), values)  # noqa: S606 - the operator's own command
    except FileNotFoundError:
        raise StackError(f"There is no program {command[0]!r}.") from None


def _new_config(environ: Mapping[str, str]) -> StackConfig:
    if "PBX_STATE_DIR" not in environ and (place := default_state_dir_link()):
        _say(f"The state is kept in {place}, because PostgreSQL's user cannot enter {CHECKOUT}.")
    state_dir = state_dir_find(environ)
    config = StackConfig.from_environment(environ, state_dir)
    state_dir_prepare(state_dir)
    return config


def _running_config(environ: Mapping[str, str]) -> StackConfig:
    """As the stack was started, whatever the shell says now."""
    return StackConfig.from_environment(_stack_environment(environ), state_dir_find(environ))


def _stack_environment(environ: Mapping[str, str]) -> dict[str, str]:
    state_dir = state_dir_find(environ)
    try:
        return env_file_read(state_dir / "tandem.env")
    except FileNotFoundError:
        raise StackError(f"Nothing was started from {state_dir} yet; start with `make run`.") from None
    except PermissionError:
        raise StackError(f"{state_dir} belongs to another user; run this command as its owner.") from None


def _supervision(config: StackConfig) -> Supervision:
    return Supervision(control_socket(config))


def _end_calls(workers: tuple[int, ...]) -> None:
    for pid in workers:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _announce(config: StackConfig) -> None:
    table = sign_in_table(config.state_dir / "demo.json")
    if table:
        print(f"\n{table}\n")
    print(f"Tandem is ready: {_console_url(config)}", flush=True)


def _console_url(config: StackConfig) -> str:
    return f"http://{config.bind}:{config.ports.http}/admin/"


def _say(text: str) -> None:
    print(f"{'tandem':<9}| {text}", flush=True)
