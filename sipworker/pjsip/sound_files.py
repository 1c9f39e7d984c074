"""Where sounds are on this machine: prompts of the language packages, tenants' files, own recordings."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from callmanager.domain.sounds import OWN, PROMPT, STORED

FALLBACK_LANGUAGE = "en"
_SAFE = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")


class SoundFiles:
    def __init__(self, sounds_dir: Path, files_dir: Path, worker_dir: Path) -> None:
        self._sounds_dir = sounds_dir
        self._roots = {STORED: files_dir, OWN: worker_dir}

    def find(self, name: str) -> Path | None:
        """The file of a sound; None where there is none, or the name leads out of its place."""
        for prefix, root in self._roots.items():
            if name.startswith(prefix):
                return _below(root, name.removeprefix(prefix))
        language, _, prompt = name.removeprefix(PROMPT).partition("/")
        directory = self._language_dir(language) or self._language_dir(FALLBACK_LANGUAGE)
        return _below(directory, f"{prompt}.wav") if directory is not None else None

    @cache  # noqa: B019 - one object for the life of the process
    def _language_dir(self, language: str) -> Path | None:
        """Packages name their directories en_US_f_Allison, fr_CA_f_June and so on."""
        if not re.fullmatch(r"[a-z]{2}", language):
            return None
        found = sorted(self._sounds_dir.glob(f"{language}_*")) or sorted(self._sounds_dir.glob(language))
        return found[0] if found else None


def _below(root: Path, path: str) -> Path | None:
    if not _SAFE.fullmatch(path) or ".." in path.split("/"):
        return None
    return root / path
