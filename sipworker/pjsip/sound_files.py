"""Where sounds are on this machine: prompts of the language packages, tenants' files, own recordings."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from callmanager.domain.sounds import OWN, PROMPT, STORED, language_directory

FALLBACK_LANGUAGE = "en"
_SAFE = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
# A package that calls a prompt something else than the others do.
_OTHER_NAMES = {("ru", "please-try-call-later"): "pls-try-call-later"}


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
        return self._prompt(language, prompt) or self._prompt(FALLBACK_LANGUAGE, prompt)

    def _prompt(self, language: str, prompt: str) -> Path | None:
        """A prompt that the language's package lacks is said in English rather than not at all."""
        directory = self._language_dir(language)
        if directory is None:
            return None
        found = _below(directory, f"{_OTHER_NAMES.get((language, prompt), prompt)}.wav")
        return found if found is not None and found.is_file() else None

    @cache  # noqa: B019 - one object for the life of the process
    def _language_dir(self, language: str) -> Path | None:
        if not self._sounds_dir.is_dir():
            return None
        name = language_directory(language, (one.name for one in self._sounds_dir.iterdir() if one.is_dir()))
        return self._sounds_dir / name if name is not None else None


def _below(root: Path, path: str) -> Path | None:
    if not _SAFE.fullmatch(path) or ".." in path.split("/"):
        return None
    return root / path
