"""What is asked for is also pinned: a merge that drops a pin shows on new machines only."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT

pytestmark = pytest.mark.pure


def names(file_name: str) -> dict[str, Requirement]:
    """By canonical name; of a pinned file, the lines that begin a package."""
    lines = (ROOT / file_name).read_text(encoding="utf-8").splitlines()
    wanted = (line.partition(" #")[0].rstrip("\\ ").strip() for line in lines)
    requirements = [Requirement(line) for line in wanted if line and line[0] not in "#-"]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


@pytest.mark.parametrize("kind", ["requirements", "requirements-dev"])
def test_every_requirement_is_pinned_to_a_version_it_allows(kind: str) -> None:
    pinned = names(f"{kind}.txt")
    for name, requirement in names(f"{kind}.in").items():
        assert name in pinned, f"{name} is missing in {kind}.txt: run `make requirements`"
        (pin,) = pinned[name].specifier
        assert requirement.specifier.contains(pin.version), f"{name}: {pin} is not {requirement.specifier}"
