"""What each lamp shows now. Says it to the publications; knows neither sockets nor the edge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from callmanager.domain.dialog_board import DialogBoard, Line
from callmanager.domain.lamp_documents import (
    Dialog,
    DialogSide,
    DialogState,
    dialog_document,
    mailbox_document,
    presence_document,
)
from callmanager.domain.publications import Publications
from callmanager.domain.sip_publish import Lamp, Package
from callmanager.edge.live_messages import Tables
from callmanager.selectors.lamp import (
    LampTenant,
    lamp_tenant_find,
    lamp_tenant_list,
    mailbox_counts,
    person_states,
)

# The edge writes down who watches every five seconds.
WATCHERS_LAG_S = 15.0
# Of a call that nobody knows any more.
_NOTHING = (Dialog("none", DialogSide.RECIPIENT, DialogState.TERMINATED),)


@dataclass(slots=True)
class Lamps:
    """Mailboxes and people are told while somebody watches them, calls always."""

    publications: Publications
    board: DialogBoard = field(default_factory=DialogBoard)
    # Since when it is known, or known again.
    watched: dict[Lamp, float] = field(default_factory=dict)
    _tenants: dict[int, LampTenant] = field(default_factory=dict)
    _by_domain: dict[str, int] = field(default_factory=dict)
    _shown: dict[Line, tuple[Dialog, ...]] = field(default_factory=dict)

    def begin(self, known: Iterable[Lamp]) -> None:
        """`known` are lamps that an earlier life of this process has told: what of them is over is told as over."""
        self._learn(lamp_tenant_list())
        for lamp in known:
            if lamp.package is Package.DIALOG:
                self.publications.want(lamp, dialog_document(lamp.uri, _NOTHING), is_last=True)

    @property
    def dark_domains(self) -> frozenset[str]:
        """Of companies whose calls may not be watched."""
        return frozenset(one.domain for one in self._tenants.values() if not one.is_blf_enabled)

    def watch(self, lamps: Collection[Lamp], at: float) -> None:
        """Somebody watches these: from now on their state is told."""
        wanted = {lamp: at for lamp in lamps if lamp.package is not Package.DIALOG}
        new = wanted.keys() - self.watched.keys()
        self.watched |= wanted
        self.show_stored(new)

    def forget_unwatched(self, watched: Collection[Lamp], at: float) -> None:
        """By the edge's table; those may expire at the edge by and by."""
        for lamp, since in list(self.watched.items()):
            if lamp not in watched and since + WATCHERS_LAG_S < at:
                del self.watched[lamp]
                self.publications.let_expire(lamp)

    def hear(self, messages: Iterable[Mapping[str, Any]], at: float) -> None:
        for message in messages:
            self.show_calls(self.board.hear(message, at))

    def compare(self, tables: Tables, at: float) -> None:
        self.show_calls(self.board.compare(tables, at))

    def tenant_changed(self, tenant_id: int) -> None:
        """Its settings, domain, people: whatever of it is shown is read anew."""
        before = self._tenants.get(tenant_id)
        now = lamp_tenant_find(tenant_id=tenant_id)
        if before is not None and (now is None or now.domain != before.domain):
            self._by_domain.pop(before.domain, None)
            self._tenants.pop(tenant_id, None)
        if now is None:
            return
        self._learn([now])
        if before is not None and before.is_blf_enabled != now.is_blf_enabled:
            self.show_calls(line for line in self._lines() if line.tenant_id == tenant_id)
        self.show_stored(lamp for lamp in self.watched if lamp.domain == now.domain)

    def mailboxes_changed(self, lines: Collection[Line]) -> None:
        self.show_stored(self._watched(lines, Package.MAILBOX))

    def people_changed(self, addresses: Collection[str]) -> None:
        """`addresses` as `101@acme.example`: a phone came or went."""
        wanted = {f"sip:{address}" for address in addresses}
        self.show_stored(
            lamp for lamp in self.watched if lamp.package is Package.PRESENCE and lamp.uri in wanted
        )

    def show_calls(self, lines: Iterable[Line]) -> None:
        changed = list(lines)
        for line in changed:
            tenant = self._tenant(line.tenant_id)
            if tenant is not None and (lamp := _lamp(line, tenant, Package.DIALOG)) is not None:
                self._show_line(line, lamp, tenant)
        self.show_stored(self._watched(changed, Package.PRESENCE))

    def show_stored(self, lamps: Iterable[Lamp]) -> None:
        """Mailboxes and people, as many queries for a hundred of a company as for one."""
        by_kind: defaultdict[tuple[int, Package], list[Lamp]] = defaultdict(list)
        for lamp in lamps:
            if (tenant_id := self._by_domain.get(lamp.domain)) is not None:
                by_kind[tenant_id, lamp.package].append(lamp)
        for (tenant_id, package), some in by_kind.items():
            if package is Package.MAILBOX:
                self._show_mailboxes(self._tenants[tenant_id], some)
            else:
                self._show_people(tenant_id, some)

    def _show_line(self, line: Line, lamp: Lamp, tenant: LampTenant) -> None:
        """What has just ended is shown as terminated once; the next state leaves it out."""
        now = self.board.dialogs(line) if tenant.is_blf_enabled else ()
        present = {one.dialog_id for one in now}
        over = tuple(
            replace(one, state=DialogState.TERMINATED)
            for one in self._shown.get(line, ())
            if one.dialog_id not in present
        )
        if now:
            self._shown[line] = now
        else:
            self._shown.pop(line, None)
        self.publications.want(lamp, dialog_document(lamp.uri, (*now, *over) or _NOTHING), is_last=not now)

    def _show_mailboxes(self, tenant: LampTenant, lamps: list[Lamp]) -> None:
        counts = mailbox_counts(tenant_id=tenant.tenant_id, numbers=[lamp.number for lamp in lamps])
        for lamp in lamps:
            account = f"sip:{tenant.voicemail_code or lamp.number}@{tenant.domain}"
            self.publications.want(lamp, mailbox_document(counts[lamp.number], account))

    def _show_people(self, tenant_id: int, lamps: list[Lamp]) -> None:
        states = person_states(tenant_id=tenant_id, numbers=[lamp.number for lamp in lamps])
        for lamp in lamps:
            if (state := states.get(lamp.number)) is None:
                continue
            is_talking = any(
                dialog.state is DialogState.CONFIRMED
                for dialog in self.board.dialogs(Line(tenant_id, lamp.number))
            )
            document = presence_document(
                lamp.uri,
                status=state.status,
                is_registered=state.is_registered,
                is_talking=is_talking and self._tenants[tenant_id].is_blf_enabled,
            )
            self.publications.want(lamp, document)

    def _watched(self, lines: Iterable[Line], package: Package) -> list[Lamp]:
        lamps = []
        for line in lines:
            tenant = self._tenant(line.tenant_id)
            lamp = _lamp(line, tenant, package) if tenant is not None else None
            if lamp is not None and lamp in self.watched:
                lamps.append(lamp)
        return lamps

    def _lines(self) -> frozenset[Line]:
        return self.board.lines | self._shown.keys()

    def _tenant(self, tenant_id: int) -> LampTenant | None:
        if tenant_id not in self._tenants and (found := lamp_tenant_find(tenant_id=tenant_id)) is not None:
            self._learn([found])
        return self._tenants.get(tenant_id)

    def _learn(self, tenants: Iterable[LampTenant]) -> None:
        for one in tenants:
            self._tenants[one.tenant_id] = one
            self._by_domain[one.domain] = one.tenant_id


def _lamp(line: Line, tenant: LampTenant, package: Package) -> Lamp | None:
    """A parking place is watched as it is dialled. None for a number that is none: nobody can watch it."""
    number = line.number
    if line.park_slot:
        number = f"{tenant.retrieve_code}{line.park_slot}" if tenant.retrieve_code else ""
    try:
        return Lamp(f"sip:{number}@{tenant.domain}", package)
    except ValueError:
        return None
