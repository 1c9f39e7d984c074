"""What the documents say about files and variables is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.stack.config import StackConfig
from deploy.stack.environment import stack_environment
from deploy.stack.keys import keys_make
from tests.architecture.sources import ROOT, files, text

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
SET_PER_PROCESS = {"PBX_WORKER_INDEX"}
# Handed on as the operator set them; their reader knows the default.
LEFT_TO_THE_READER = {
    "PBX_DNS_SERVERS",
    "PBX_HSTS_S",
    "PBX_PUBLIC_URL",
    "PBX_BRIDGE_CLOCK_RATE",
    "PBX_MUSIC_DIR",
    "PBX_SOUNDS_DIR",
}


@pytest.mark.parametrize("document", files("*.md"), ids=str)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = [target for target in LINK.findall(text(document)) if "://" not in target]
    assert [target for target in targets if not (ROOT / document.parent / target).exists()] == []


def documented_variables() -> set[str]:
    """The first column of the table in section 1, with `PBX_SIP_UDP_PORT` `_TCP_` spelt out."""
    section = text(Path("docs/interfaces.md")).split("## 1. Environment")[1].split("## 2.")[0]
    names = set()
    for row in re.findall(r"^\| (`.*?) \|", section, re.M):
        words = re.findall(r"`([A-Z0-9_]+)`", row)
        full = [word for word in words if not word.startswith("_")]
        names |= set(full)
        names |= {full[0].replace("_UDP_", word) for word in words if word.startswith("_")}
    return names


def test_every_documented_variable_is_given_to_the_processes(tmp_path: Path) -> None:
    environment = stack_environment(StackConfig.for_tests(tmp_path), keys_make(), {})
    assert documented_variables() - SET_PER_PROCESS - LEFT_TO_THE_READER - set(environment) == set()


def test_every_target_of_the_makefile_that_a_document_names_exists() -> None:
    makefile = text(Path("Makefile"))
    targets = {name for line in re.findall(r"^\.PHONY: (.*)$", makefile, re.M) for name in line.split()}
    named = {name for document in files("*.md") for name in re.findall(r"`make ([a-z-]+)`", text(document))}
    assert named - targets == set()
