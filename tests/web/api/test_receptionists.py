"""Virtual receptionists by REST: what is made, what is refused, what the worker is told, and what callers hear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.receptionist import Choice, InputMode, MenuOption
from callmanager.models import Receptionist
from callmanager.selectors.snapshot import snapshot_get
from tenants.encrypted_field import token_open
from tenants.models import AuditEntry, Tenant, TenantFile
from tenants.scope import across_tenants, tenant_scope
from tests.web.api.conftest import Answer, Rest
from tests.web.callmanager.recorded_calls import wav

DESKS = "/api/receptionists"
REPEAT = {"kind": "repeat_prompt", "target": ""}
END = {"kind": "end_call", "target": ""}
BOB = {"kind": "extension", "target": "102"}
TO_DESK = {"kind": "receptionist", "target": "800"}


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def desk(**fields: Any) -> dict[str, Any]:
    menu = {"options": [{"keys": "0", **END}, {"keys": "2", **BOB}, {"keys": "3", **REPEAT}]}
    return {"number": "800", "name": "test", "menu": menu, **fields}


def codes(body: Any, field: str) -> list[str]:
    return [one["code"] for one in body["errors"] if one["field"] == field]


def upload(rest: Rest, path: str, content: bytes, name: str = "Welcome.wav") -> Answer:
    answer: Any = Client().generic(
        "PUT",
        path,
        encode_multipart(BOUNDARY, {"file": SimpleUploadedFile(name, content, "audio/wav")}),
        content_type=MULTIPART_CONTENT,
        headers={"Authorization": f"Bearer {rest.token}"},
    )
    return Answer(answer.status_code, answer.json() if answer.content else None)


def test_one_is_made_read_changed_and_deleted(acme_user: Rest) -> None:
    made = acme_user.post(DESKS, desk(digit_gap_s=3))
    assert made.status == 201, made.body
    assert made.body["menu"] == {
        "options": [{"keys": "0", **END}, {"keys": "2", **BOB}, {"keys": "3", **REPEAT}],
        "on_timeout": END,
        "on_failed": REPEAT,
    }
    assert made.body["closed_menu"]["options"] == []
    path = f"{DESKS}/{made.body['id']}"
    changed = acme_user.patch(path, {"menu": {"options": [{"keys": "1#", **BOB}], "on_timeout": BOB}})
    assert changed.body["menu"]["options"] == [{"keys": "1#", **BOB}]
    assert (changed.body["menu"]["on_timeout"], changed.body["digit_gap_s"]) == (BOB, 3)
    assert acme_user.get(f"{DESKS}?search=test").body["results"] == [changed.body]
    entry = AuditEntry.objects.get(action="receptionist.update")
    assert entry.changes["menu"]["after"] == ["1#: extension 102", "timeout: extension 102", "failed: repeat"]
    assert acme_user.delete(path).status == 204
    assert acme_user.get(path).status == 404


def test_the_workers_are_told_of_every_change(acme_user: Rest, acme: Tenant) -> None:
    before = snapshot_get(tenant=acme).config_rev
    acme_user.post("/api/ring_groups", {"number": "9000", "name": "Sales"})
    made = acme_user.post(
        DESKS,
        desk(
            input_mode="after_digits",
            has_closed_menu=True,
            closed_menu={
                "options": [{"keys": "9", "kind": "ring_group", "target": "9000"}],
                "on_timeout": {"kind": "voicemail", "target": "101"},
            },
        ),
    )
    snapshot = snapshot_get(tenant=acme)
    known = snapshot.find_receptionist("800")
    assert snapshot.config_rev > before
    assert known is not None
    assert (known.input_mode, known.digits) == (InputMode.AFTER_DIGITS, 3)
    assert [option.keys for option in known.menu.options] == ["0", "2", "3"]
    assert known.closed is not None
    assert known.closed.options == (MenuOption("9", Choice(Destination(DestinationKind.RING_GROUP, "9000"))),)
    assert known.closed.on_timeout == Choice(Destination(DestinationKind.VOICEMAIL, "101"))
    acme_user.patch(f"{DESKS}/{made.body['id']}", {"has_closed_menu": False, "menu": {"options": []}})
    again = snapshot_get(tenant=acme).find_receptionist("800")
    assert again is not None
    assert (again.closed, again.menu.options) == (None, ())


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"number": "101"}, "number", "taken"),
        ({"number": "12;3"}, "number", "number"),
        ({"number": "112"}, "number", "emergency_number"),
        ({"number": "999"}, "number", "dial_code"),
        ({"name": " "}, "name", "blank"),
        ({"digit_gap_s": 0}, "digit_gap_s", "min_value"),
        ({"digits": 6}, "digits", "max_value"),
        ({"input_mode": "always"}, "input_mode", "invalid_choice"),
        ({"language": "xx"}, "language", "invalid_choice"),
        ({"menu": {"options": [{"keys": "1#2", **BOB}]}}, "menu", "keys_format"),
        ({"menu": {"options": [{"keys": "A", **BOB}]}}, "menu", "keys_format"),
        ({"menu": {"options": [{"keys": "1", **BOB}, {"keys": "1#", **END}]}}, "menu", "unique"),
        ({"menu": {"options": [{"keys": "1", "kind": "extension", "target": "199"}]}}, "menu", "not_found"),
        ({"menu": {"options": [{"keys": "1", **TO_DESK}]}}, "menu", "not_found"),
        ({"menu": {"on_timeout": {"kind": "extension", "target": ""}}}, "menu", "required"),
        (
            {"closed_menu": {"options": [{"keys": "1", "kind": "carrier_pigeon"}]}},
            "closed_menu",
            "invalid_choice",
        ),
        ({"menu": {"options": [{"keys": str(one), **END} for one in range(41)]}}, "menu", "max_length"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    acme_user: Rest, acme: Tenant, fields: dict[str, Any], field: str, code: str
) -> None:
    Tenant.objects.filter(pk=acme.pk).update(country="DE")
    refused = acme_user.post(DESKS, desk(**fields))
    assert refused.status == 400
    found = [one["code"] for one in refused.body["errors"] if (one["field"] or "").startswith(field)]
    assert code in found, refused.body
    with tenant_scope(acme):
        assert not Receptionist.objects.exists()


def test_a_number_has_one_owner(acme_user: Rest) -> None:
    acme_user.post("/api/ring_groups", {"number": "9000", "name": "Sales"})
    acme_user.post(DESKS, desk())
    assert codes(acme_user.post(DESKS, desk(name="Other")).body, "number") == ["unique"]
    assert codes(acme_user.post(DESKS, desk(number="9000")).body, "number") == ["unique"]
    group = acme_user.post("/api/ring_groups", {"number": "800", "name": "Desk"})
    assert codes(group.body, "number") == ["unique"]
    extension = acme_user.post("/api/extensions", {"number": "800", "sip_password": "k3ep-Out-of-here"})
    assert codes(extension.body, "number") == ["taken"]


def test_what_is_still_called_is_not_deleted(acme_user: Rest) -> None:
    made = acme_user.post(DESKS, desk()).body
    nested = acme_user.post(DESKS, desk(number="801", menu={"options": [{"keys": "9", **TO_DESK}]}))
    assert nested.status == 201, nested.body
    refused = acme_user.delete(f"{DESKS}/{made['id']}")
    assert refused.status == 409
    assert "801" in str(refused.body)
    itself = acme_user.patch(f"{DESKS}/{made['id']}", {"menu": {"on_failed": TO_DESK}})
    assert itself.status == 200
    assert acme_user.delete(f"{DESKS}/{nested.body['id']}").status == 204
    assert acme_user.delete(f"{DESKS}/{made['id']}").status == 204


def test_the_company_has_as_many_as_it_may(acme_user: Rest, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(max_virtual_receptionists=1)
    assert acme_user.post(DESKS, desk()).status == 201
    refused = acme_user.post(DESKS, desk(number="801"))
    assert refused.status == 400
    assert "virtual receptionists" in str(refused.body)


def test_a_prompt_is_uploaded_heard_and_goes_with_its_receptionist(
    acme_user: Rest, mallory: Rest, acme: Tenant
) -> None:
    made = acme_user.post(DESKS, desk()).body
    path = f"{DESKS}/{made['id']}/prompts/menu"
    assert acme_user.get(path).status == 404
    stored = upload(acme_user, path, wav(1.5))
    assert (stored.status, stored.body["name"], stored.body["length_s"]) == (200, "Welcome", 1.5)
    headers = {"Authorization": f"Bearer {acme_user.token}"}
    assert Client().get(path, headers=headers).headers["Content-Type"] == "audio/wav"
    assert mallory.get(path).status in (403, 404)
    known = snapshot_get(tenant=acme).find_receptionist("800")
    assert known is not None
    assert known.menu.prompt.startswith(f"{acme.schema_name}/prompt/")
    upload(acme_user, path, wav(0.5), "Other.wav")
    with across_tenants():
        assert TenantFile.objects.count() == 1
    assert acme_user.delete(path).status == 204
    assert acme_user.delete(path).status == 404
    upload(acme_user, path, wav(0.5))
    acme_user.delete(f"{DESKS}/{made['id']}")
    with across_tenants():
        assert not TenantFile.objects.exists()


@pytest.mark.parametrize("content", [b"", b"RIFFxxxxWAVE", b"ID3" + bytes(2000), bytes(100)])
def test_what_is_no_sound_is_refused(acme_user: Rest, content: bytes) -> None:
    made = acme_user.post(DESKS, desk()).body
    refused = upload(acme_user, f"{DESKS}/{made['id']}/prompts/menu", content)
    assert refused.status == 400
    assert refused.body["errors"][0]["field"] == "file"


def test_a_text_is_spoken(acme_user: Rest) -> None:
    made = acme_user.post(DESKS, desk()).body
    path = f"{DESKS}/{made['id']}/prompts/menu/speak"
    text = "Welcome to Acme. For sales, press 2. -w /tmp/x `id` <speak>"
    spoken = acme_user.post(path, {"text": text})
    assert spoken.status == 200, spoken.body
    assert spoken.body["said"] == text
    assert spoken.body["length_s"] > 2
    assert codes(acme_user.post(path, {"text": ""}).body, "text") == ["blank"]
    assert codes(acme_user.post(path, {"text": "a" * 2001}).body, "text") == ["max_length"]


def test_the_pin_for_recording_is_written_and_never_read(acme_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(DESKS, desk(recording_pin="4711"))
    assert made.status == 201, made.body
    assert (made.body["has_recording_pin"], "recording_pin" in made.body) == (True, False)
    known = snapshot_get(tenant=acme).find_receptionist("800")
    assert known is not None
    assert token_open(known.pin_token) == "4711"
    assert "4711" not in repr(known)
    path = f"{DESKS}/{made.body['id']}"
    for wrong in ("123", "12345678901234", "47a1", "٤٧١١"):
        assert acme_user.patch(path, {"recording_pin": wrong}).status == 400
    assert acme_user.patch(path, {"name": "Other"}).body["has_recording_pin"] is True
    assert "4711" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert acme_user.patch(path, {"recording_pin": ""}).body["has_recording_pin"] is False
    known = snapshot_get(tenant=acme).find_receptionist("800")
    assert known is not None
    assert known.pin_token == ""
