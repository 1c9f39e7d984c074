"""Languages whose prompts are on this machine, as the workers find them."""

from __future__ import annotations

from django.conf import settings

from callmanager.domain.mailbox import LANGUAGES
from callmanager.domain.sounds import language_directory


def languages_installed() -> tuple[str, ...]:
    """In the order of the product. English always: without it nothing at all would be said."""
    try:
        names = [one.name for one in settings.PBX_SOUNDS_DIR.iterdir() if one.is_dir()]
    except OSError:
        names = []
    return tuple(code for code in LANGUAGES if code == "en" or language_directory(code, names) is not None)


def languages_missing() -> tuple[str, ...]:
    installed = languages_installed()
    return tuple(code for code in LANGUAGES if code not in installed)


def language_package(code: str) -> str:
    """What an operator installs."""
    return f"asterisk-core-sounds-{code}-wav"
