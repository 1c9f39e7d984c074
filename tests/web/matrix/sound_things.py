"""Stored sounds for the matrix: music, recordings, messages, greetings."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from callmanager.fleet.models import Recording, Voicemail
from callmanager.models import Extension, Greeting, MusicFile
from tenants.models import FileKind, TenantFile
from tenants.scope import tenant_scope
from tests.web.matrix.thing import MARK, World


def music_file_make(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        music = MusicFile.objects.create(
            position=number,
            name=f"{MARK} {number}",
            length_s=1.0,
            stored_file_id=number,
            stored_name=f"{number:032x}",
        )
    return {"pk": music.pk}


def music_file_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return MusicFile.objects.filter(pk=ids["pk"], name__startswith=MARK).exists()


def stored_file(world: World, kind: FileKind) -> TenantFile:
    return TenantFile.objects.create(tenant_id=world.acme.pk, kind=kind, size_bytes=0)


def recording_make(world: World, number: int) -> dict[str, Any]:
    now = timezone.now()
    with tenant_scope(world.acme):
        recording = Recording.objects.create(
            tenant_id=world.acme.pk,
            session_id=f"{MARK}-{number}",
            recording=f"{MARK}-{number}-1",
            caller=MARK,
            callee="103",
            direction="in",
            call_started_at=now,
            started_at=now,
            parties=["101", "103"],
        )
    return {"token": recording.token, "object_id": recording.token}


def recording_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return Recording.objects.filter(token=ids["token"], caller=MARK).exists()


def voicemail_make(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        file = stored_file(world, FileKind.VOICEMAIL)
        voicemail = Voicemail.objects.create(
            tenant_id=world.acme.pk,
            mailbox="103",
            caller=MARK,
            left_at=timezone.now(),
            duration_s=1.0,
            file_id=file.pk,
            stored_path=f"x/{number}",
            session_id=f"{MARK}-{number}",
            recording="message-1",
        )
    return {"pk": voicemail.pk, "voicemail_id": voicemail.pk}


def voicemail_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return Voicemail.objects.filter(pk=ids["pk"], caller=MARK, is_new=True).exists()


def greeting_make(world: World, number: int) -> dict[str, Any]:
    with tenant_scope(world.acme):
        greeting = Greeting.objects.create(
            extension=Extension.objects.get(number="101"),
            name=f"{MARK} {number}",
            length_s=1.0,
            stored_file_id=stored_file(world, FileKind.PROMPT).pk,
            stored_name=f"{number:032x}",
        )
    return {"pk": greeting.pk, "greeting_id": greeting.pk}


def greeting_exists(world: World, ids: dict[str, Any]) -> bool:
    with tenant_scope(world.acme):
        return Greeting.objects.filter(pk=ids["pk"], name__startswith=MARK, is_active=False).exists()
