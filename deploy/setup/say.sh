# shellcheck shell=bash
# How set-up speaks. Sourced by the other scripts.

say() { printf 'set-up   | %s\n' "$*"; }

# One clear sentence, then out.
fail() {
    printf 'tandem: %s\n' "$*" >&2
    exit 1
}
