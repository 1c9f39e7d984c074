"""Child processes: under which user they run, and that they end when we do."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from deploy.stack.errors import StackError

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def is_root() -> bool:
    return os.geteuid() == 0


def postgres_user() -> str | None:
    """PostgreSQL refuses to run as root; Debian's package made a user for it. None: stay who we are."""
    if not is_root():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise StackError(
            "The system user `postgres` is missing; install the package postgresql-15."
        ) from None


def run_to_end(
    command: Sequence[str | Path],
    *,
    user: str | None = None,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Output is captured; the caller judges the exit code."""
    return subprocess.run(
        [str(part) for part in command],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        env=env,
        user=user,
        group=primary_group(user),
        extra_groups=None if user is None else [],
    )


def start_child(
    command: Sequence[str | Path],
    *,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
    output: IO[bytes] | None = None,
    dies_by: signal.Signals | None = signal.SIGTERM,
    umask: int = -1,
) -> subprocess.Popen[bytes]:
    """In its own process group: Ctrl-C reaches us alone. `dies_by` is what it gets should we be killed.

    `umask` -1 means ours.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        cwd=cwd,
        env=env,
        user=user,
        group=primary_group(user),
        extra_groups=None if user is None else [],
        process_group=0,
        umask=umask,
        preexec_fn=None if dies_by is None else signal_on_parent_death(dies_by),
    )


def primary_group(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid


def signal_on_parent_death(number: signal.Signals) -> Callable[[], None]:
    def ask_the_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(number))

    return ask_the_kernel
