"""What a virtual receptionist says: a WAV file, or a text that the system's own voice speaks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.models import Receptionist, ReceptionistPrompt
from callmanager.models.receptionist import PromptUse
from callmanager.speech import SAID_MAX, SpeechUnavailable, speak
from callmanager.wav_conversion import WavInvalid, wav_convert
from tenants.audit_changes import audit_note
from tenants.files import file_delete, file_store
from tenants.models import FileKind, TenantFile

UPLOAD_BYTES_MAX = 20_000_000
LENGTH_S_MAX = 300.0


def prompt_upload(
    *, receptionist: Receptionist, use: PromptUse, source: IO[bytes], size_bytes: int, name: str
) -> ReceptionistPrompt:
    """Of a WAV file of any usual kind; takes the place of the one before."""
    if size_bytes > UPLOAD_BYTES_MAX:
        message = f"The file is larger than {UPLOAD_BYTES_MAX // 1_000_000} MB."
        raise ValidationError({"file": ValidationError(message, code="too_large")})
    return _store(receptionist, use, source, name=_shown_name(name), said="", field="file")


def prompt_speak(*, receptionist: Receptionist, use: PromptUse, text: str) -> ReceptionistPrompt:
    """In the receptionist's language."""
    said = " ".join(text.split())
    if not said or len(said) > SAID_MAX:
        message = f"A text of at most {SAID_MAX} characters."
        raise ValidationError({"text": ValidationError(message, code="max_length" if said else "required")})
    try:
        with speak(said, language=receptionist.language) as spoken:
            return _store(receptionist, use, spoken, name=said[:60], said=said, field="text")
    except SpeechUnavailable as error:
        raise ValidationError({"text": ValidationError(str(error), code="no_voice")}) from error


def prompt_remove(*, prompt: ReceptionistPrompt) -> None:
    """The one that comes with the system is played again. The file goes by a trigger."""
    with transaction.atomic():
        audit_note(target=prompt.receptionist, name=f"prompt_{prompt.use}", before=prompt.name, after=None)
        stored = TenantFile.objects.filter(pk=prompt.stored_file_id).first()
        prompt.delete()
        if stored is not None:
            file_delete(file=stored)


def _store(
    receptionist: Receptionist, use: PromptUse, source: IO[bytes], *, name: str, said: str, field: str
) -> ReceptionistPrompt:
    with tempfile.TemporaryDirectory(prefix="tandem-prompt-") as directory:
        converted = Path(directory) / "converted.wav"
        try:
            length_s = wav_convert(source, converted, length_s_max=LENGTH_S_MAX)
        except WavInvalid as error:
            raise ValidationError({field: ValidationError(str(error), code="invalid_wav")}) from error
        with converted.open("rb") as file, transaction.atomic():
            Receptionist.objects.select_for_update().only("pk").get(pk=receptionist.pk)
            former = ReceptionistPrompt.objects.filter(receptionist=receptionist, use=use).first()
            stored = file_store(
                kind=FileKind.PROMPT, source=file, original_name=name, content_type="audio/wav"
            )
            if former is not None:
                prompt_remove(prompt=former)
            prompt = ReceptionistPrompt(
                receptionist=receptionist,
                use=use,
                name=name,
                said=said,
                length_s=round(length_s, 1),
                stored_file_id=stored.pk,
                stored_name=stored.name,
            )
            prompt.full_clean(validate_constraints=False)
            prompt.save()
            audit_note(target=receptionist, name=f"prompt_{use}", before=None, after=name)
            return prompt


def _shown_name(name: str) -> str:
    last = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())
    return last.removesuffix(".wav").removesuffix(".WAV").strip()[:100] or "Prompt"
