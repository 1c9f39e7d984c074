"""Every e-mail comes in the frame of the brand, whatever it says and whatever somebody is called."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from callmanager.models import Extension
from callmanager.services.extension import extension_update
from callmanager.services.extension_welcome import welcome_send
from tenants.brand_colours import BrandColours
from tenants.brand_mail import html_framed, text_framed
from tenants.brand_shown import ShownBrand, ShownPicture
from tenants.models import OutgoingMail, PictureKind, Tenant, User
from tenants.scope import tenant_scope
from tenants.services.mail import mail_deliver, mail_send
from tenants.services.mail_server import mail_server_set, mail_server_test
from tenants.services.password_reset import password_reset_request
from tests.web.brands import ACCENT, brand_make
from tests.web.mail_host import MailHost, running_mail_host


@pytest.fixture
def host(tmp_path: Path, settings: Any, db: None) -> Iterator[MailHost]:
    settings.PBX_STATE_DIR = tmp_path
    settings.PBX_TENANT_NETWORKS = ["127.0.0.0/8"]
    with running_mail_host(tmp_path) as host:
        mail_server_set(
            tenant=None, host="127.0.0.1", port=host.port, security="none", from_address="pbx@pbx.example"
        )
        yield host


def parts(message: EmailMessage) -> tuple[str, str, list[bytes]]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    logos: Any = [part.get_content() for part in message.walk() if part["content-id"] == "<brand-logo>"]
    return text.get_content().replace("\r\n", "\n"), html.get_content(), logos


def delivered(host: MailHost) -> tuple[str, str, list[bytes]]:
    mail_deliver(mail_id=OutgoingMail.objects.latest("id").pk)
    return parts(host.mails[-1])


def is_acmes(mail: tuple[str, str, list[bytes]]) -> bool:
    text, html, logos = mail
    signature = text.split("\n-- \n")[1]
    return (
        signature == "Acme Phone · Acme Inc.\nhttps://acme.example/\nhttps://acme.example/help\n"
        and 'src="cid:brand-logo" alt="Acme Phone"' in html
        and ACCENT in html
        and [logo[:4] for logo in logos] == [b"\x89PNG"]
    )


def test_welcome_new_password_and_test_of_the_server(acme: Tenant, host: MailHost) -> None:
    brand_make(acme)
    with tenant_scope(acme):
        alice = extension_update(extension=Extension.objects.get(number="101"), email="alice@acme.example")
        welcome_send(tenant=acme, extension=alice)
    welcome = delivered(host)
    assert is_acmes(welcome)
    assert "cid:sign-in-code" in welcome[1]
    User.objects.filter(username="acme").update(email="boss@acme.example")
    password_reset_request(name="acme", link_prefix="https://pbx.example/password-reset/")
    reset = delivered(host)
    assert is_acmes(reset)
    assert '<a href="https://pbx.example/password-reset/' in reset[1]
    assert "?tenantname=acme" in reset[0]
    assert mail_server_test(tenant=acme, to="boss@acme.example").is_sent
    assert is_acmes(parts(host.mails[-1]))


def test_who_has_no_brand_sends_in_the_platforms_frame(globex: Tenant, acme: Tenant, host: MailHost) -> None:
    brand_make(acme)
    mail_send(tenant=globex, to="bob@else.example", subject="s", text="Hello")
    text, html, logos = delivered(host)
    assert (text, logos) == ("Hello\n\n-- \nTandem\n", [])
    assert host.mails[-1]["from"] == "Tandem <pbx@pbx.example>"
    brand_make(None)
    for tenant in (globex, None):
        mail_send(tenant=tenant, to="bob@else.example", subject="s", text="Hello")
        text, html, logos = delivered(host)
        assert "Phones for All · Hoster Ltd." in text
        assert "acme" not in text + html
        assert len(logos) == 1
        assert host.mails[-1]["from"] == "Phones for All <pbx@pbx.example>"


def test_a_sender_that_was_given_a_name_keeps_it(acme: Tenant, host: MailHost) -> None:
    brand_make(acme)
    mail_server_set(tenant=None, from_name="The switchboard")
    mail_send(tenant=acme, to="bob@else.example", subject="s", text="Hello")
    delivered(host)
    assert host.mails[-1]["from"] == "The switchboard <pbx@pbx.example>"


def test_a_logo_whose_file_is_gone_holds_up_no_mail(acme: Tenant, host: MailHost, tmp_path: Path) -> None:
    brand_make(acme)
    for path in (tmp_path / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    mail_send(tenant=acme, to="bob@else.example", subject="s", text="Hello")
    _, html, logos = delivered(host)
    assert (logos, "cid:" in html, ">Acme Phone</div>" in html) == ([], False, True)


class TestTheFrame:
    MARKUP = ShownBrand(name='<b>"A&B"</b>', company_name="<script>x</script>", is_own=True)

    def test_names_are_text(self) -> None:
        html = html_framed(self.MARKUP, text="1 < 2 & 3\n\n<img src=x>", html="", has_logo=False)
        assert "<b>" not in html
        assert "<script>" not in html
        assert "<img" not in html
        assert "1 &lt; 2 &amp; 3" in html
        assert text_framed(self.MARKUP, "x").endswith('-- \n<b>"A&B"</b> · <script>x</script>\n')

    def test_only_addresses_on_a_line_of_their_own_are_links(self) -> None:
        text = 'See https://x.example/\nhttps://y.example/?a=1&b=2\njavascript:alert(1)\nhttps://z.example/"onclick=x'
        html = html_framed(ShownBrand(), text=text, html="", has_logo=False)
        assert html.count("<a ") == 1
        assert '<a href="https://y.example/?a=1&amp;b=2" style="color:#155dfc">' in html

    def test_a_square_logo_has_the_name_beside_it_and_a_wide_one_has_it_inside(self) -> None:
        for width, is_named in ((160, False), (40, True)):
            logo = ShownPicture("0" * 48, width, 40)
            brand = ShownBrand(
                name="Acme",
                colours=BrandColours("#0f766e", "#042c29"),
                pictures={PictureKind.LOGO: logo},
                is_own=True,
            )
            html = html_framed(brand, text="x", html="", has_logo=True)
            assert f'width="{width}" height="40"' in html
            assert ("&nbsp; Acme" in html) is is_named
