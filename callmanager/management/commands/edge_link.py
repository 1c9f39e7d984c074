"""`manage.py edge_link`: the process between the edge and the application; runs until SIGTERM."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from callmanager.edge.cache_link import CacheLink
from callmanager.edge.lamp_link import LampLink
from callmanager.edge.outages import Outages
from callmanager.edge.registration_link import RegistrationLink
from callmanager.edge.rpc import EdgeRpc
from callmanager.edge.running import run_until_stopped
from callmanager.edge.trunk_link import TrunkLink
from callmanager.edge.trunk_rpc import TrunkRpc

JOIN_TIMEOUT_S = 10.0


class Command(BaseCommand):
    help = "Carry registrations from the edge to the database, and changes from the database to the edge."

    def handle(self, *args: Any, **options: Any) -> None:
        rpc = EdgeRpc(settings.PBX_EDGE_RPC_PORT)
        registrations = RegistrationLink(rpc, settings.PBX_EDGE_EVENTS_PORT)
        outages = Outages()
        asked, stopping = threading.Event(), threading.Event()
        _stop_on_signals(asked, stopping)
        threads = [
            threading.Thread(target=run_until_stopped, args=(name, work, stopping, outages), name=name)
            for name, work in (
                ("registrations", registrations.work),
                ("caches", CacheLink(rpc).work),
                (
                    "lamps",
                    LampLink(rpc, settings.PBX_EDGE_EVENTS_PORT, settings.PBX_EDGE_PRIVATE_PORT).work,
                ),
                ("trunks", TrunkLink(TrunkRpc(settings.PBX_EDGE_RPC_PORT)).work),
            )
        ]
        for thread in threads:
            thread.start()
        # In slices, so that Python gets to run the signal handlers.
        while not stopping.wait(1.0):
            continue
        for thread in threads:
            thread.join(JOIN_TIMEOUT_S)
        if not asked.is_set():
            raise CommandError("The edge link failed; its log says where.")


def _stop_on_signals(*events: threading.Event) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        for event in events:
            event.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
