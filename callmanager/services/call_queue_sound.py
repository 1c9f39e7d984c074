"""What callers hear in a queue of its own: an introduction, music, and words about the key to be called back."""

from __future__ import annotations

from typing import IO

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.callback_words import callback_sentence
from callmanager.models import CallQueue, CallQueueSound
from callmanager.models.call_queue import QueueSoundUse
from callmanager.speech import SpeechUnavailable, speak
from callmanager.wav_upload import shown_name, stored_row_delete, wav_store
from tenants.audit_changes import audit_note
from tenants.models import FileKind

log = structlog.get_logger(__name__)

UPLOAD_BYTES_MAX, LENGTH_S_MAX = 30_000_000, 600.0
_KINDS = {
    QueueSoundUse.INTRO: FileKind.PROMPT,
    QueueSoundUse.MUSIC: FileKind.MUSIC,
    QueueSoundUse.CALLBACK: FileKind.PROMPT,
}


def queue_sound_upload(
    *, queue: CallQueue, use: QueueSoundUse, source: IO[bytes], size_bytes: int, name: str
) -> CallQueueSound:
    """Of a WAV file of any usual kind; takes the place of the one before."""
    return _store(queue, use, source, size_bytes, shown_name(name, use.label), said="")


def queue_sound_remove(*, sound: CallQueueSound) -> None:
    """Nothing, the company's own music or the system's own voice is heard again. The file goes by a trigger."""
    with transaction.atomic():
        _remove(sound)
        if sound.use == QueueSoundUse.CALLBACK:
            callback_words_settle(queue=sound.queue)


def callback_words_settle(*, queue: CallQueue) -> None:
    """Callers are told of the key as it is now, in the queue's language, unless the company has a file of its own.

    Without a voice, or without room for the file, they are told nothing: that must not keep anybody from setting
    the rest.
    """
    found = CallQueueSound.objects.filter(queue=queue, use=QueueSoundUse.CALLBACK).first()
    said = callback_sentence(queue.language, queue.callback_key) if queue.callback_key else ""
    if found is not None and (not found.said or found.said == said):
        return
    if found is not None:
        _remove(found)
    if not said:
        return
    try:
        with speak(said, language=queue.language) as spoken:
            _store(queue, QueueSoundUse.CALLBACK, spoken, 0, said[:60], said=said)
    except (SpeechUnavailable, ValidationError) as error:
        log.warning("queue.callback_words_missing", queue_id=queue.pk, error=type(error).__name__)


def _store(
    queue: CallQueue, use: QueueSoundUse, source: IO[bytes], size_bytes: int, name: str, *, said: str
) -> CallQueueSound:
    with transaction.atomic():
        CallQueue.objects.select_for_update().only("pk").get(pk=queue.pk)
        stored, length_s = wav_store(
            source=source,
            size_bytes=size_bytes,
            name=name,
            kind=_KINDS[use],
            bytes_max=UPLOAD_BYTES_MAX,
            length_s_max=LENGTH_S_MAX,
            field="file",
        )
        former = CallQueueSound.objects.filter(queue=queue, use=use).first()
        if former is not None:
            _remove(former)
        sound = CallQueueSound(
            queue=queue,
            use=use,
            name=name,
            said=said,
            length_s=length_s,
            stored_file_id=stored.pk,
            stored_name=stored.name,
        )
        sound.full_clean(validate_constraints=False)
        sound.save()
        audit_note(target=queue, name=f"sound_{use}", before=None, after=sound.name)
    _forget_sounds(queue)
    return sound


def _remove(sound: CallQueueSound) -> None:
    audit_note(target=sound.queue, name=f"sound_{sound.use}", before=sound.name, after=None)
    stored_row_delete(sound)
    _forget_sounds(sound.queue)


def _forget_sounds(queue: CallQueue) -> None:
    queue.__dict__.get("_prefetched_objects_cache", {}).pop("sounds", None)
