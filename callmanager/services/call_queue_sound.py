"""What callers hear in a queue of its own: an introduction and music."""

from __future__ import annotations

from typing import IO

from django.db import transaction

from callmanager.models import CallQueue, CallQueueSound
from callmanager.models.call_queue import QueueSoundUse
from callmanager.wav_upload import shown_name, stored_row_delete, wav_store
from tenants.audit_changes import audit_note
from tenants.models import FileKind

UPLOAD_BYTES_MAX, LENGTH_S_MAX = 30_000_000, 600.0
_KINDS = {QueueSoundUse.INTRO: FileKind.PROMPT, QueueSoundUse.MUSIC: FileKind.MUSIC}


def queue_sound_upload(
    *, queue: CallQueue, use: QueueSoundUse, source: IO[bytes], size_bytes: int, name: str
) -> CallQueueSound:
    """Of a WAV file of any usual kind; takes the place of the one before."""
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
            queue_sound_remove(sound=former)
        sound = CallQueueSound(
            queue=queue,
            use=use,
            name=shown_name(name, use.label),
            length_s=length_s,
            stored_file_id=stored.pk,
            stored_name=stored.name,
        )
        sound.full_clean(validate_constraints=False)
        sound.save()
        audit_note(target=queue, name=f"sound_{use}", before=None, after=sound.name)
    queue.__dict__.get("_prefetched_objects_cache", {}).pop("sounds", None)
    return sound


def queue_sound_remove(*, sound: CallQueueSound) -> None:
    """Nothing, or the company's own music, is played again. The file goes by a trigger."""
    with transaction.atomic():
        audit_note(target=sound.queue, name=f"sound_{sound.use}", before=sound.name, after=None)
        stored_row_delete(sound)
