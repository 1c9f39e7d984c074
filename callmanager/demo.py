"""The demo: an administrator, two tenants with the same extension numbers, and the file that says how to sign in.

What the file already says stays in force; a lost file means new passwords.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from callmanager.selectors.extension import extension_find
from callmanager.services.extension import extension_create, extension_update
from callmanager.services.sip_password import sip_password_generate
from tenants.models import Role, Tenant
from tenants.schema_template import template_make
from tenants.scope import tenant_scope
from tenants.selectors.tenant import tenant_find_by_name
from tenants.selectors.user import user_find_by_sign_in_name
from tenants.services.tenant import tenant_create
from tenants.services.user import user_create, user_set_password

ADMINISTRATOR = "admin"
TENANTS = {"demo": "demo.local", "globex": "globex.local"}
NUMBERS = ("101", "102", "103")

Document = dict[str, Any]


def demo_path() -> Path:
    return Path(settings.PBX_STATE_DIR) / "demo.json"


def demo_load() -> Document | None:
    try:
        document: Document = json.loads(demo_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return document


def demo_seed() -> Document:
    """Create what is missing. All of it or nothing; the file is written before the rows are committed."""
    template_make()
    known = demo_load()
    document = _document(known)
    with transaction.atomic():
        _ensure_administrator(document["admin"], is_known=known is not None)
        for entry in document["tenants"]:
            _ensure_tenant(entry, is_known=known is not None)
        _write(document)
    return document


def _document(known: Document | None) -> Document:
    host = "127.0.0.1" if ip_address(settings.PBX_BIND).is_unspecified else settings.PBX_BIND
    return {
        "url": f"http://{host}:{settings.PBX_HTTP_PORT}",
        "admin": known["admin"]
        if known
        else {"username": ADMINISTRATOR, "password": sip_password_generate()},
        "sip": {"host": host, **settings.PBX_SIP_PORTS},
        "tenants": known["tenants"] if known else [_new_tenant(*names) for names in TENANTS.items()],
    }


def _new_tenant(name: str, domain: str) -> Document:
    return {
        "name": name,
        "domain": domain,
        "username": name,
        "password": sip_password_generate(),
        "extensions": [
            {
                "number": number,
                "sip_password": sip_password_generate(number=number),
                "web_password": sip_password_generate(),
            }
            for number in NUMBERS
        ],
    }


def _ensure_administrator(entry: Document, *, is_known: bool) -> None:
    user = user_find_by_sign_in_name(entry["username"])
    if user is None:
        user_create(role=Role.ADMINISTRATOR, username=entry["username"], password=entry["password"])
    elif not is_known:
        user_set_password(user=user, password=entry["password"])


def _ensure_tenant(entry: Document, *, is_known: bool) -> None:
    tenant = tenant_find_by_name(entry["name"])
    if tenant is None:
        tenant = tenant_create(
            name=entry["name"],
            display_name=entry["name"].capitalize(),
            sip_domain=entry["domain"],
            password=entry["password"],
            is_password_temporary=False,
        )
    elif not is_known:
        _reset_tenant_password(tenant, entry["password"])
    entry["domain"] = tenant.sip_domain
    with tenant_scope(tenant):
        for extension in entry["extensions"]:
            _ensure_extension(extension, is_known=is_known)


def _reset_tenant_password(tenant: Tenant, password: str) -> None:
    user = user_find_by_sign_in_name(tenant.name)
    if user is not None:
        user_set_password(user=user, password=password)


def _ensure_extension(entry: Document, *, is_known: bool) -> None:
    extension = extension_find(number=entry["number"])
    if extension is None:
        extension_create(**entry, display_name=f"Extension {entry['number']}")
    elif not is_known:
        extension_update(
            extension=extension, sip_password=entry["sip_password"], web_password=entry["web_password"]
        )


def _write(document: Document) -> None:
    with _replacing(demo_path()) as descriptor:
        os.write(descriptor, json.dumps(document, indent=2).encode() + b"\n")


@contextmanager
def _replacing(path: Path) -> Iterator[int]:
    """Readable by the owner from its first byte, and never half-written under its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        yield descriptor
        os.fsync(descriptor)
        partial.rename(path)
    finally:
        os.close(descriptor)
        partial.unlink(missing_ok=True)


def demo_table(document: Document) -> str:
    """How to sign in, for people."""
    sip = document["sip"]
    ports = "  ".join(f"{name.upper()} {sip[name]}" for name in settings.PBX_SIP_PORTS)
    lines = [
        f"Console   {document['url']}",
        f"SIP       {sip['host']}  {ports}",
        "",
        f"{'sign in as':<24}{'web password':<22}SIP password",
        f"{document['admin']['username']:<24}{document['admin']['password']:<22}",
    ]
    for tenant in document["tenants"]:
        lines += ["", f"{tenant['username']:<24}{tenant['password']:<22}"]
        lines += [
            f"{entry['number'] + '@' + tenant['domain']:<24}{entry['web_password']:<22}{entry['sip_password']}"
            for entry in tenant["extensions"]
        ]
    return "\n".join(lines)
