"""A worker of a platform with more trunks than the SIP stack has accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.stack.free_ports import free_port

pytestmark = pytest.mark.live


def test_accounts_of_trunks_are_shared_kept_while_in_calls_and_given_up_otherwise(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PBX_STATE_DIR": str(tmp_path),
        "PBX_WORKER_SIP_BASE_PORT": str(free_port()),
        "PBX_WORKERS": "1",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",
        "REDIS_URL": "redis://127.0.0.1/0",
        "FIELD_ENCRYPTION_KEY": "of a room for accounts with 32 characters",
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.live.worker.account_room"],
        cwd=Path(__file__).parents[3],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "shared": True,
        "kept": True,
        "given_up": True,
        "bounded": True,
        "in_order": True,
        "opened": "",
        "full": "Too many trunks are in use at once",
        "unreadable": "The trunk's password cannot be opened",
    }
