"""Names of what is played to a caller. The worker alone knows where the files are."""

from __future__ import annotations

from collections.abc import Iterable

PROMPT, STORED, OWN = "prompt:", "stored:", "own:"


def prompt(language: str, name: str) -> str:
    """A sentence or word of the installed language packages, such as `vm-intro`."""
    return f"{PROMPT}{language}/{name}"


def stored(path: str) -> str:
    """A file of a tenant, by its path below the files' directory."""
    return f"{STORED}{path}"


def own(path: str) -> str:
    """What the worker itself has recorded, by its path below the worker's directory."""
    return f"{OWN}{path}"


def language_directory(language: str, directories: Iterable[str]) -> str | None:
    """Which of these folders holds a language's prompts: packages name theirs en_US_f_Allison, fr_CA_f_June, ..."""
    if len(language) != 2 or not language.isascii() or not language.islower():
        return None
    names = sorted(directories)
    of_packages = (name for name in names if name.startswith(f"{language}_"))
    return next(of_packages, language if language in names else None)
