"""The demo is made once: a second run changes no password, and its file is for the owner's eyes."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from callmanager.demo import demo_load, demo_path, demo_seed, demo_table
from callmanager.domain.passwords import find_weakness
from callmanager.models import Extension
from callmanager.selectors.extension import extension_get
from callmanager.services.sip_password import sip_password_generate
from tenants.authentication import SignInBackend
from tenants.models import Tenant
from tenants.scope import tenant_scope


@pytest.fixture(autouse=True)
def _own_state_directory(db: None, settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def _signs_in(name: str, password: str) -> bool:
    return SignInBackend().authenticate(None, username=name, password=password) is not None


def test_everything_in_the_file_signs_in() -> None:
    document = demo_seed()
    assert _signs_in(document["admin"]["username"], document["admin"]["password"])
    for tenant in document["tenants"]:
        assert _signs_in(tenant["username"], tenant["password"])
        for extension in tenant["extensions"]:
            assert _signs_in(f"{extension['number']}@{tenant['domain']}", extension["web_password"])
        with tenant_scope(Tenant.objects.get(name=tenant["name"])):
            stored = {entry.number: entry.sip_password for entry in Extension.objects.all()}
        assert stored == {entry["number"]: entry["sip_password"] for entry in tenant["extensions"]}


def test_a_second_run_keeps_every_password() -> None:
    assert demo_seed() == demo_seed() == demo_load()


def test_after_the_file_was_lost_all_passwords_are_new() -> None:
    first = demo_seed()
    demo_path().unlink()
    second = demo_seed()
    assert not _signs_in("admin", first["admin"]["password"])
    assert _signs_in("admin", second["admin"]["password"])
    with tenant_scope(Tenant.objects.get(name="demo")):
        assert (
            extension_get(number="101").sip_password == second["tenants"][0]["extensions"][0]["sip_password"]
        )


def test_only_the_owner_reads_the_file() -> None:
    demo_seed()
    assert stat.S_IMODE(demo_path().stat().st_mode) == 0o600
    assert [path.name for path in demo_path().parent.iterdir()] == ["demo.json"]


def test_the_table_shows_every_way_to_sign_in() -> None:
    document = demo_seed()
    table = demo_table(document)
    secrets = [document["admin"]["password"]]
    for tenant in document["tenants"]:
        secrets.append(tenant["password"])
        secrets += [
            word for entry in tenant["extensions"] for word in (entry["sip_password"], entry["web_password"])
        ]
    assert all(secret in table for secret in secrets)


def test_there_is_nothing_to_show_before_there_is_a_demo() -> None:
    with pytest.raises(CommandError, match="seed_demo"):
        call_command("show_demo")


def test_made_up_passwords_are_never_weak() -> None:
    assert not any(find_weakness(sip_password_generate(number="101"), "101") for _ in range(500))
