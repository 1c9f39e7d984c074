"""E-mails leave by a real SMTP conversation: by the tenant's server or the system's, again and again, or aloud."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from deploy.stack.free_ports import free_port
from tenants.models import EventLogEntry, MailAttachment, MailSecurity, MailServer, OutgoingMail, Tenant
from tenants.scope import across_tenants
from tenants.services.mail import (
    ATTACHMENTS_BYTES_MAX,
    RETRY_AFTER_S,
    Attachment,
    AttachmentsTooLarge,
    mail_deliver,
    mail_send,
    mails_expire,
    mails_sweep,
)
from tests.web.mail_host import MAIL_PASSWORD, MAIL_USER, MailHost, running_mail_host


@pytest.fixture
def host(tmp_path: Path) -> Iterator[MailHost]:
    with running_mail_host(tmp_path) as host:
        yield host


@pytest.fixture(autouse=True)
def _own_machine_is_allowed(settings: Any) -> None:
    settings.PBX_TENANT_NETWORKS = ["127.0.0.0/8"]


def server_make(tenant: Tenant | None, at: MailHost, **changes: Any) -> MailServer:
    return MailServer.objects.create(
        **{
            "tenant": tenant,
            "host": "127.0.0.1",
            "port": at.port,
            "security": MailSecurity.NONE,
            "from_address": "pbx@acme.example",
            "from_name": "Acme, Inc.",
            "timeout_s": 5,
            **changes,
        }
    )


def send(tenant: Tenant | None, **changes: Any) -> OutgoingMail:
    mail = mail_send(
        **{"tenant": tenant, "to": "bob@else.example", "subject": "Grüße", "text": "Hallo Bob\n", **changes}
    )
    mail_deliver(mail_id=mail.pk)
    mail.refresh_from_db()
    return mail


def test_a_mail_arrives_with_its_text_its_pictures_and_its_files(acme: Tenant, host: MailHost) -> None:
    server_make(acme, host)
    mail = send(
        acme,
        html='<p>Hallo <img src="cid:logo"></p>',
        attachments=[
            Attachment("logo.png", "image/png", b"\x89PNG", content_id="logo"),
            Attachment("message.wav", "audio/wav", b"RIFF"),
        ],
    )
    assert (mail.state, mail.error) == ("sent", "")
    (message,) = host.mails
    assert (host.senders, host.recipients) == (["pbx@acme.example"], ["bob@else.example"])
    assert (message["subject"], message["to"]) == ("Grüße", "bob@else.example")
    assert message["from"] == '"Acme, Inc." <pbx@acme.example>'
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Hallo Bob", "", "-- ", "Tandem"]
    assert "cid:logo" in html.get_content()
    assert [part.get_filename() for part in message.iter_attachments()] == ["message.wav"]
    assert [p["content-id"] for p in message.walk() if p.get_content_type() == "image/png"] == ["<logo>"]


def test_what_a_mail_says_is_unreadable_in_the_database_and_forgotten_when_it_has_left(
    acme: Tenant, host: MailHost
) -> None:
    server_make(acme, host)
    mail = mail_send(
        tenant=acme,
        to="bob@else.example",
        subject="Password",
        text="it is swordfish",
        attachments=[Attachment("a", "text/plain", b"x")],
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM tenants_outgoingmail WHERE id = %s", [mail.pk])
        assert "swordfish" not in cursor.fetchone()[0]
    mail_deliver(mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.text) == ("sent", "")
    assert not MailAttachment.objects.filter(mail=mail).exists()


def test_a_tenant_without_a_server_uses_the_systems(
    acme: Tenant, globex: Tenant, host: MailHost, tmp_path: Path
) -> None:
    with running_mail_host(tmp_path) as systems:
        server_make(None, systems, from_address="system@pbx.example", from_name="")
        server_make(acme, host)
        send(acme)
        send(globex)
        send(None)
        assert (len(host.mails), systems.senders) == (1, ["system@pbx.example"] * 2)
        MailServer.objects.filter(tenant=acme).update(is_enabled=False)
        send(acme)
        assert (len(host.mails), len(systems.mails)) == (1, 3)


def test_without_any_server_a_mail_is_given_up_and_the_event_log_says_so(acme: Tenant) -> None:
    mail = send(acme)
    assert mail.state == "failed"
    with across_tenants():
        event = EventLogEntry.objects.get(kind="mail.given_up")
    assert event.tenant_id == acme.pk
    assert "No mail server is set up" in event.message


def test_a_mail_is_tried_again_until_the_server_is_back(acme: Tenant, host: MailHost) -> None:
    server = server_make(acme, host, port=free_port())
    mail = send(acme)
    assert (mail.state, mail.attempts) == ("queued", 1)
    assert "Nothing listens" in mail.error
    wait = mail.next_attempt_at - timezone.now()
    assert timedelta(0) < wait <= timedelta(seconds=RETRY_AFTER_S[0])
    mail_deliver(mail_id=mail.pk)
    assert mails_sweep() == 0
    MailServer.objects.filter(pk=server.pk).update(port=host.port)
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    assert mails_sweep() == 1
    mail_deliver(mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.error, len(host.mails)) == ("sent", "", 1)


def test_a_mail_is_given_up_after_the_last_attempt(acme: Tenant, host: MailHost) -> None:
    server_make(acme, host, port=free_port())
    mail = send(acme)
    for _ in RETRY_AFTER_S:
        assert mail.state == "queued"
        OutgoingMail.objects.update(next_attempt_at=timezone.now())
        mail_deliver(mail_id=mail.pk)
        mail.refresh_from_db()
    assert (mail.state, mail.text) == ("failed", "")


@pytest.mark.parametrize(
    ("answer", "state"), [("550 5.1.1 nobody here", "failed"), ("450 4.2.0 busy", "queued")]
)
def test_a_refusal_for_good_is_not_tried_again(acme: Tenant, host: MailHost, answer: str, state: str) -> None:
    server_make(acme, host)
    host.refuse_recipient = answer
    mail = send(acme)
    assert mail.state == state
    assert answer in mail.error


def test_two_task_processes_send_a_mail_once(acme: Tenant, host: MailHost) -> None:
    server_make(acme, host)
    mail = send(acme)
    OutgoingMail.objects.filter(pk=mail.pk).update(state="queued", next_attempt_at=timezone.now())
    mail_deliver(mail_id=mail.pk)
    mail_deliver(mail_id=mail.pk)
    assert len(host.mails) == 2


def test_a_mail_is_rolled_back_with_the_change_it_tells_of(acme: Tenant) -> None:
    with transaction.atomic():
        mail_send(tenant=acme, to="bob@else.example", subject="s", text="t")
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


def test_a_subject_can_not_smuggle_a_header(acme: Tenant, host: MailHost) -> None:
    server_make(acme, host)
    send(acme, subject="Hello\r\nBcc: everybody@else.example")
    assert host.mails[0]["subject"] == "Hello Bcc: everybody@else.example"
    assert host.mails[0]["bcc"] is None


@pytest.mark.parametrize(
    "to", ["", "bob", "bob@else.example\r\nx@y.example", "a@b.c, d@e.f", "bób@else.example"]
)
def test_what_is_no_address_is_refused_at_once(acme: Tenant, to: str) -> None:
    with pytest.raises(ValidationError):
        mail_send(tenant=acme, to=to, subject="s", text="t")


def test_what_no_server_would_take_is_refused_at_once(acme: Tenant) -> None:
    huge = Attachment("a", "audio/wav", bytes(ATTACHMENTS_BYTES_MAX + 1))
    with pytest.raises(AttachmentsTooLarge):
        mail_send(tenant=acme, to="bob@else.example", subject="s", text="t", attachments=[huge])


def test_old_mails_are_forgotten(acme: Tenant, host: MailHost) -> None:
    server_make(acme, host)
    old, new = send(acme), send(acme)
    OutgoingMail.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert mails_expire() == 1
    assert list(OutgoingMail.objects.all()) == [new]


def test_the_system_has_one_mail_server(host: MailHost, db: None) -> None:
    server_make(None, host)
    with pytest.raises(IntegrityError), transaction.atomic():
        server_make(None, host)


class TestConversations:
    """What the server said comes back in words."""

    @pytest.mark.parametrize("security", ["starttls", "ssl"])
    def test_a_mail_leaves_encrypted(self, acme: Tenant, tmp_path: Path, security: str) -> None:
        with running_mail_host(tmp_path, security=security, needs_sign_in=True) as host:
            server_make(
                acme,
                host,
                security=security,
                username=MAIL_USER,
                password=MAIL_PASSWORD,
                is_certificate_checked=False,
            )
            assert send(acme).state == "sent"
            assert (host.is_encrypted, host.signed_in) == ([True], [MAIL_USER])

    @pytest.mark.parametrize("security", ["starttls", "ssl"])
    def test_a_certificate_that_nobody_signed_is_refused(
        self, acme: Tenant, tmp_path: Path, security: str
    ) -> None:
        with running_mail_host(tmp_path, security=security) as host:
            server_make(acme, host, security=security)
            mail = send(acme)
            assert "certificate of 127.0.0.1 can't be trusted: self-signed" in mail.error

    def test_a_wrong_password(self, acme: Tenant, tmp_path: Path) -> None:
        with running_mail_host(tmp_path, needs_sign_in=True) as host:
            server_make(acme, host, username=MAIL_USER, password="wrong")
            assert send(acme).error.startswith("The server refused user name or password: 535")

    def test_a_server_that_wants_a_sign_in(self, acme: Tenant, tmp_path: Path) -> None:
        with running_mail_host(tmp_path, needs_sign_in=True) as host:
            server_make(acme, host)
            assert "530 5.7.0 Authentication required" in send(acme).error

    def test_ssl_where_none_is_spoken(self, acme: Tenant, host: MailHost) -> None:
        server_make(acme, host, security="ssl")
        assert "does not speak SSL" in send(acme).error

    def test_starttls_where_none_is_offered(self, acme: Tenant, host: MailHost) -> None:
        server_make(acme, host, security="starttls")
        assert "STARTTLS extension not supported" in send(acme).error

    def test_a_refused_mail(self, acme: Tenant, host: MailHost) -> None:
        server_make(acme, host)
        host.refuse_data = "554 5.7.1 looks like spam"
        assert send(acme).error == "The server refused the e-mail: 554 5.7.1 looks like spam"

    def test_a_name_that_nobody_knows(self, acme: Tenant, host: MailHost) -> None:
        server_make(acme, host, host="mail.acme.invalid")
        assert "No name server knows mail.acme.invalid" in send(acme).error

    @pytest.mark.parametrize(
        "address", ["127.0.0.1", "::ffff:127.0.0.1", "localhost", "10.1.2.3", "169.254.1.1"]
    )
    def test_a_tenant_does_not_reach_into_the_operators_network(
        self, acme: Tenant, host: MailHost, settings: Any, address: str
    ) -> None:
        settings.PBX_TENANT_NETWORKS = []
        server_make(acme, host, host=address)
        assert "inside this network" in send(acme).error
        assert host.mails == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": "http://mail.acme.example"}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"timeout_s": 1}, "timeout_s"),
        ({"security": "quantum"}, "security"),
        ({"from_address": "nobody"}, "from_address"),
        ({"from_name": "A\r\nBcc: x"}, "from_name"),
        ({"password": "x"}, "username"),
        ({"username": "a\nb", "password": "x"}, "username"),
    ],
)
def test_wrong_settings_are_refused_by_field(acme: Tenant, changes: dict[str, Any], field: str) -> None:
    server = MailServer(
        **{
            "tenant": acme,
            "host": "mail.acme.example",
            "port": 587,
            "from_address": "pbx@acme.example",
            **changes,
        }
    )
    with pytest.raises(ValidationError) as refusal:
        server.full_clean()
    assert set(refusal.value.message_dict) == {field}
