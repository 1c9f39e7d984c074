# shellcheck shell=bash
# The virtual environment: Debian's Python 3.11, pinned and hash-checked packages, and the SIP stack's wheel.
# Each part has a stamp of what it was made from, so that the second start skips it.

readonly VENV=${VENV:-$CHECKOUT/.venv}
readonly PIP=("$VENV/bin/python" -m pip install --quiet --quiet --disable-pip-version-check)
readonly PJSUA2=$CHECKOUT/deploy/pjsua2

find_python() {
    local candidate
    for candidate in /usr/bin/python3.11 python3.11 python3; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
            command -v "$candidate"
            return
        fi
    done
    fail "there is no Python 3.11; install the package python3.11."
}

stamp_of() {
    { "$VENV/bin/python" -c 'import sys; print(sys.version)' && cat "$@"; } | sha256sum
}

# is_stamped NAME FILE...
is_stamped() {
    [[ -f $VENV/.stamp-$1 && $(<"$VENV/.stamp-$1") == "$(stamp_of "${@:2}")" ]]
}

stamp() {
    stamp_of "${@:2}" >"$VENV/.stamp-$1"
}

# venv_ensure REQUIREMENTS...
venv_ensure() {
    if [[ ! -f $VENV/.stamp-made ]]; then
        rm -rf "$VENV"
        "$(find_python)" -m venv "$VENV" || fail "the virtual environment $VENV could not be made."
        touch "$VENV/.stamp-made"
    fi
    local requirements
    for requirements in "$@"; do
        requirements_install "$requirements"
    done
    pjsua2_install
}

requirements_install() {
    local name
    name=$(basename "$1")
    is_stamped "$name" "$1" && return
    say "installing Python packages of $name"
    # Which index or mirror is used is the machine's configuration, not ours.
    "${PIP[@]}" --require-hashes --requirement "$1" ||
        fail "pip could not install the Python packages; its message stands above. The same command continues."
    stamp "$name" "$1"
}

# The wheel is built once per machine and cached outside the checkout; only building needs compilers.
pjsua2_install() {
    local wheel sources=("$PJSUA2"/*.sh "$PJSUA2"/*.py "$PJSUA2"/*.h "$PJSUA2"/*.sha256 "$PJSUA2"/patches/*)
    is_stamped pjsua2 "${sources[@]}" && return
    if [[ -n $(packages_missing "$PJSUA2/apt-packages.txt") ]] &&
        wheel=$("$PJSUA2/build.sh" "$VENV/bin/python" 2>/dev/null); then
        say "taking the SIP stack from the cache"
    else
        packages_ensure "$PJSUA2/apt-packages.txt"
        say "building the SIP stack, once per machine"
        wheel=$("$PJSUA2/build.sh" "$VENV/bin/python") ||
            fail "the SIP stack could not be built; the message stands above. The same command continues."
    fi
    "${PIP[@]}" --no-index --no-deps --force-reinstall "$wheel" || fail "pip could not install $wheel."
    stamp pjsua2 "${sources[@]}"
}
