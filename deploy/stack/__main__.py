"""`python -m deploy.stack COMMAND`: what the Makefile calls."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from deploy.stack.commands import env, execute, logs, prepare, run, status, stop, up
from deploy.stack.errors import StackError
from deploy.stack.services import run_with_services

SIMPLE = {
    "run": (run, "start everything in the foreground; Ctrl-C stops it"),
    "up": (up, "start everything in the background"),
    "prepare": (prepare, "write the configuration and migrate, start nothing (for systemd)"),
    "stop": (stop, "stop everything, calls first"),
    "status": (status, "what runs, and where"),
    "logs": (logs, "follow all logs"),
    "env": (env, "the environment of the processes, for a shell"),
}
WITH_COMMAND = {
    "exec": "run a command in the environment of the stack",
    "services": "run a command with a throw-away PostgreSQL and Redis",
}


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        if given.command in SIMPLE:
            return SIMPLE[given.command][0](os.environ)
        words = given.words[1:] if given.words[:1] == ["--"] else given.words
        if not words:
            raise StackError(f"Say which command to run: python -m deploy.stack {given.command} -- COMMAND")
        return execute(os.environ, words) if given.command == "exec" else run_with_services(words)
    except StackError as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.stack")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_function, text) in SIMPLE.items():
        commands.add_parser(name, help=text)
    for name, text in WITH_COMMAND.items():
        commands.add_parser(name, help=text).add_argument("words", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
