"""Wrong PINs on the worker's disk: whoever was locked out is so after a restart, too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import structlog

from callmanager.domain.mailbox import WrongPin

log = structlog.get_logger(__name__)

NAME = "wrong_pins.json"


class WrongPinFile:
    """Replaced as a whole. What can't be read or written costs the memory of it, never a call."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME

    def load(self) -> tuple[WrongPin, ...]:
        try:
            rows = json.loads(self._path.read_text(encoding="ascii"))
            return tuple((int(tenant_id), str(mailbox), float(at_s)) for tenant_id, mailbox, at_s in rows)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError) as error:
            log.warning("mailbox.wrong_pins_unreadable", error=type(error).__name__)
            return ()

    def save(self, wrong: Iterable[WrongPin]) -> None:
        partial = self._path.with_suffix(".partial")
        try:
            partial.touch(mode=0o600)
            partial.write_text(json.dumps(list(wrong)), encoding="ascii")
            partial.replace(self._path)
        except OSError as error:
            log.warning("mailbox.wrong_pins_not_saved", error=type(error).__name__)
