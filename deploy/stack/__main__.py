"""`python -m deploy.stack COMMAND`: what the Makefile calls."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from deploy.stack.errors import StackError
from deploy.stack.services import command_after_dashes, run_with_services


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.stack")
    commands = parser.add_subparsers(dest="command", required=True)
    services = commands.add_parser("services", help="a throw-away PostgreSQL and Redis around one command")
    services.add_argument("words", nargs=argparse.REMAINDER)
    given = parser.parse_args(arguments)
    try:
        return run_with_services(command_after_dashes(given.words))
    except StackError as error:
        print(f"tandem: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
