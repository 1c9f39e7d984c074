"""Application to edge: what changed in PostgreSQL must not be remembered wrongly by the edge.

NOTIFY says what to forget. Notifications get lost while the connection is down, so everything is forgotten
after connecting; what the edge did not hear is said again until it does.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from callmanager.edge.notifications import Notifications
from callmanager.edge.rpc import EdgeRpc
from callmanager.edge.running import Working
from callmanager.services.registration import registrations_remove, registrations_unwanted

WAIT_S = 1.0
# More changes at once (an import) are cheaper forgotten all together.
FORGET_ALL_ABOVE = 200


@dataclass(frozen=True, slots=True)
class CacheLink:
    rpc: EdgeRpc

    def work(self, stopping: threading.Event, is_working: Working) -> None:
        notifications = Notifications()
        self.rpc.forget_all()
        self.rpc.reload_workers()
        # Disabled or deleted while nobody listened.
        self.unregister(registrations_unwanted())
        is_working()
        while not stopping.is_set():
            if payloads := notifications.take(WAIT_S):
                self.forget(payloads)

    def forget(self, payloads: list[str]) -> None:
        """A failure is raised: the next attempt begins with forgetting everything."""
        # Once each, in order.
        subjects = dict.fromkeys(payloads)
        if "dispatcher reload" in subjects:
            self.rpc.reload_workers()
        is_import = len(subjects) > FORGET_ALL_ABOVE
        if is_import:
            self.rpc.forget_all()
        elif any(subject.startswith("tenants ") for subject in subjects):
            self.rpc.forget_numbers()
        aors = []
        for subject in subjects:
            kind, _, key = subject.partition(" ")
            if kind in ("auth", "tenants") and not is_import:
                self.rpc.forget("auth" if kind == "auth" else "tenants", key)
            if kind == "auth":
                aors.append(key)
        if gone := _not_enabled(aors):
            self.unregister(gone)

    def unregister(self, aors: Collection[str]) -> None:
        """A phone of an extension that is gone or disabled is no longer anywhere."""
        for aor in aors:
            self.rpc.unregister(aor)
        # The edge may take a phone that comes back for the same contact, and would say nothing of it.
        for ruid in registrations_remove(aors=aors):
            self.rpc.forget("announced", ruid)


def _not_enabled(aors: Collection[str]) -> list[str]:
    if not aors:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT username || '@' || domain FROM public.edge_auth"
            " WHERE is_enabled AND username || '@' || domain = ANY (%s) AND domain = ANY (%s)",
            (list(aors), list({aor.partition("@")[2] for aor in aors})),
        )
        enabled = {aor for (aor,) in cursor.fetchall()}
    return [aor for aor in aors if aor not in enabled]
