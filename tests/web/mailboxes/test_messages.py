"""Messages: taken from a worker's recording, changed by what their owner did on the phone, and nobody else's."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.domain.forwarding import PresenceStatus
from callmanager.fleet.models import Voicemail
from callmanager.models import Extension, Greeting, Mailbox
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.extension import extension_create, extension_delete, extension_update
from callmanager.services.greeting import greeting_activate, greeting_add
from callmanager.services.mailbox import mailbox_update
from callmanager.services.voicemail import voicemails_settle
from tenants.models import MailSecurity, MailServer, OutgoingMail, Tenant, TenantFile, User
from tenants.scope import across_tenants, tenant_scope
from tests.web.mailboxes.stage import (
    BOXES,
    GREETINGS,
    LIST,
    SESSION,
    WORKER,
    bearer,
    change,
    messages,
    record,
    started,
    tell,
    wav,
)


def test_a_recording_becomes_a_message_without_the_silence_around_it(
    left: Voicemail, state_dir: Path
) -> None:
    assert (left.mailbox, left.caller, left.caller_name, left.is_new) == ("101", "102", "Bob", True)
    assert 2.0 <= left.duration_s <= 3.3
    with wave.open(str(state_dir / "files" / left.stored_path)) as file:
        assert file.getframerate() == 16_000
    assert not (state_dir / WORKER / "voicemail" / "s1-1.wav").exists()


def test_telling_it_twice_stores_it_once(left: Voicemail, acme: Tenant, state_dir: Path) -> None:
    record(state_dir, wav())
    voicemails_settle(session_ids=[SESSION])
    assert len(messages(acme)) == 1


def test_what_a_dying_worker_had_recorded_is_a_message(acme: Tenant, state_dir: Path, cast: Any) -> None:
    content = bytearray(wav())
    content[4:8] = content[40:44] = b"\0\0\0\0"  # the sizes are written when a recording ends
    record(state_dir, bytes(content))
    tell(acme, started())
    assert voicemails_settle(session_ids=[SESSION]) == 1
    assert messages(acme)[0].duration_s == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"no wave at all" * 10, wav(0.3), wav(0.0, quiet_s=3.0)], ids=range(5)
)
def test_what_holds_no_words_is_no_message(acme: Tenant, state_dir: Path, cast: Any, content: bytes) -> None:
    path = record(state_dir, content)
    tell(acme, started())
    assert voicemails_settle(session_ids=[SESSION]) == 0
    assert not path.exists()


def test_what_was_taken_back_is_no_message(acme: Tenant, state_dir: Path, cast: Any) -> None:
    first, _ = record(state_dir, wav()), record(state_dir, wav(), "s1-2.wav")
    tell(
        acme,
        started(),
        ("voicemail_taken_back", {"recording": "message-1", "mailbox": "101"}),
        started("message-2", "voicemail/s1-2.wav"),
        ("voicemail_marked", {"recording": "message-2", "mailbox": "101", "is_urgent": True}),
    )
    assert voicemails_settle(session_ids=[SESSION]) == 1
    assert not first.exists()
    assert [one.is_urgent for one in messages(acme)] == [True]


def test_a_path_leads_nowhere_else(acme: Tenant, state_dir: Path, cast: Any) -> None:
    (state_dir / "secret.wav").write_bytes(wav())
    tell(acme, started(path="../../secret.wav"))
    assert voicemails_settle(session_ids=[SESSION]) == 0
    assert (state_dir / "secret.wav").exists()


def test_what_the_owner_does_on_the_phone_is_done(left: Voicemail, acme: Tenant) -> None:
    tell(acme, change(left, "heard"), change(left, "forwarded", to="102"), session_id="s2")
    for _ in range(2):
        voicemails_settle(session_ids=["s2"])
    assert sorted((one.mailbox, one.is_new) for one in messages(acme)) == [("101", False), ("102", True)]
    tell(
        acme,
        change(left, "deleted"),
        change(left, "restored"),
        session_id="s3",
    )
    voicemails_settle(session_ids=["s3"])
    assert len(messages(acme)) == 2
    tell(acme, change(left, "deleted"), session_id="s4")
    voicemails_settle(session_ids=["s4"])
    assert [one.mailbox for one in messages(acme)] == ["102"]


def test_nobody_changes_another_companys_message(left: Voicemail, globex: Tenant, acme: Tenant) -> None:
    tell(globex, change(left, "deleted"), session_id="s5")
    voicemails_settle(session_ids=["s5"])
    assert len(messages(acme)) == 1


def test_an_e_mail_brings_the_message(
    acme: Tenant, state_dir: Path, cast: Any, django_capture_on_commit_callbacks: Any
) -> None:
    MailServer.objects.create(
        tenant=acme,
        host="127.0.0.1",
        port=25,
        security=MailSecurity.NONE,
        from_address="pbx@acme.example",
    )
    with tenant_scope(acme):
        extension_update(extension=Extension.objects.get(number="101"), email="alice@acme.example")
        OutgoingMail.objects.all().delete()
    record(state_dir, wav())
    tell(acme, started())
    voicemails_settle(session_ids=[SESSION])
    mail = OutgoingMail.objects.get()
    assert mail.to == "alice@acme.example"
    assert mail.subject == "Message from Bob (102)"
    assert mail.attachments.get().content_type == "audio/wav"


def test_an_extension_sees_and_hears_its_own_messages_alone(left: Voicemail) -> None:
    alice, bob_company, mallory = bearer("101@acme"), bearer("acme"), bearer("101@globex")
    assert [row["caller"] for row in alice.get(LIST).json()["results"]] == ["102"]
    assert len(bob_company.get(LIST).json()["results"]) == 1
    assert mallory.get(LIST).json()["results"] == []
    for path in (f"{LIST}/{left.pk}", f"{LIST}/{left.pk}/content"):
        assert alice.get(path).status_code == 200
        assert bearer("102@acme").get(path).status_code == 404
        assert mallory.get(path).status_code == 404
        assert bearer("globex").get(path).status_code == 404
    sound = b"".join(alice.get(f"{LIST}/{left.pk}/content"))
    assert sound[:4] == b"RIFF"


def test_a_message_is_marked_forwarded_and_deleted_by_rest(
    left: Voicemail, acme: Tenant, state_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    alice = bearer("101@acme")
    path = f"{LIST}/{left.pk}"
    answer = alice.patch(path, {"is_new": False}, content_type="application/json")
    assert answer.json()["is_new"] is False
    assert (
        alice.post(f"{path}/forward", {"mailbox": "999"}, content_type="application/json").status_code == 400
    )
    copied = alice.post(f"{path}/forward", {"mailbox": "102"}, content_type="application/json")
    assert (copied.status_code, copied.json()["mailbox"]) == (201, "102")
    file = state_dir / "files" / left.stored_path
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.delete(path).status_code == 204
    assert not file.exists()
    assert [one.mailbox for one in messages(acme)] == ["102"]


def test_every_extension_has_a_mailbox_that_follows_it(
    left: Voicemail, acme: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    with tenant_scope(acme):
        extension = Extension.objects.get(number="101")
        extension_update(extension=extension, number="151")
        assert [one.mailbox for one in messages(acme)] == ["151"]
        extension_delete(extension=extension)
        assert not Mailbox.objects.filter(extension_id=extension.pk).exists()
    assert messages(acme) == []
    with across_tenants():
        assert not TenantFile.objects.filter(pk=left.file_id).exists()


def test_settings_reach_the_snapshot(acme: Tenant, cast: Any) -> None:
    with tenant_scope(acme):
        box = Mailbox.objects.get(extension__number="101")
        mailbox_update(mailbox=box, pin="4711", language="fr", max_message_s=60, takes_unanswered=True)
        greeting_add(
            extension=box.extension, source=io.BytesIO(wav()), size_bytes=1000, name="Hello.wav", status=""
        )
        lunch = greeting_add(
            extension=box.extension, source=io.BytesIO(wav()), size_bytes=1, name="L.wav", status="lunch"
        )
    entry = snapshot_get(tenant=acme).find_extension("101")
    assert entry is not None
    assert entry.mailbox is not None
    mailbox = entry.mailbox
    assert (mailbox.language, mailbox.max_message_s, mailbox.is_pin_asked) == ("fr", 60, True)
    assert mailbox.pin_token not in ("", "4711")
    assert mailbox.greeting != mailbox.greeting_for(PresenceStatus.LUNCH, is_busy=False)
    assert mailbox.greeting_for(PresenceStatus.LUNCH, is_busy=False).endswith(lunch.stored_name)
    with tenant_scope(acme):
        mailbox_update(mailbox=box, pin="", is_enabled=True)
    entry = snapshot_get(tenant=acme).find_extension("101")
    assert entry is not None
    assert entry.mailbox is not None
    assert not entry.mailbox.is_pin_asked
    with tenant_scope(acme):
        mailbox_update(mailbox=box, is_enabled=False)
    entry = snapshot_get(tenant=acme).find_extension("101")
    assert entry is not None
    assert entry.mailbox is None


def test_one_greeting_is_active_at_a_time(acme_scope: Tenant) -> None:
    extension = Extension.objects.get(number="101")
    first, second = (
        greeting_add(extension=extension, source=io.BytesIO(wav()), size_bytes=1, name=name)
        for name in ("A.wav", "B.wav")
    )
    assert (first.is_active, second.is_active) == (True, False)
    greeting_activate(greeting=second)
    assert [one.name for one in Greeting.objects.filter(is_active=True)] == ["B"]
    with pytest.raises(ValidationError):
        greeting_add(extension=extension, source=io.BytesIO(b"no"), size_bytes=2, name="C.wav")


@pytest.mark.parametrize("pin", ["123", "abcd", "1" * 13, "12 34", "１２３４"])
def test_a_pin_is_digits(cast: Any, pin: str) -> None:
    alice = bearer("101@acme")
    answer = alice.patch(f"{BOXES}/101", {"pin": pin}, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "pin"


def test_an_extension_sets_its_own_mailbox_alone(cast: Any) -> None:
    alice = bearer("101@acme")
    answer = alice.patch(f"{BOXES}/101", {"pin": "4711", "language": "it"}, content_type="application/json")
    assert answer.json()["has_pin"] is True
    assert "pin" not in answer.json()
    assert alice.get(f"{BOXES}/102").status_code == 404
    assert bearer("101@globex").get(f"{BOXES}/101").json()["language"] == "en"
    upload = SimpleUploadedFile("Hello.wav", wav(), content_type="audio/wav")
    made = alice.post(GREETINGS, {"file": upload})
    assert (made.status_code, made.json()["is_active"]) == (201, True)
    upload = SimpleUploadedFile("Hello.wav", wav(), content_type="audio/wav")
    assert alice.post(GREETINGS, {"file": upload, "extension_number": "102"}).status_code == 400
    path = f"{GREETINGS}/{made.json()['id']}"
    assert bearer("101@globex").get(path).status_code == 404
    assert bearer("102@acme").delete(path).status_code == 404
    assert alice.delete(path).status_code == 204


def test_a_new_extension_gets_one(acme_scope: Tenant) -> None:
    extension = extension_create(number="190", sip_password="Quite-strong-19x")
    assert Mailbox.objects.get(extension=extension).is_enabled


def browser(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


OWN_PAGE = "/my-extension/mailbox/"


def page_of(tenant: Tenant, number: str) -> str:
    with tenant_scope(tenant):
        return f"/admin/callmanager/extension/{Extension.objects.get(number=number).pk}/mailbox/"


def test_the_own_page_plays_and_deletes_messages(left: Voicemail, acme: Tenant) -> None:
    alice = browser("101@acme")
    shown = alice.get(OWN_PAGE).content.decode()
    sound = f"{OWN_PAGE}messages/{left.pk}/"
    assert sound in shown
    assert alice.get(sound).status_code == 200
    assert browser("102@acme").get(sound).status_code == 404
    assert browser("101@globex").get(sound).status_code == 404
    assert browser("102@acme").post(OWN_PAGE, {"step": "delete", "id": left.pk}).status_code == 400
    assert alice.post(OWN_PAGE, {"step": "mark", "id": left.pk}).status_code == 302
    assert [one.is_new for one in messages(acme)] == [False]
    assert alice.post(OWN_PAGE, {"step": "delete", "id": left.pk}).status_code == 302
    assert messages(acme) == []


def test_the_company_sees_every_mailbox_and_nobody_elses(left: Voicemail, acme: Tenant) -> None:
    page = page_of(acme, "101")
    company = browser("acme")
    shown = company.get(page).content.decode()
    assert "Bob" in shown
    sound = f"/admin/callmanager/extension/mailbox/messages/{left.pk}/play/"
    assert sound in shown
    assert company.get(sound).status_code == 200
    for stranger in (browser("globex"), browser("101@globex")):
        assert stranger.get(sound).status_code in (302, 403, 404)
        # The same address may be an extension of the stranger's own.
        assert b"Bob" not in stranger.get(page).content


def test_settings_and_greetings_are_changed_on_the_page(acme: Tenant, cast: Any) -> None:
    page, company = page_of(acme, "101"), browser("acme")
    settings = {
        "step": "settings",
        "is_enabled": "on",
        "language": "es",
        "max_message_s": "90",
        "max_messages": "50",
        "mail": "none",
    }
    assert company.post(page, settings | {"pin": "12"}).status_code == 400
    assert company.post(page, settings | {"pin": "4711"}).status_code == 302
    with tenant_scope(acme):
        box = Mailbox.objects.get(extension__number="101")
    assert (box.language, box.pin, box.is_pin_asked, box.mail) == ("es", "4711", False, "none")
    company.post(page, settings)
    with tenant_scope(acme):
        assert Mailbox.objects.get(extension__number="101").pin == "4711"
    company.post(page, settings | {"forgets_pin": "on"})
    with tenant_scope(acme):
        assert not Mailbox.objects.get(extension__number="101").has_pin
    upload = SimpleUploadedFile("Hello.wav", wav(), content_type="audio/wav")
    assert company.post(page, {"step": "greet", "status": "", "file": upload}).status_code == 302
    with tenant_scope(acme):
        greeting = Greeting.objects.get()
    assert greeting.is_active
    assert company.post(page, {"step": "lock", "id": greeting.pk}).status_code == 302
    assert company.post(page, {"step": "delete_greeting", "id": greeting.pk}).status_code == 302
    assert company.post(page, {"step": "delete_greeting", "id": greeting.pk}).status_code == 400
    assert company.post(page, {"step": "greet"}).status_code == 400
    assert company.post(page, {"step": "nonsense"}).status_code == 400
