"""Who can sign in where: `demo.json` for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HEADINGS = ("who", "sign in as", "web password", "SIP user", "SIP password")


def sign_in_table(demo_file: Path) -> str:
    """Empty if the demo was never seeded."""
    if not demo_file.exists():
        return ""
    demo = json.loads(demo_file.read_text(encoding="utf-8"))
    return "\n".join(
        [*_table([HEADINGS, *_rows(demo)]), "", _sip_line(demo["sip"]), f"  (kept in {demo_file})"]
    )


def _rows(demo: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    yield ("administrator", demo["admin"]["username"], demo["admin"]["password"], "", "")
    for tenant in demo["tenants"]:
        yield (f"tenant {tenant['name']}", tenant["username"], tenant["password"], "", "")
        for extension in tenant["extensions"]:
            address = f"{extension['number']}@{tenant['domain']}"
            yield (f"  extension {extension['number']}", address, extension["web_password"], address,
                   extension["sip_password"])  # fmt: skip


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        if number == 0:
            yield "  " + "  ".join("-" * width for width in widths)


def _sip_line(sip: dict[str, Any]) -> str:
    ports = "  ".join(f"{name.upper()} {sip[name]}" for name in ("udp", "tcp", "tls", "ws", "wss"))
    return f"  SIP server {sip['host']}  {ports}"
