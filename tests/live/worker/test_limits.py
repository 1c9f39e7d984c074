"""Minutes of the day that a worker has not carried itself count from its first call on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cast import ALICE
from tests.live.worker.stand import ALICE_HZ, Stand, open_stand
from tests.pure.dialplan.company import with_extension
from tests.worker.trunk_cast import ACME_TRUNKS, FIRST, NUMBER

pytestmark = pytest.mark.live

# The same time zone in the database, where the limit is read, and in the snapshot, by which calls are judged.
LIMITED = replace(with_extension(ACME_TRUNKS, ALICE, max_external_minutes_per_day=20), time_zone="UTC")


def carried_by_another(stand: Stand, minutes: int) -> None:
    """A record of today, however early it is."""
    stand.query(
        "INSERT INTO cdr VALUES (1, 'worker-9', now(), now(), now() + make_interval(mins => %s), %s)",
        minutes,
        ALICE,
    )


@pytest.mark.parametrize(("minutes", "code"), [(19, 486), (21, 403)])
def test_a_restart_forgets_no_minutes(tmp_path: Path, minutes: int, code: int) -> None:
    with open_stand(tmp_path) as stand:
        stand.query(
            "UPDATE acme.callmanager_extension SET max_external_minutes_per_day = 20 WHERE number = %s", ALICE
        )
        carried_by_another(stand, minutes)
        stand.configure(LIMITED)
        provider = stand.provider(FIRST, 1100)
        provider.on_incoming(final=486)
        alice = stand.phone(ALICE, ALICE_HZ)
        stand.start_worker()
        assert alice.dial(NUMBER).wait_over().code == code
