"""Requests made from the API's own description: valid ones, ones that break it in every way it names, random ones."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import hypothesis
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, Phase
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode
from schemathesis.core.result import Ok

Operation = APIOperation[Any, Any, Any, Any]
Request = Case[Any]

BOTH = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def operations(schema: BaseSchema) -> list[Operation]:
    found = list(schema.get_all_operations())
    assert [one for one in found if not isinstance(one, Ok)] == []
    return [one.ok() for one in found if isinstance(one, Ok)]


def requests_of(operation: Operation, *, thorough: int, random: int) -> Iterator[Request]:
    """The same in every run: `thorough` of those that go through the description one after the other, and `random`
    ones of each mode.
    """
    config = operation.schema.config.generation_for(operation=operation)
    with _no_collection():
        every = list(
            operation.schema.iter_coverage_cases(operation, generation_modes=BOTH, generation_config=config)
        )
        return chain(_spread(every, thorough), *(_drawn(operation, mode, random) for mode in BOTH))


def url_name_of(operation: Operation) -> str:
    """As Django calls the route; "" if there is none."""
    path = "".join("1" if part.endswith("}") else part for part in _parts(operation.path))
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def _parts(path: str) -> Iterator[str]:
    for piece in path.split("{"):
        name, closed, rest = piece.partition("}")
        yield from (f"{{{name}}}", rest) if closed else (piece,)


def _spread(cases: Sequence[Request], count: int) -> Iterator[Request]:
    """From all over, because each part of the description has its cases next to each other."""
    step = max(len(cases) / count, 1.0) if count else len(cases) + 1
    position = 0.0
    while position < len(cases):
        yield cases[int(position)]
        position += step


def _drawn(operation: Operation, mode: GenerationMode, count: int) -> list[Request]:
    drawn: list[Request] = []
    if not count or (mode is GenerationMode.NEGATIVE and not _takes_anything(operation)):
        return drawn

    @hypothesis.settings(
        derandomize=True,
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(mode))
    def keep(case: Request) -> None:
        drawn.append(case)

    keep()
    return drawn


@contextmanager
def _no_collection() -> Iterator[None]:
    """The library parses the source of lambdas. Python before 3.11.8 calls that a SystemError ("AST constructor
    recursion depth mismatch") if a collection amid it lets go of the GIL and another thread parses, too
    (python/cpython issue 106905).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _takes_anything(operation: Any) -> bool:
    return bool(operation.body or operation.query or operation.path_parameters)
