"""Removes the state directory, and nothing that is not Tandem's. Standard library only: .venv may be gone."""

from __future__ import annotations

import os
import shutil
import sys

from deploy.stack.config import CHECKOUT
from deploy.stack.leftovers import leftovers_find
from deploy.stack.state_dir import is_state_dir, state_dir_find


def main() -> int:
    directory = state_dir_find(os.environ)
    if not directory.exists():
        return 0
    if not is_state_dir(directory):
        print(
            f"tandem: {directory} is not a state directory of Tandem; nothing was removed.", file=sys.stderr
        )
        return 1
    if next(leftovers_find(directory), None) is not None:
        print("tandem: Tandem is running; stop it first with `make stop`.", file=sys.stderr)
        return 1
    if sys.stdin.isatty() and input(f"Delete {directory} with its database, for good? [y/N] ").lower() != "y":
        print("Nothing was removed.")
        return 1
    shutil.rmtree(directory)
    link = CHECKOUT / "var"
    if link.is_symlink():
        link.unlink()
    print(f"Removed {directory}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
