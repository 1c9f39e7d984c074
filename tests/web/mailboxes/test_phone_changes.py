"""What an owner did on the telephone: greetings, name, PIN, a comment on a message; and what was begun and left."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from callmanager.domain.mailbox import Mailbox as MailboxEntry
from callmanager.fleet.models import StoredCallEvent, Voicemail
from callmanager.models import Extension, Greeting, Mailbox
from callmanager.models.mailbox import GREETINGS_MAX
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.greeting import greeting_add
from callmanager.services.mailbox import mailbox_update
from callmanager.services.voicemail import voicemails_settle
from sipworker.credentials import PasswordSafe
from tenants.models import AuditEntry, EventLogEntry, Tenant
from tenants.scope import across_tenants, tenant_scope
from tests.web.mailboxes.stage import AT, WORKER, change, messages, record, tell, wav

KEPT = "s9-greeting-1-1.wav"


def of_mailbox(what: str, mailbox: str = "101", **more: Any) -> tuple[str, Any]:
    return "voicemail_changed", {"mailbox": mailbox, "message_id": 0, "change": what, **more}


def entry(tenant: Tenant) -> MailboxEntry:
    found = snapshot_get(tenant=tenant).find_extension("101")
    assert found is not None
    assert found.mailbox is not None
    return found.mailbox


def record_greeting(state_dir: Path, tenant: Tenant, kind: str) -> None:
    record(state_dir, wav(3.0), KEPT)
    tell(
        tenant,
        of_mailbox("recording", path=f"voicemail/{KEPT}"),
        of_mailbox("greeting", greeting=kind, path=f"voicemail/{KEPT}"),
        session_id="s9",
    )
    voicemails_settle(session_ids=["s9"])


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("", "greeting"),
        ("busy", "busy_greeting"),
        ("temporary", "temporary_greeting"),
        ("name", "spoken_name"),
    ],
)
def test_a_recorded_greeting_is_what_callers_hear(
    cast: Any, acme: Tenant, state_dir: Path, kind: str, field: str
) -> None:
    with tenant_scope(acme):
        old = greeting_add(
            extension=Extension.objects.get(number="101"),
            source=(state_dir / record(state_dir, wav(), "old.wav")).open("rb"),
            size_bytes=1,
            name="Old.wav",
            status=kind,
        )
        assert old.is_active
    record_greeting(state_dir, acme, kind)
    with tenant_scope(acme):
        assert sorted(Greeting.objects.values_list("status", "is_active")) == [(kind, False), (kind, True)]
        new = Greeting.objects.get(is_active=True)
        assert new.name.startswith("By telephone")
        assert getattr(entry(acme), field).endswith(new.stored_name)
    assert not (state_dir / WORKER / "voicemail" / KEPT).exists()
    voicemails_settle(session_ids=["s9"])
    with tenant_scope(acme):
        assert Greeting.objects.count() == 2
    told = AuditEntry.objects.get(action="greeting.create")
    assert (told.username, told.tenant_id) == ("101 by telephone", acme.pk)


def test_what_was_recorded_and_not_kept_is_thrown_away(cast: Any, acme: Tenant, state_dir: Path) -> None:
    path = record(state_dir, wav(3.0), KEPT)
    tell(acme, of_mailbox("recording", path=f"voicemail/{KEPT}"), session_id="s9")
    voicemails_settle(session_ids=["s9"])
    assert not path.exists()
    with tenant_scope(acme):
        assert not Greeting.objects.exists()


def test_a_full_list_of_greetings_makes_room_by_one_that_nobody_hears(
    cast: Any, acme: Tenant, state_dir: Path
) -> None:
    with tenant_scope(acme):
        extension = Extension.objects.get(number="101")
        for number in range(GREETINGS_MAX):
            source = record(state_dir, wav(), "g.wav").open("rb")
            greeting_add(extension=extension, source=source, size_bytes=1, name=f"{number}.wav")
    record_greeting(state_dir, acme, "")
    with tenant_scope(acme):
        names = set(Greeting.objects.values_list("name", flat=True))
        assert len(names) == GREETINGS_MAX
        assert {"0", "1"} - names == {"1"}


def test_a_greeting_is_taken_out_of_use(cast: Any, acme: Tenant, state_dir: Path) -> None:
    record_greeting(state_dir, acme, "temporary")
    with tenant_scope(acme):
        Greeting.objects.update(created_at=AT)
    tell(acme, of_mailbox("x"), of_mailbox("greeting_unlocked", greeting="temporary"), session_id="s10")
    voicemails_settle(session_ids=["s10"])
    assert entry(acme).temporary_greeting == ""


def greetings_of(state_dir: Path, number: str, *names: str) -> list[Greeting]:
    return [
        greeting_add(
            extension=Extension.objects.get(number=number),
            source=record(state_dir, wav(), "chosen.wav").open("rb"),
            size_bytes=1,
            name=f"{name}.wav",
        )
        for name in names
    ]


def test_a_stored_greeting_is_chosen_and_the_one_before_stays_in_the_list(
    cast: Any, acme: Tenant, state_dir: Path
) -> None:
    with tenant_scope(acme):
        summer, winter = greetings_of(state_dir, "101", "Summer", "Winter")
    assert [(one.greeting_id, one.is_active) for one in entry(acme).stored_greetings] == [
        (summer.pk, True),
        (winter.pk, False),
    ]
    chosen = of_mailbox("greeting_chosen", greeting="", greeting_id=winter.pk)
    tell(acme, chosen, chosen, session_id="s11")
    for _ in range(2):
        voicemails_settle(session_ids=["s11"])
    assert entry(acme).greeting.endswith(winter.stored_name)
    with tenant_scope(acme):
        assert Greeting.objects.filter(is_active=True).get() == winter
    assert AuditEntry.objects.get(action="greeting.update").username == "101 by telephone"


def test_nobody_chooses_a_greeting_of_somebody_else_of_another_kind_or_one_that_is_gone(
    cast: Any, acme: Tenant, globex: Tenant, state_dir: Path
) -> None:
    with tenant_scope(globex):
        strange = greetings_of(state_dir, "101", "Hers", "Hers too")[1]
    with tenant_scope(acme):
        own = greetings_of(state_dir, "101", "Own")[0]
        bobs = greetings_of(state_dir, "102", "Bob's", "Bob's too")[1]
    ids = (strange.pk + 1000, strange.pk, bobs.pk)
    tell(
        acme,
        *(of_mailbox("greeting_chosen", greeting="", greeting_id=one) for one in ids if one != own.pk),
        of_mailbox("greeting_chosen", greeting="busy", greeting_id=own.pk),
        session_id="s12",
    )
    voicemails_settle(session_ids=["s12"])
    with tenant_scope(acme):
        assert sorted(Greeting.objects.filter(is_active=True).values_list("name", flat=True)) == [
            "Bob's",
            "Own",
        ]
    with tenant_scope(globex):
        assert Greeting.objects.get(is_active=True).name == "Hers"


def test_a_new_pin_opens_the_mailbox_and_leaves_no_trace(cast: Any, acme: Tenant) -> None:
    safe = PasswordSafe(django_settings.FIELD_ENCRYPTION_KEYS)
    tell(acme, of_mailbox("pin", pin_token=safe.seal("2468")), session_id="s9")
    voicemails_settle(session_ids=["s9"])
    assert safe.open(entry(acme).pin_token) == "2468"
    with across_tenants():
        assert "pin_token" not in StoredCallEvent.objects.get().data
    with tenant_scope(acme):
        mailbox_update(mailbox=Mailbox.objects.get(extension__number="101"), pin="1357")
    voicemails_settle(session_ids=["s9"])
    assert safe.open(entry(acme).pin_token) == "1357"
    assert AuditEntry.objects.filter(action="mailbox.update", username="101 by telephone").exists()


@pytest.mark.parametrize("token", ["no token", ""])
def test_a_pin_that_cannot_be_read_changes_nothing(cast: Any, acme: Tenant, token: str) -> None:
    tell(acme, of_mailbox("pin", pin_token=token), session_id="s9")
    voicemails_settle(session_ids=["s9"])
    assert entry(acme).pin_token == ""


def test_the_stranger_changes_nothing_here(cast: Any, acme: Tenant, globex: Tenant, state_dir: Path) -> None:
    record_greeting(state_dir, globex, "")
    with tenant_scope(acme):
        assert not Greeting.objects.exists()
    with tenant_scope(globex):
        assert Greeting.objects.count() == 1


def test_a_comment_comes_before_the_message(left: Voicemail, acme: Tenant, state_dir: Path) -> None:
    record(state_dir, wav(2.0), "s9-comment-1-1.wav")
    tell(
        acme,
        of_mailbox("recording", path="voicemail/s9-comment-1-1.wav"),
        change(left, "forwarded", to="102", comment="voicemail/s9-comment-1-1.wav"),
        session_id="s9",
    )
    for _ in range(2):
        voicemails_settle(session_ids=["s9"])
    (copy,) = (one for one in messages(acme) if one.mailbox == "102")
    assert copy.duration_s == pytest.approx(left.duration_s + 2.5, abs=0.2)
    with wave.open(str(state_dir / "files" / copy.stored_path)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(copy.duration_s, abs=0.1)
    assert not (state_dir / WORKER / "voicemail" / "s9-comment-1-1.wav").exists()


def test_what_cannot_be_forwarded_costs_nothing_else(left: Voicemail, acme: Tenant) -> None:
    tell(acme, change(left, "forwarded", to="777"), change(left, "deleted"), session_id="s9")
    voicemails_settle(session_ids=["s9"])
    assert messages(acme) == []
    with across_tenants():
        told = EventLogEntry.objects.get(kind="voicemail.not_done")
    assert told.tenant_id == acme.pk


def test_a_locked_mailbox_stands_in_the_companys_event_log(cast: Any, acme: Tenant) -> None:
    tell(acme, of_mailbox("locked"), session_id="s9")
    voicemails_settle(session_ids=["s9"])
    with across_tenants():
        told = EventLogEntry.objects.get(kind="voicemail.locked")
    assert (told.tenant_id, "101" in told.message) == (acme.pk, True)
