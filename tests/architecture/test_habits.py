"""Habits that have hurt others, refused wherever they appear."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import files, is_migration, is_test, python_files, text, tree

# A failing call must not take the others down, nor a failing command; a gateway comes back after any failure.
MAY_CATCH_EVERYTHING = {
    "sipworker/runtime/runner.py",
    "sipworker/runtime/reception.py",
    "sipworker/gateways/reconnecting.py",
}
BROAD = {"Exception", "BaseException"}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "tools"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MOCKING = {"mock", "unittest.mock", "pytest_mock"}
THIS_FILE = "tests/architecture/test_habits.py"


def found(node_type: type[ast.AST], *, in_tests: bool = True) -> Iterator[tuple[Path, ast.AST]]:
    for path in python_files():
        if not is_migration(path) and (in_tests or not is_test(path)):
            yield from ((path, node) for node in ast.walk(tree(path)) if isinstance(node, node_type))


def names_caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"BaseException"}
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {kind.id for kind in kinds if isinstance(kind, ast.Name)}


def raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


def test_everything_is_caught_in_named_loops_only() -> None:
    broad = {
        f"{path}:{node.lineno}"
        for path, node in found(ast.ExceptHandler, in_tests=False)
        if isinstance(node, ast.ExceptHandler) and names_caught(node) & BROAD and not raises_again(node)
    }
    assert {place for place in broad if place.split(":")[0] not in MAY_CATCH_EVERYTHING} == set()


def test_no_exception_is_swallowed_without_a_word() -> None:
    silent = {
        f"{path}:{node.lineno}"
        for path, node in found(ast.ExceptHandler, in_tests=False)
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)
    }
    assert silent == set()


def test_nobody_enters_a_tenant_by_with_tenant() -> None:
    """`with tenant:` keeps the schema in one list for all threads; tenant_context() does not."""
    places = {
        f"{path}:{item.context_expr.lineno}"
        for path, node in found(ast.With)
        if isinstance(node, ast.With)
        for item in node.items
        if isinstance(item.context_expr, ast.Name | ast.Attribute)
        and ast.unparse(item.context_expr).split(".")[-1] in {"tenant", "acme", "globex"}
    }
    assert places == set()


def test_no_module_is_a_drawer() -> None:
    assert [str(path) for path in python_files() if {path.stem, *path.parent.parts} & DRAWERS] == []


def test_nothing_is_left_for_later() -> None:
    unfinished = {
        f"{path}:{number}"
        for pattern in ("*.py", "*.sh", "*.cfg", "*.html", "*.js", "*.md", "Makefile")
        for path in files(pattern)
        if path.as_posix() != THIS_FILE
        for number, line in enumerate(text(path).splitlines(), start=1)
        if UNFINISHED.search(line)
    }
    assert unfinished == set()


def test_pure_and_worker_tests_use_fakes_of_ports_and_no_mocks() -> None:
    mocking = set()
    for path, node in found(ast.Import | ast.ImportFrom):  # type: ignore[arg-type]
        modules = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
        if isinstance(node, ast.ImportFrom):
            modules = {node.module or "", *(alias.name for alias in node.names)}
        if path.parts[:2] in {("tests", "pure"), ("tests", "worker")} and modules & MOCKING:
            mocking.add(str(path))
    assert mocking == set()


def test_a_skipped_test_says_why() -> None:
    without_reason = {
        f"{path}:{node.lineno}"
        for path, node in found(ast.Call)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
        and not any(keyword.arg == "reason" for keyword in node.keywords)
    }
    assert without_reason == set()


def test_nothing_is_unpickled() -> None:
    users = {
        str(path)
        for path in python_files()
        if path.as_posix() != THIS_FILE
        and re.search(r"^\s*(import|from) (pickle|marshal|shelve)\b", text(path), re.M)
    }
    assert users == set()
