"""What a virtual receptionist says: a WAV file, or a text that the system's own voice speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.models import Receptionist, ReceptionistPrompt
from callmanager.models.receptionist import PromptUse
from callmanager.speech import SAID_MAX, SpeechUnavailable, speak
from callmanager.wav_upload import shown_name, stored_row_delete, wav_store
from tenants.audit_changes import audit_note
from tenants.models import FileKind

UPLOAD_BYTES_MAX = 20_000_000
LENGTH_S_MAX = 300.0


def prompt_upload(
    *, receptionist: Receptionist, use: PromptUse, source: IO[bytes], size_bytes: int, name: str
) -> ReceptionistPrompt:
    """Of a WAV file of any usual kind; takes the place of the one before."""
    upload = _Upload(source, size_bytes, name, "file")
    return _store(receptionist, use, upload, name=shown_name(name, "Prompt"), said="")


def prompt_speak(*, receptionist: Receptionist, use: PromptUse, text: str) -> ReceptionistPrompt:
    """In the receptionist's language."""
    said = " ".join(text.split())
    if not said or len(said) > SAID_MAX:
        message = f"A text of at most {SAID_MAX} characters."
        raise ValidationError({"text": ValidationError(message, code="max_length" if said else "required")})
    try:
        with speak(said, language=receptionist.language) as spoken:
            name = said[:60]
            return _store(receptionist, use, _Upload(spoken, 0, name, "text"), name=name, said=said)
    except SpeechUnavailable as error:
        raise ValidationError({"text": ValidationError(str(error), code="no_voice")}) from error


def prompt_remove(*, prompt: ReceptionistPrompt) -> None:
    """The one that comes with the system is played again. The file goes by a trigger."""
    with transaction.atomic():
        audit_note(target=prompt.receptionist, name=f"prompt_{prompt.use}", before=prompt.name, after=None)
        stored_row_delete(prompt)


@dataclass(frozen=True, slots=True)
class _Upload:
    """What becomes the prompt, and the field of the form that it came from."""

    source: IO[bytes]
    size_bytes: int
    name: str
    field: str


def _store(
    receptionist: Receptionist, use: PromptUse, upload: _Upload, *, name: str, said: str
) -> ReceptionistPrompt:
    with transaction.atomic():
        stored, length_s = wav_store(
            source=upload.source,
            size_bytes=upload.size_bytes,
            name=upload.name,
            kind=FileKind.PROMPT,
            bytes_max=UPLOAD_BYTES_MAX,
            length_s_max=LENGTH_S_MAX,
            field=upload.field,
        )
        Receptionist.objects.select_for_update().only("pk").get(pk=receptionist.pk)
        former = ReceptionistPrompt.objects.filter(receptionist=receptionist, use=use).first()
        if former is not None:
            prompt_remove(prompt=former)
        prompt = ReceptionistPrompt(
            receptionist=receptionist,
            use=use,
            name=name,
            said=said,
            length_s=length_s,
            stored_file_id=stored.pk,
            stored_name=stored.name,
        )
        prompt.full_clean(validate_constraints=False)
        prompt.save()
        audit_note(target=receptionist, name=f"prompt_{use}", before=None, after=name)
        return prompt
