"""The contracts of .importlinter, and what a fresh interpreter has loaded after importing a pure module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, python_files

PURE_ROOMS = ("callmanager/domain", "sipworker/call", "sipworker/features")
IMPURE = ("django", "rest_framework", "pjsua2", "psycopg2", "redis", "asyncio", "subprocess", "logging")


def pure_modules() -> list[str]:
    paths = [path for path in python_files() if path.as_posix().startswith(PURE_ROOMS)]
    return [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]


def test_every_import_contract_is_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pure_modules_load_no_framework_in_a_fresh_interpreter() -> None:
    program = f"import sys\nimport {', '.join(pure_modules())}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert not loaded & set(IMPURE)


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_pure_rooms_are_not_empty_so_that_the_rule_has_something_to_hold(room: str) -> None:
    assert any(path.as_posix().startswith(room) for path in python_files())
