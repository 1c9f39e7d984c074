"""Mailboxes in tables of extensions: set by an import, told by an export, never the PIN."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from callmanager.models import Mailbox
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest
from tests.web.api.test_extension_import import imported, numbers

TABLE = (
    "number,voicemail,voicemail takes unanswered calls,Prompt language,voicemail to email,Voicemail password\n"
    "201,yes,yes,FR,notice,4711\n"
    "202,no,,,,\n"
    "203,,,,,\n"
)


def mailbox(tenant: Tenant, number: str) -> Mailbox:
    with tenant_scope(tenant):
        return Mailbox.objects.get(extension__number=number)


def exported(rest: Rest) -> dict[str, dict[str, str]]:
    answer: Any = Client().get("/api/extensions/export", headers={"Authorization": f"Bearer {rest.token}"})
    text = b"".join(answer).decode("utf-8-sig")
    return {row["number"]: row for row in csv.DictReader(StringIO(text))}


def test_a_table_sets_mailboxes(acme_user: Rest, acme: Tenant, globex: Tenant) -> None:
    assert imported(acme_user, TABLE)["state"] == "done"
    ada = mailbox(acme, "201")
    assert (ada.is_enabled, ada.takes_unanswered, ada.language, ada.mail) == (True, True, "fr", "notice")
    assert (ada.pin, ada.has_pin) == ("4711", True)
    assert not mailbox(acme, "202").is_enabled
    plain = mailbox(acme, "203")
    assert (plain.is_enabled, plain.language, plain.has_pin) == (True, "en", False)
    assert not mailbox(globex, "101").has_pin


def test_an_empty_cell_leaves_what_there_is(acme_user: Rest, acme: Tenant) -> None:
    imported(acme_user, TABLE)
    again = "number,voicemail language,voicemail pin\n201,,\n202,it,1357\n"
    assert imported(acme_user, again, existing="update")["state"] == "done"
    assert (mailbox(acme, "201").language, mailbox(acme, "201").pin) == ("fr", "4711")
    assert (mailbox(acme, "202").language, mailbox(acme, "202").pin) == ("it", "1357")
    assert not mailbox(acme, "202").is_enabled


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("voicemail", "perhaps"),
        ("voicemail_language", "klingon"),
        ("voicemail_mail", "pigeon"),
        ("voicemail_pin", "12"),
        ("voicemail_pin", "abcd"),
    ],
)
def test_what_no_mailbox_can_be_is_told_by_its_column(
    acme_user: Rest, acme: Tenant, column: str, cell: str
) -> None:
    job = imported(acme_user, f"number,{column}\n201,{cell}\n")
    assert [error["field"] for error in job["errors"]] == [column]
    assert "201" not in numbers(acme)


def test_a_language_that_is_not_installed_is_refused(
    acme_user: Rest, settings: Any, tmp_path: Any, acme: Tenant
) -> None:
    settings.PBX_SOUNDS_DIR = tmp_path
    job = imported(acme_user, "number,voicemail_language\n201,ru\n202,en\n", on_errors="skip_rows")
    assert [(error["field"], error["code"]) for error in job["errors"]] == [
        ("voicemail_language", "not_installed")
    ]
    assert numbers(acme) >= {"202"}


def test_an_export_tells_mailboxes_and_can_be_read_again(acme_user: Rest, acme: Tenant) -> None:
    imported(acme_user, TABLE)
    rows = exported(acme_user)
    told = {name: value for name, value in rows["201"].items() if name.startswith("voicemail")}
    assert told == {
        "voicemail": "yes",
        "voicemail_takes_unanswered": "yes",
        "voicemail_language": "fr",
        "voicemail_mail": "notice",
    }
    assert rows["202"]["voicemail"] == "no"
