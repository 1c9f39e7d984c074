"""The project's own files, as Git knows them: committed or about to be."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files(pattern: str) -> tuple[Path, ...]:
    """Paths that match a Git pathspec, relative to the checkout."""
    command = [
        "git",
        "-c",
        f"safe.directory={ROOT}",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]
    listing = subprocess.run([*command, "--", pattern], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(
        Path(name) for name in sorted(listing.stdout.split("\0")) if name and (ROOT / name).is_file()
    )


def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def python_files() -> tuple[Path, ...]:
    return files("*.py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def line_count(path: Path) -> int:
    return text(path).count("\n")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def function_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def is_test(path: Path) -> bool:
    return path.parts[0] == "tests"


def is_migration(path: Path) -> bool:
    return "migrations" in path.parts
