"""Names of what is played to a caller. The worker alone knows where the files are."""

from __future__ import annotations

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
