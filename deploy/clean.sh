#!/usr/bin/env bash
# Removes what set-up and running left in this checkout: the state directory and the virtual environment.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$CHECKOUT"

python=.venv/bin/python
[[ -x $python ]] || python=$(command -v python3.11 || command -v python3)
"$python" -m deploy.stack.clean
rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
echo "Removed .venv and caches."
