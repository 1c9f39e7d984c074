"""The person behind an extension: photo, QR code, welcome mail, and what they may change alone."""

from __future__ import annotations

from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from callmanager.models import Extension
from callmanager.selectors.extension import extension_get
from callmanager.services.extension_photo import SIDE, photo_find
from callmanager.services.extension_welcome import phone_server
from tenants.files import file_path
from tenants.models import MailSecurity, MailServer, OutgoingMail, Tenant, TenantFile, User
from tenants.scope import across_tenants, tenant_scope
from tests.web.api.conftest import Answer, Rest, rest_as
from tests.web.conftest import ACME_DOMAIN, Cast, sip_password


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


@pytest.fixture
def bob(acme: Tenant) -> int:
    with tenant_scope(acme):
        return extension_get(number="102").pk


def picture(width: int = 800, height: int = 600, kind: str = "PNG", **more: Any) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind, **more)
    return out.getvalue()


def put(rest: Rest, bob: int, data: bytes) -> Answer:
    return put_to(rest, f"/api/extensions/{bob}/photo", data)


def put_to(rest: Rest, path: str, data: bytes) -> Answer:
    body = {"photo": SimpleUploadedFile("me.png", data, "image/png")}
    answer: Any = Client().generic(
        "PUT",
        path,
        encode_multipart(BOUNDARY, body),
        content_type=MULTIPART_CONTENT,
        headers={"Authorization": f"Bearer {rest.token}"},
    )
    return Answer(answer.status_code, answer.json() if answer.content else None)


def test_a_photo_is_cut_square_and_written_anew(cast: Cast, acme: Tenant, bob: int) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    assert put(rest_as("acme"), bob, picture(kind="JPEG", exif=exif)).status == 204
    with tenant_scope(acme):
        file = photo_find(extension=extension_get(number="102"))
        assert file is not None
        stored = file_path(file).read_bytes()
    with Image.open(BytesIO(stored)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (SIDE, SIDE), {})
    assert b"secret place" not in stored
    assert rest_as("acme").get(f"/api/extensions/{bob}").body["has_photo"] is True


def test_only_who_may_sees_it_and_the_old_one_goes(cast: Cast, acme: Tenant, bob: int) -> None:
    put(rest_as("acme"), bob, picture())
    put(rest_as("acme"), bob, picture(100, 100))
    with across_tenants():
        assert TenantFile.objects.count() == 1
    path = f"/api/extensions/{bob}/photo"

    def status(username: str) -> int:
        token = rest_as(username).token
        return int(Client().get(path, headers={"Authorization": f"Bearer {token}"}).status_code)

    assert [status(name) for name in ("acme", "102@acme", "globex", "101@globex")] == [200, 200, 404, 404]
    assert put(rest_as("102@acme"), bob, picture()).status == 403
    assert put(rest_as("globex"), bob, picture()).status == 404
    assert rest_as("acme").delete(path).status == 204
    with across_tenants():
        assert not TenantFile.objects.exists()


def test_the_photo_goes_with_the_extension(cast: Cast, acme: Tenant, bob: int) -> None:
    put(rest_as("acme"), bob, picture())
    assert (
        rest_as("acme").post("/api/extensions/bulk", {"action": "delete", "ids": [bob]}).body["changed"] == 1
    )
    with across_tenants():
        assert not TenantFile.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"not a picture", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (picture()[:200], "not_a_picture"),
        (picture(8000, 6000), "too_many_pixels"),
        (picture(10, 10), "too_small"),
        (b"\xff\xd8" + bytes(5_000_001), "too_large"),
    ],
    ids=["text", "svg", "cut", "bomb", "small", "large"],
)
def test_what_is_no_photo_is_refused(cast: Cast, bob: int, data: bytes, code: str) -> None:
    answer = put(rest_as("acme"), bob, data)
    assert (answer.status, answer.problems) == (400, {("photo", code)})


def mail_server(tenant: Tenant) -> None:
    MailServer.objects.create(
        tenant=tenant, host="127.0.0.1", port=25, security=MailSecurity.NONE, from_address="pbx@acme.example"
    )


def test_a_new_extension_is_welcomed_by_mail(cast: Cast, acme: Tenant) -> None:
    acme_user = rest_as("acme")
    acme_user.post("/api/extensions", {"number": "103", "email": "c@acme.example"})
    assert not OutgoingMail.objects.exists()
    mail_server(acme)
    acme_user.post("/api/extensions", {"number": "104"})
    assert not OutgoingMail.objects.exists()
    password = acme_user.post("/api/extensions", {"number": "105", "email": "e@acme.example"}).body[
        "sip_password"
    ]
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.attachments.count()) == ("e@acme.example", 1)
    assert ACME_DOMAIN in mail.text
    assert password not in mail.text + mail.html


def test_it_can_be_sent_again(cast: Cast, acme: Tenant, bob: int) -> None:
    path = f"/api/extensions/{bob}/welcome"
    assert rest_as("acme").post(path).problems == {("email", "required")}
    rest_as("acme").patch(f"/api/extensions/{bob}", {"email": "bob@acme.example"})
    assert rest_as("acme").post(path).problems == {(None, "no_server")}
    mail_server(acme)
    assert rest_as("globex").post(path).status == 404
    assert rest_as("102@acme").post(path).status == 403
    assert rest_as("acme").post(path).status == 202
    assert OutgoingMail.objects.get().to == "bob@acme.example"


def test_the_code_holds_the_password_only_where_it_is_shown(cast: Cast, acme: Tenant, bob: int) -> None:
    def svg(username: str) -> str:
        headers = {"Authorization": f"Bearer {rest_as(username).token}"}
        return Client().get(f"/api/extensions/{bob}/qr", headers=headers).content.decode()

    without = svg("acme")
    assert "<svg" in without
    assert "style=" not in without
    Tenant.objects.filter(pk=acme.pk).update(is_sip_password_shown=True)
    assert len(svg("acme")) > len(without)
    assert svg("102@acme") == without


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def test_people_change_their_own_name_and_photo(cast: Cast, acme: Tenant) -> None:
    browser = signed_in("102@acme")
    body = {
        "first_name": "Robert",
        "last_name": "B",
        "email": "bob@acme.example",
        "mobile": "+49 170 1",
        "photo": SimpleUploadedFile("me.png", picture()),
    }
    assert browser.post("/my-extension/profile/", body).status_code == 302
    with tenant_scope(acme):
        own = extension_get(number="102")
        assert (own.first_name, own.email, own.mobile) == ("Robert", "bob@acme.example", "+49 170 1")
    assert User.objects.get(username="102@acme").email == "bob@acme.example"
    assert browser.get("/my-extension/photo/").status_code == 200
    assert signed_in("101@globex").get("/my-extension/photo/").status_code == 404
    taken = signed_in("101@acme").post("/my-extension/profile/", {"email": "bob@acme.example"})
    assert "Somebody else uses" in taken.content.decode()
    assert signed_in("acme").get("/my-extension/profile/").status_code == 302


def test_people_change_the_same_by_rest(cast: Cast, acme: Tenant) -> None:
    own, photo = "/api/account/extension", "/api/account/extension/photo"
    bob, mallory = rest_as("102@acme"), rest_as("101@globex")
    changed = bob.patch(own, {"first_name": "Robert", "mobile": "+49 170 1", "email": "bob@acme.example"})
    assert changed.status == 200
    assert changed.body == {
        **bob.get(own).body,
        "number": "102",
        "first_name": "Robert",
        "mobile": "+49 170 1",
        "has_photo": False,
    }
    assert put_to(bob, photo, picture()).status == 204
    assert (bob.get(own).body["has_photo"], mallory.get(own).body["has_photo"]) == (True, False)
    assert mallory.get(photo).status == 404
    assert put_to(bob, photo, b"no").status == 400
    assert bob.delete(photo).status == 204
    assert bob.get(photo).status == 404
    taken = rest_as("101@acme").patch(own, {"email": "bob@acme.example"})
    assert [problem[0] for problem in taken.problems] == ["email"]
    assert rest_as("101@acme").patch(own, {"mobile": "call me"}).problems == {("mobile", "phone_number")}
    # What is not theirs to change stays as it is.
    assert bob.patch(own, {"number": "999", "display_name": "Boss"}).body["number"] == "102"
    assert rest_as("acme").get(own).status == 403


def test_a_new_sip_password_is_theirs_to_make_if_the_company_allows_it(cast: Cast, acme: Tenant) -> None:
    path = "/my-extension/sip-password/"
    assert signed_in("102@acme").post(path).status_code == 404
    Tenant.objects.filter(pk=acme.pk).update(may_extensions_change_sip_password=True)
    page = signed_in("102@acme").post(path).content.decode()
    with tenant_scope(acme):
        password = Extension.objects.get(number="102").sip_password
    assert password in page
    assert password != sip_password("Bob")


def test_the_profile_page_of_the_console(cast: Cast, acme: Tenant, bob: int) -> None:
    path = f"/admin/callmanager/extension/{bob}/person/"
    browser = signed_in("acme")
    assert browser.post(path, {"photo": SimpleUploadedFile("x.png", picture())}).status_code == 302
    assert "td-photo" in browser.get(path).content.decode()
    assert browser.get(f"{path}photo/").status_code == 200
    assert signed_in("globex").get(f"{path}photo/").status_code == 404
    assert signed_in("globex").get(path).status_code == 404
    assert browser.post(f"{path}photo/remove/").status_code == 302
    assert browser.get(f"{path}photo/").status_code == 404
    refused = browser.post(path, {"photo": SimpleUploadedFile("x.png", b"no")})
    assert "This is no picture" in refused.content.decode()
    assert "no e-mail address" in browser.post(f"{path}welcome/", follow=True).content.decode()


def test_the_server_of_the_sign_in_data_is_one_that_phones_can_reach(settings: Any) -> None:
    settings.PBX_BIND = "192.0.2.50"
    assert phone_server() == "192.0.2.50"
    settings.PBX_BIND, settings.PUBLIC_URL = "0.0.0.0", "https://pbx.acme.example:8887/"
    assert phone_server() == "pbx.acme.example"
    settings.PUBLIC_URL = ""
    assert not ip_address(phone_server()).is_unspecified


def test_company_name_and_website_are_shown_on_both_profiles(cast: Cast, acme: Tenant, bob: int) -> None:
    Tenant.objects.filter(pk=acme.pk).update(display_name="Acme & Sons", website="https://acme.example/")
    for username, path in (
        ("acme", f"/admin/callmanager/extension/{bob}/person/"),
        ("102@acme", "/my-extension/profile/"),
    ):
        client = Client()
        client.force_login(
            User.objects.get(username=username), backend="tenants.authentication.SignInBackend"
        )
        page = client.get(path).content.decode()
        assert "Acme &amp; Sons" in page
        assert "https://acme.example/" in page


def test_the_own_page_has_the_code_with_the_password_only_when_it_is_new(cast: Cast, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(may_extensions_change_sip_password=True)
    client = Client()
    client.force_login(User.objects.get(username="102@acme"), backend="tenants.authentication.SignInBackend")
    page = client.get("/my-extension/profile/").content.decode()
    assert "QR code with the sign-in data" in page
    assert "Not in the code" in page
    renewed = client.post("/my-extension/sip-password/").content.decode()
    assert "<dd>In the code</dd>" in renewed
    assert "Not in the code" in client.get("/my-extension/profile/").content.decode()
