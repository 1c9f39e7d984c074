"""What a test builds of the world outside a company: providers with voices, trunks, rules; gone afterwards."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.snapshot import TenantSnapshot
from deploy.stack.free_ports import free_port
from tests.live.system.running_system import RunningSystem
from tests.phones.config import PhoneConfig
from tests.phones.phone import Phone, PhoneBench
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import PATIENCE_S, until

TENANT = "demo"
# Each provider has an address of its own, so that the edge can tell them apart.
_hosts = (f"127.0.1.{number}" for number in itertools.cycle(range(2, 250)))
_names = itertools.count(1)


class OutsideWorld:
    """Of the tenant `demo`; `administrator` lends it trunks."""

    def __init__(
        self, system: RunningSystem, administrator: RestClient, rest: RestClient, bench: PhoneBench
    ) -> None:
        self._system = system
        self._administrator = administrator
        self._rest = rest
        self._bench = bench
        self._providers: list[Phone] = []
        self._made: list[tuple[RestClient, str]] = []
        self._restored: list[tuple[RestClient, str, Json]] = []
        (tenant,) = [row for row in administrator.rows("/tenants") if row["name"] == TENANT]
        self.tenant_id: int = tenant["id"]
        self.change(administrator, f"/tenants/{self.tenant_id}", country="DE")
        (group,) = [row for row in rest.rows("/extension_groups") if row["is_default"]]
        self.change(rest, f"/extension_groups/{group['id']}", may_call_external=True)

    def host(self) -> str:
        return next(_hosts)

    def provider(self, tone_hz: int = 1100, **options: Any) -> Phone:
        """A far end with a voice; it is registered nowhere."""
        host, (edge_host, edge_port) = self.host(), self._system.sip_udp
        config = PhoneConfig(
            "4989777",
            "provider.example",
            "",
            edge_host,
            edge_port,
            tone_hz=tone_hz,
            local_address=host,
            local_port=free_port(),
            **options,
        )
        self._providers.append(self._bench.phone(config))
        return self._providers[-1]

    def trunk_to(self, provider: Phone, pool: str = "", **fields: Any) -> int:
        return self.trunk(provider.config.local_address, provider.config.local_port, pool, **fields)

    def trunk(self, host: str, port: int, pool: str = "", **fields: Any) -> int:
        """Known by its address, unless `fields` say otherwise; lent to the tenant."""
        body = {"name": f"Line {next(_names)}", "host": host, "port": port, "authentication": "ip", **fields}
        trunk: int = self._make(self._administrator, "/trunks", body)["id"]
        self._administrator.post("/did_pools", {"trunk": trunk, "tenant": TENANT, "did_pool": pool})
        return trunk

    def inbound(self, trunk: int, did: str, extension: str, **fields: Any) -> None:
        destination = {"kind": "extension", "target": extension}
        body = {"name": f"To {extension}", "trunk": trunk, "did": did, "in_office_hours": destination}
        rule = self._make(self._rest, "/inbound_rules", body | fields)
        self.wait_in_force(lambda snapshot: any(r.rule_id == rule["id"] for r in snapshot.inbound_rules))

    def outbound(self, *trunks: int, **fields: Any) -> None:
        """All numbers, over these trunks in this order."""
        body = {"name": f"Out {next(_names)}", "routes": [{"trunk": trunk} for trunk in trunks], **fields}
        rule = self._make(self._rest, "/outbound_rules", body)
        self.wait_in_force(lambda snapshot: any(r.rule_id == rule["id"] for r in snapshot.outbound_rules))

    def ring_group(self, number: str, **fields: Any) -> None:
        """Members as numbers: those that begin with 0 are outside."""
        members = [
            {"kind": "external_number" if one.startswith("0") else "extension", "number": one}
            for one in fields.pop("members")
        ]
        body = {"number": number, "name": "Sales", "members": members, **fields}
        group = self._make(self._rest, "/ring_groups", body)
        self.wait_in_force(lambda snapshot: any(one.group_id == group["id"] for one in snapshot.ring_groups))

    def call_queue(self, number: str, **fields: Any) -> Json:
        """Members as numbers, or with what else is to be said of them."""
        members = [{"number": one} if isinstance(one, str) else one for one in fields.pop("members")]
        made = self._make(
            self._rest, "/call_queues", {"number": number, "name": "Sales", "members": members, **fields}
        )
        self.wait_in_force(lambda snapshot: any(one.queue_id == made["id"] for one in snapshot.queues))
        return made

    def receptionist(self, number: str, **fields: Any) -> Json:
        made = self._make(self._rest, "/receptionists", {"number": number, "name": "Desk", **fields})
        self.wait_in_force(lambda snapshot: any(one.number == number for one in snapshot.receptionists))
        return made

    def conference(self, number: str, **fields: Any) -> Json:
        made = self._make(
            self._rest, "/conferences", {"number": number, "subject": "Sales conference", **fields}
        )
        self.wait_in_force(lambda snapshot: snapshot.find_conference(number) is not None)
        return made

    def new_extension(self, number: str, sip_password: str) -> None:
        self._make(self._rest, "/extensions", {"number": number, "sip_password": sip_password})
        self.wait_in_force(lambda snapshot: snapshot.find_extension(number) is not None)

    def extension(self, number: str, **fields: Any) -> None:
        """Change an extension; as it was afterwards."""
        (row,) = [row for row in self._rest.rows("/extensions", search=number) if row["number"] == number]
        self.change(self._rest, f"/extensions/{row['id']}", **fields)

        def is_known(snapshot: TenantSnapshot) -> bool:
            entry = snapshot.find_extension(number)
            return entry is not None and all(_value(entry, name) == _plain(fields[name]) for name in fields)

        self.wait_in_force(is_known)

    def change(self, client: RestClient, path: str, **fields: Any) -> None:
        before = client.get(path)
        self._restored.append((client, path, {name: before[name] for name in fields}))
        client.patch(path, fields)

    def wait_in_force(self, holds: Callable[[TenantSnapshot], bool]) -> None:
        def all_workers_know() -> bool:
            return all(holds(snapshot) for snapshot in self._snapshots())

        until(all_workers_know, PATIENCE_S, "the workers know")

    def _snapshots(self) -> list[TenantSnapshot]:
        config = self._system.stack.config
        directories = [config.state_dir / f"worker-{index}" / "snapshots" for index in range(config.workers)]
        files = [directory / f"{self.tenant_id}.json" for directory in directories]
        return [TenantSnapshot.from_json(json.loads(file.read_text())) for file in files]

    def _make(self, client: RestClient, path: str, body: Json) -> Json:
        made = client.post(path, body)
        self._made.append((client, f"{path}/{made['id']}"))
        return made

    def undo(self) -> None:
        """Everything but the tenant's right to call outside."""
        for client, path, fields in reversed(self._restored[2:]):
            client.patch(path, fields)
        for client, path in reversed(self._made):
            client.response("DELETE", f"{path}?confirm=true")
        self._bench.close(self._providers)
        del self._restored[2:]
        self._made.clear()
        self._providers.clear()

    def close(self) -> None:
        for client, path, fields in reversed(self._restored):
            client.patch(path, fields)


def _value(entry: ExtensionEntry, name: str) -> object:
    value = getattr(entry, name)
    return sorted(rule.destination.target for rule in value) if name == "forwards" else value


def _plain(value: Any) -> object:
    return sorted(cell["destination"]["target"] for cell in value) if isinstance(value, list) else value
