"""Greetings of an extension's mailbox: converted, stored, and one of them made the active one (manual 5.4)."""

from __future__ import annotations

from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.models import Extension, Greeting
from callmanager.models.mailbox import GREETINGS_MAX
from callmanager.wav_upload import shown_name, stored_row_delete, wav_store
from tenants.models import FileKind

UPLOAD_BYTES_MAX = 10_000_000
LENGTH_S_MAX = 120.0


def greeting_add(
    *, extension: Extension, source: IO[bytes], size_bytes: int, name: str, status: str = ""
) -> Greeting:
    """Of a WAV file of any usual kind. The first one for its status is active at once."""
    with transaction.atomic():
        stored, length_s = wav_store(
            source=source,
            size_bytes=size_bytes,
            name=name,
            kind=FileKind.PROMPT,
            bytes_max=UPLOAD_BYTES_MAX,
            length_s_max=LENGTH_S_MAX,
            field="file",
        )
        Extension.objects.select_for_update().only("pk").get(pk=extension.pk)
        if Greeting.objects.filter(extension=extension).count() >= GREETINGS_MAX:
            raise ValidationError(f"There can be {GREETINGS_MAX} greetings. Delete one first.", code="limit")
        active = Greeting.objects.filter(extension=extension, status=status, is_active=True)
        greeting = Greeting(
            extension=extension,
            name=shown_name(name, "Greeting"),
            status=status,
            is_active=not active.exists(),
            length_s=length_s,
            stored_file_id=stored.pk,
            stored_name=stored.name,
        )
        greeting.full_clean(validate_constraints=False)
        greeting.save()
        return greeting


def greeting_make_room(*, extension: Extension, status: str) -> None:
    """For one that is about to be added, at the cost of one that callers do not hear or will not hear any more."""
    greetings = Greeting.objects.filter(extension=extension)
    if greetings.count() < GREETINGS_MAX:
        return
    idle = greetings.filter(is_active=False).order_by("created_at", "id").first()
    replaced = idle or greetings.filter(status=status).order_by("created_at", "id").first()
    if replaced is not None:
        greeting_delete(greeting=replaced)


def greeting_activate(*, greeting: Greeting) -> Greeting:
    """The lock of the manual: from now on callers hear this one at its time."""
    with transaction.atomic():
        same_time = Greeting.objects.filter(extension_id=greeting.extension_id, status=greeting.status)
        same_time.exclude(pk=greeting.pk).update(is_active=False)
        greeting.is_active = True
        greeting.save(update_fields=["is_active"])
    return greeting


def greeting_deactivate(*, greeting: Greeting) -> Greeting:
    """The one that comes with the system is played again."""
    greeting.is_active = False
    greeting.save(update_fields=["is_active"])
    return greeting


def greeting_delete(*, greeting: Greeting) -> None:
    with transaction.atomic():
        stored_row_delete(greeting)
