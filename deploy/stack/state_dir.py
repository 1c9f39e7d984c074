"""Where the state lives, and who may use it: one directory, one running stack."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.stack.children import is_root, postgres_user, run_to_end
from deploy.stack.config import CHECKOUT
from deploy.stack.errors import StackError
from deploy.stack.keys import private_file_open

MARKER = ".tandem-state"
SYSTEM_STATE = Path("/var/lib/tandem")
NEEDED_BYTES = 500 * 1024**2
SUBDIRECTORIES = ("log", "run", "tls", "edge", "spool")
# nginx keeps long bodies in rooms of its own in there, which its unprivileged workers must reach.
PASSABLE_SUBDIRECTORIES = ("nginx",)


def state_dir_find(environ: Mapping[str, str]) -> Path:
    """`PBX_STATE_DIR`, else `var` in the checkout; links are followed. Nothing is made."""
    given = environ.get("PBX_STATE_DIR", "").strip()
    return (Path(given).expanduser() if given else CHECKOUT / "var").absolute().resolve()


def state_dir_prepare(directory: Path) -> None:
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise StackError(f"{existing} is not writable; set PBX_STATE_DIR to a directory that is.")
    free_bytes = shutil.disk_usage(existing).free
    if free_bytes < NEEDED_BYTES:
        raise StackError(
            f"{existing} has {free_bytes // 1024**2} MB free and {NEEDED_BYTES // 1024**2} MB are needed; "
            "make room or set PBX_STATE_DIR to another disk."
        )
    if directory.exists() and any(directory.iterdir()) and not is_state_dir(directory):
        raise StackError(
            f"{directory} holds files that are not Tandem's; set PBX_STATE_DIR to an empty directory."
        )
    directory.mkdir(parents=True, exist_ok=True)
    # Others may pass through (PostgreSQL, nginx) and see no listing; what is secret has its own mode.
    directory.chmod(0o711)
    (directory / MARKER).touch(mode=0o600)
    for name in SUBDIRECTORIES:
        (directory / name).mkdir(mode=0o700, exist_ok=True)
        (directory / name).chmod(0o700)
    for name in PASSABLE_SUBDIRECTORIES:
        (directory / name).mkdir(exist_ok=True)
        (directory / name).chmod(0o711)
    if not _can_postgres_reach(directory):
        raise StackError(
            f"The user `postgres` cannot reach {directory}; set PBX_STATE_DIR to a path it can enter."
        )


def is_state_dir(directory: Path) -> bool:
    return (directory / MARKER).is_file()


def default_state_dir_link() -> Path | None:
    """When root starts it from a closed home directory, `var` becomes a link to a place PostgreSQL can enter.

    Returns that place if the link was made now.
    """
    link = CHECKOUT / "var"
    if not is_root() or link.exists() or link.is_symlink() or _can_postgres_reach(CHECKOUT):
        return None
    name = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    place = SYSTEM_STATE / name
    place.mkdir(parents=True, exist_ok=True)
    link.symlink_to(place)
    return place


def _can_postgres_reach(directory: Path) -> bool:
    user = postgres_user()
    return user is None or run_to_end(["test", "-x", directory], user=user).returncode == 0


@contextmanager
def state_dir_locked(directory: Path) -> Iterator[None]:
    """Against two starts at the same moment."""
    with private_file_open(directory / "run" / "lock", "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(f"Tandem is already running from {directory}; see `make status`.") from None
        yield
