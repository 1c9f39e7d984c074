"""Application to edge: where providers are and how we register there. Edge to application: how that goes.

The edge asks no resolver and keeps no trunk over a restart: names are resolved here, and what the edge has is
compared with what it should have whenever a trunk changes, once a minute, and when the edge has forgotten it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from callmanager.domain.edge_trunk import EdgeTrunk, table_changes
from callmanager.domain.srv_records import Place
from callmanager.domain.trunk_accounts import TrunkAccount, TrunkState, account_changes
from callmanager.edge.certificates import Certificates, Verdict
from callmanager.edge.notifications import Notifications
from callmanager.edge.places import Places
from callmanager.edge.running import Working
from callmanager.edge.trunk_facts import certificate_question, edge_trunk_of, wanted_place
from callmanager.edge.trunk_rpc import TrunkRpc, TrunkTable
from callmanager.edge.trunk_watch import TrunkWatch, registration_key
from callmanager.fleet.models import Trunk
from callmanager.services.trunk_status import TrunkReport, trunk_addresses_replace, trunk_reports_record

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

RELOAD = "trunks reload"
WATCH_EVERY_S = 2.0
RESOLVE_EVERY_S = 60.0
RESOLVE_AGAIN_S = 5.0
# An entry that an edge does not have which was started anew.
MARK = "written"


@dataclass(slots=True)
class TrunkLink:
    rpc: TrunkRpc
    _wanted: dict[int, EdgeTrunk] = field(default_factory=dict)
    _idle: dict[int, TrunkReport] = field(default_factory=dict)
    _blocked: set[int] = field(default_factory=set)
    _places: Places = field(default_factory=Places)
    _certificates: Certificates = field(default_factory=Certificates)
    _watch: TrunkWatch = field(init=False)

    def __post_init__(self) -> None:
        self._watch = TrunkWatch(self.rpc)

    def work(self, stopping: threading.Event, is_working: Working) -> None:
        notifications = Notifications()
        applied_at = self._apply()
        is_working()
        while not stopping.is_set():
            has_changed = RELOAD in notifications.take(WATCH_EVERY_S)
            is_waiting = self._places.is_waiting or self._certificates.is_waiting
            pause = RESOLVE_AGAIN_S if is_waiting else RESOLVE_EVERY_S
            if has_changed or time.monotonic() > applied_at + pause or not self._look():
                applied_at = self._apply()

    def _apply(self) -> float:
        trunks = list(Trunk.objects.order_by("pk"))
        resolved = self._places.resolve(
            {trunk.pk: wanted for trunk in trunks if (wanted := wanted_place(trunk)) is not None}
        )
        trunk_addresses_replace(
            addresses={pk: tuple(dict.fromkeys(one for one, _ in found)) for pk, found in resolved.items()}
        )
        self.rpc.reload_trunk_addresses()
        self.rpc.forget_numbers()
        places = {pk: found[0] for pk, found in resolved.items()}
        verdicts = self._examine(trunks, places)
        found = {
            trunk.pk: edge_trunk_of(
                trunk, places.get(trunk.pk), verdicts.get(trunk.pk, Verdict()).fingerprints
            )
            for trunk in trunks
            if trunk.is_enabled
        }
        self._forget_gateways(found)
        refused = {pk: _unverified(verdict) for pk, verdict in verdicts.items() if not verdict.is_good}
        self._wanted = {
            pk: trunk
            for pk, trunk in found.items()
            if (trunk.destination or trunk.gateway) and pk not in refused
        }
        disabled = {trunk.pk: TrunkReport(TrunkState.DISABLED) for trunk in trunks if not trunk.is_enabled}
        unknown = dict.fromkeys(found.keys() - self._wanted.keys(), TrunkReport(TrunkState.UNRESOLVED))
        self._idle = disabled | unknown | refused
        self._write()
        self._set_accounts(each.account for each in self._wanted.values() if each.account is not None)
        self._look()
        return time.monotonic()

    def _examine(self, trunks: Iterable[Trunk], places: Mapping[int, Place]) -> dict[int, Verdict]:
        """Of those whose certificate is to be checked; one that could not be looked at yet is not good yet."""
        questions = {
            trunk.pk: question
            for trunk in trunks
            if trunk.pk in places and (question := certificate_question(trunk, places[trunk.pk]))
        }
        found = self._certificates.verdicts(questions, again=self._watch.take_doubted())
        return {pk: found.get(pk, Verdict()) for pk in questions}

    def _write(self) -> None:
        entries: dict[str, str] = {MARK: secrets.token_hex(8)}
        for pk, trunk in self._wanted.items():
            treatment = replace(trunk.treatment, is_blocked=pk in self._blocked)
            entries |= replace(trunk, treatment=treatment).entries()
        self._write_table("trunks", entries)
        answers = {key: "" for trunk in self._wanted.values() for key in self._watch.answers_of(trunk)}
        known = self.rpc.table("trunk_answers")
        self._write_table("trunk_answers", {key: known.get(key, empty) for key, empty in answers.items()})

    def _write_table(self, table: TrunkTable, wanted: Mapping[str, str]) -> None:
        changes = table_changes(wanted, self.rpc.table(table))
        for key in changes.removed:
            self.rpc.table_remove(table, key)
        for key, value in changes.set:
            self.rpc.table_set(table, key, value)

    def _forget_gateways(self, found: Mapping[int, EdgeTrunk]) -> None:
        """One whose account changed or went is no longer anywhere."""
        for pk, before in self._wanted.items():
            now = found.get(pk)
            if before.gateway is not None and (now is None or now.gateway != before.gateway):
                self.rpc.gateway_remove(before.gateway.aor)

    def _set_accounts(self, wanted: Iterable[TrunkAccount]) -> None:
        present = {user: account for user, (account, _) in self.rpc.accounts().items()}
        changes = account_changes(wanted, present)
        for user in changes.removed:
            self.rpc.account_remove(user)
        for account in changes.added:
            # What was answered before the change is not about it.
            self.rpc.table_set("trunk_answers", registration_key(account), "")
            self.rpc.account_add(account)
        if changes.removed or changes.added:
            log.info("edge_link.trunk_accounts", removed=len(changes.removed), added=len(changes.added))

    def _look(self) -> bool:
        """Notes how the trunks fare; False if the edge has forgotten what it was told."""
        if not self.rpc.has_entry("trunks", MARK):
            return False
        reports = self._watch.reports(self._wanted.values())
        if reports is None:
            return False
        blocked = {pk for pk, report in reports.items() if report.is_blocked}
        if blocked != self._blocked:
            self._blocked = blocked
            self._write()
        trunk_reports_record(reports={**reports, **self._idle})
        # A provider with several places has moved on from one that does not answer.
        silent = [pk for pk, report in reports.items() if report.is_unreachable]
        has_others = [self._places.avoid(pk) for pk in silent]
        if any(has_others):
            return False
        # Another certificate than the one that was looked at: look again, as when the edge has forgotten all.
        return not self._watch.has_doubts


def _unverified(verdict: Verdict) -> TrunkReport:
    if not verdict.code:
        return TrunkReport(TrunkState.REGISTERING)
    return TrunkReport(
        TrunkState.FAILED, error_code=verdict.code, error_reason=verdict.problem[:120], is_blocked=True
    )
