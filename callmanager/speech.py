"""Text to speech. The voice that comes with the system is eSpeak NG; a better one takes the place of `speak`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

PROGRAM = "espeak-ng"
VOICES = {"en": "en-us", "es": "es", "fr": "fr-fr", "it": "it", "ru": "ru"}
SAID_MAX = 2000
WORDS_A_MINUTE = 150
SPOKEN_WITHIN_S = 30.0


class SpeechUnavailable(RuntimeError):
    """There is no voice; the message is for people."""


@contextmanager
def speak(text: str, *, language: str) -> Iterator[IO[bytes]]:
    """A WAV file that says the text. The text goes by standard input: it is no argument and no markup."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise SpeechUnavailable(f"The program {PROGRAM} is not installed: upload a WAV file instead.")
    voice = VOICES.get(language, VOICES["en"])
    command = [program, "-v", voice, "-s", str(WORDS_A_MINUTE), "--stdout", "--stdin"]
    with tempfile.TemporaryFile(prefix="tandem-speech-") as spoken:
        try:
            subprocess.run(
                command,
                input=text.encode(),
                stdout=spoken,
                stderr=subprocess.DEVNULL,
                check=True,
                timeout=SPOKEN_WITHIN_S,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise SpeechUnavailable("The voice could not speak this text.") from error
        spoken.seek(0)
        yield spoken
