"""The life of one stack: prepare, start in order, answer, stop in the opposite order."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.stack.certificate import certificate_ensure
from deploy.stack.children import start_child
from deploy.stack.config import CHECKOUT, StackConfig
from deploy.stack.environment import stack_environment
from deploy.stack.errors import StackError
from deploy.stack.health import is_edge_healthy, is_tcp_answering, is_web_healthy, is_worker_healthy
from deploy.stack.keys import Keys, env_file_write, keys_load_or_make, private_file_open
from deploy.stack.leftovers import leftovers_stop
from deploy.stack.preflight import preflight_check
from deploy.stack.programs import (
    APPLICATION,
    CALLS,
    DATABASE,
    EDGE,
    FRONT,
    own_postgres,
    own_redis,
    stack_programs,
)
from deploy.stack.readiness import are_tasks_answering, is_postgres_ready, is_redis_ready
from deploy.stack.render import configuration_write, control_socket, supervisor_file
from deploy.stack.start_watch import StartWatch
from deploy.stack.state_dir import state_dir_prepare
from deploy.stack.supervision import ProcessState, RunnerGone, Supervision

# Generous: a small machine that runs the tests at the same time takes a minute.
READY_TIMEOUT_S = 120
STOP_MARGIN_S = 90
POLL_INTERVAL_S = 0.1
LAST_LINES = 5
PRIVATE_UMASK = 0o077
# The process runner rotates the logs of processes; those of steps are ours.
STEP_LOG_BYTES = 1024**2
# What nginx writes there, the process runner keeps and rotates.
RUNNER_LOG = "/dev/stdout"
Say = Callable[[str], None]


def _silent(_text: str) -> None: ...


class Stack:
    """Also for tests: `with Stack(StackConfig.for_tests(directory)) as stack: ...`."""

    def __init__(
        self, config: StackConfig, operator: Mapping[str, str] = os.environ, say: Say = _silent
    ) -> None:
        self.config = config
        self.environment: dict[str, str] = {}
        self.supervision = Supervision(control_socket(config))
        self._operator = operator
        self._say = say
        self._programs = stack_programs(config)
        self._runner: subprocess.Popen[bytes] | None = None
        self._watch = StartWatch()

    def __enter__(self) -> Stack:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self, *, ends_with_us: bool = True) -> None:
        """Returns when every process is up and answers. After a failure call `stop`."""
        self.prepare()
        self._start_runner(ends_with_us)
        self._start_databases()
        self.bring_up_to_date("--then", "seed_demo")
        for group in (APPLICATION, EDGE, CALLS):
            self.supervision.start_group(group)
        self._wait("The web processes", lambda: is_tcp_answering("127.0.0.1", self.config.ports.web))
        self.supervision.start_group(FRONT)
        self._wait_until_healthy()

    def prepare(self, access_log: str = RUNNER_LOG) -> None:
        """Everything on disk; nothing runs yet. Done at every start, so an interrupted one is continued."""
        state_dir_prepare(self.config.state_dir)
        if self.supervision.is_answering():
            raise StackError(
                "Tandem is already running here; see `make status`, or stop it with `make stop`."
            )
        if count := leftovers_stop(self.config.state_dir):
            self._say(f"Stopped {count} processes left over from a run that was killed.")
        preflight_check(self.config)
        # Of processes that are gone: counters begin anew with the processes that count.
        shutil.rmtree(self.config.state_dir / "metrics", ignore_errors=True)
        keys = keys_load_or_make(self.config.state_dir)
        self.environment = stack_environment(self.config, keys, self._operator)
        certificate_ensure(self.config)
        self._prepare_databases(keys)
        configuration_write(self.config, self._programs, self.environment, access_log)
        env_file_write(self.config.state_dir / "tandem.env", self.environment)

    def bring_up_to_date(self, *words: str) -> None:
        """Static files are gathered while the schemas are migrated; needs the database, no other process."""
        static = self._start_step("static", "collectstatic", "--noinput", "--verbosity=0")
        try:
            self._end_step("migrate", self._start_step("migrate", "migrate_all", *words))
            self._end_step("static", static)
        finally:
            if static.poll() is None:
                static.terminate()
                static.wait()
        static_root = self.config.state_dir / "static"
        if static_root.is_dir():
            static_root.chmod(0o755)

    def stop(self) -> None:
        """Calls first, databases last. Also after a start that failed half-way."""
        if self._runner is None:
            return
        if self._runner.poll() is None:
            self._runner.terminate()
        try:
            self._runner.wait(self.config.drain_timeout_s + STOP_MARGIN_S)
        except subprocess.TimeoutExpired:
            self._runner.kill()
            self._runner.wait()
            leftovers_stop(self.config.state_dir)
        self._runner = None

    def wait(self) -> None:
        """Until the runner is gone, for example by `make stop`."""
        if self._runner is not None:
            self._runner.wait()

    def detach(self) -> None:
        """The stack goes on without us."""
        self._runner = None

    def pid_of(self, name: str) -> int:
        return self.supervision.process(name).pid

    def worker_pids(self) -> tuple[int, ...]:
        processes = self._processes_if_answering()
        return tuple(process.pid for process in processes if process.group == CALLS and process.pid)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """The runner starts it again, unless it leaves by the runner's own request."""
        os.kill(self.pid_of(name), number)

    def start_process(self, name: str) -> None:
        self.supervision.start_process(name)

    def stop_process(self, name: str) -> None:
        self.supervision.stop_process(name)

    def _prepare_databases(self, keys: Keys) -> None:
        if self.config.has_own_postgres:
            cluster = own_postgres(self.config)
            if not cluster.is_made:
                self._say("Making the database cluster ...")
            cluster.prepare(password=keys.postgres_password, edge_password=keys.edge_postgres_password)
        if self.config.has_own_redis:
            own_redis(self.config).prepare(password=keys.redis_password)

    def _start_runner(self, ends_with_us: bool) -> None:
        with private_file_open(self.config.log_dir / "runner.out", "wb") as output:
            self._runner = start_child(
                [sys.executable, "-m", "supervisor.supervisord", "-c", supervisor_file(self.config)],
                env={**self._operator, **self.environment, "PYTHONUNBUFFERED": "1"},
                cwd=CHECKOUT,
                output=output,
                dies_by=signal.SIGTERM if ends_with_us else None,
                # For its logs and for all that its processes write.
                umask=PRIVATE_UMASK,
            )
        self._wait("The process runner", self.supervision.is_answering)

    def _start_databases(self) -> None:
        if any(program.group == DATABASE for program in self._programs):
            self.supervision.start_group(DATABASE)
        url = self.environment["DATABASE_URL"]
        hint = "" if self.config.has_own_postgres else " Is DATABASE_URL right?"
        self._wait("PostgreSQL", lambda: is_postgres_ready(url), hint)
        hint = "" if self.config.has_own_redis else " Is REDIS_URL right?"
        self._wait("Redis", lambda: is_redis_ready(self.environment["REDIS_URL"]), hint)

    def _start_step(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        step_log = self._step_log(name)
        if step_log.exists() and step_log.stat().st_size > STEP_LOG_BYTES:
            step_log.replace(step_log.with_name(f"{step_log.name}.1"))
        with private_file_open(step_log, "ab") as log:
            return start_child(
                [sys.executable, CHECKOUT / "manage.py", *words],
                env={**self._operator, **self.environment, "PYTHONUNBUFFERED": "1"},
                cwd=CHECKOUT,
                output=log,
            )

    def _end_step(self, name: str, step: subprocess.Popen[bytes]) -> None:
        try:
            exit_code = step.wait()
        except BaseException:
            step.terminate()
            step.wait()
            raise
        if exit_code != 0:
            raise StackError(f"The step {name} failed: {last_lines(self._step_log(name))}")

    def _step_log(self, name: str) -> Path:
        return self.config.log_dir / f"{name}.log"

    def _wait_until_healthy(self) -> None:
        questions: dict[str, Callable[[], bool]] = {
            "The web console": lambda: is_web_healthy(self.config),
            "The event socket": lambda: is_tcp_answering("127.0.0.1", self.config.ports.ws),
            "The edge": lambda: is_edge_healthy(self.config),
            "The task processes": lambda: are_tasks_answering(self.environment["REDIS_URL"]),
        }
        for index in range(self.config.workers):
            questions[f"Worker {index}"] = lambda index=index: is_worker_healthy(self.config, index)  # type: ignore[misc]
        for what, is_true in questions.items():
            self._wait(what, is_true)
        # Asked again at the end: one that answered may have ended since.
        self._wait(
            "Every process", lambda: self._have_all_settled() and all(ask() for ask in questions.values())
        )

    def _have_all_settled(self) -> bool:
        processes = self._processes_if_answering()
        self._watch.look(processes)
        return self._watch.have_all_settled(processes)

    def _wait(self, what: str, is_true: Callable[[], bool], hint: str = "") -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not is_true():
            self._refuse_hopeless_processes()
            if time.monotonic() > deadline:
                raise StackError(
                    f"{what} did not come up within {READY_TIMEOUT_S} s.{hint}{self._sick_processes()}"
                )
            time.sleep(POLL_INTERVAL_S)

    def _refuse_hopeless_processes(self) -> None:
        if self._runner is not None and self._runner.poll() is not None:
            raise StackError(f"The process runner ended: {last_lines(self.config.log_dir / 'runner.out')}")
        processes = self._processes_if_answering()
        self._watch.look(processes)
        hopeless = self._watch.find_hopeless(processes)
        if hopeless is not None:
            raise StackError(f"{hopeless.name} does not stay up. It said: {last_lines(hopeless.log_file)}")

    def _sick_processes(self) -> str:
        """What those that do not come up, or keep ending, said last."""
        sick = self._watch.sick(self._processes_if_answering())
        reasons = [f" {process.name} said: {last_lines(process.log_file)}" for process in sick]
        return "".join(reasons) or f" See the logs in {self.config.log_dir}."

    def _processes_if_answering(self) -> tuple[ProcessState, ...]:
        try:
            return self.supervision.processes()
        except RunnerGone:
            return ()


def last_lines(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except FileNotFoundError:
        return "it left no log."
    return "\n  ".join(["", *lines[-LAST_LINES:], f"(whole log: {path})"])
