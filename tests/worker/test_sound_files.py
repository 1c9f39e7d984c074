"""Which file a sound is: the language's own, else the English one, never silence; and nothing outside of its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest

from callmanager.domain.mailbox import LANGUAGES
from callmanager.domain.sounds import own, prompt, stored
from callmanager.domain.spoken import say_counts, say_digits, say_moment, say_number
from sipworker.features import mailbox_words
from sipworker.pjsip.sound_files import SoundFiles

INSTALLED = Path("/usr/share/asterisk/sounds")


@pytest.fixture
def sounds(tmp_path: Path) -> SoundFiles:
    for name in ("en_US_f_Allison/vm-intro", "en_US_f_Allison/vm-saved", "fr_CA_f_June/vm-intro", "ru/pls"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.wav").touch()
    return SoundFiles(tmp_path, tmp_path / "files", tmp_path / "worker")


def test_a_prompt_is_the_languages_own(sounds: SoundFiles, tmp_path: Path) -> None:
    assert sounds.find(prompt("fr", "vm-intro")) == tmp_path / "fr_CA_f_June/vm-intro.wav"
    assert sounds.find(prompt("ru", "pls")) == tmp_path / "ru/pls.wav"


@pytest.mark.parametrize("language", ["fr", "es", "zz", ""])
def test_what_a_language_lacks_is_said_in_english(sounds: SoundFiles, tmp_path: Path, language: str) -> None:
    assert sounds.find(prompt(language, "vm-saved")) == tmp_path / "en_US_f_Allison/vm-saved.wav"


@pytest.mark.parametrize("name", ["prompt:en/../secret", "stored:../../etc/passwd", "own:/etc/passwd"])
def test_a_name_does_not_lead_out_of_its_place(sounds: SoundFiles, name: str) -> None:
    assert sounds.find(name) is None


def test_files_of_tenants_and_of_the_worker_have_their_places(sounds: SoundFiles, tmp_path: Path) -> None:
    assert sounds.find(stored("acme/voicemail/a1")) == tmp_path / "files/acme/voicemail/a1"
    assert sounds.find(own("voicemail/m.wav")) == tmp_path / "worker/voicemail/m.wav"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_installed_language_has_every_word_of_its_numbers_days_and_counts(language: str) -> None:
    """The English word in the middle of a Russian number would be a mistake of our tables."""
    folders = list(INSTALLED.glob(f"{language}_*"))
    if not folders:
        pytest.skip("the package is not installed")
    days = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=37 * day) for day in range(800))
    counts = (say_counts(language, new, old) for new in range(130) for old in (0, 1, 2, 5, 21))
    numbers = (say_number(language, number) for number in range(1100))
    said = chain(*numbers, *counts, *(say_moment(language, at) for at in days))
    letters = say_digits(language, "0123456789abcdefghijklmnopqrstuvwxyz*#+")
    assert missing([*said, *letters], language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_installed_language_or_english_has_every_sentence_of_a_mailbox(language: str) -> None:
    files = SoundFiles(INSTALLED, INSTALLED, INSTALLED)
    assert [name for name in mailbox_words.ALL if files.find(prompt(language, name)) is None] == []


def missing(sounds: list[str], language: str) -> set[str]:
    (folder,) = INSTALLED.glob(f"{language}_*")
    names = {sound.removeprefix(prompt(language, "")) for sound in sounds}
    return {name for name in names if not (folder / f"{name}.wav").is_file()}
