"""Shell scripts and units are checked by the programs that read them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.architecture.sources import ROOT, files

SCRIPTS = [path for path in files("deploy/*.sh") if path.is_relative_to("deploy")]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_shellcheck_finds_nothing_in_the_set_up() -> None:
    checked = run("shellcheck", "-x", "-P", "deploy/setup", *SCRIPTS, ".ci/run")
    assert checked.returncode == 0, checked.stdout


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Programs and users of a production machine are not here; everything else in the units must be right."""
    units = sorted((ROOT / "deploy" / "systemd").glob("tandem*"))
    assert units
    for unit in units:
        written = unit.read_text(encoding="utf-8").replace(
            "/opt/tandem/.venv/bin/python", shutil.which("true") or ""
        )
        (tmp_path / unit.name).write_text(written, encoding="utf-8")
    names = [tmp_path / unit.name.replace("@.service", "@0.service") for unit in units]
    for template in tmp_path.glob("*@.service"):
        template.with_name(template.name.replace("@.service", "@0.service")).write_bytes(
            template.read_bytes()
        )
    verified = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *names)
    assert verified.returncode == 0, verified.stderr
    assert verified.stderr == ""
