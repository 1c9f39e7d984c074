#!/usr/bin/env bash
# Installs what Tandem needs on Debian 12 and does nothing the second time.
#
#   deploy/install.sh run    what running needs
#   deploy/install.sh test   and what checking needs
#
# An interrupted set-up is continued by the next one.
set -euo pipefail

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly CHECKOUT
readonly SETUP=$CHECKOUT/deploy/setup

. "$SETUP/say.sh"
. "$SETUP/system.sh"
. "$SETUP/apt.sh"
. "$SETUP/python.sh"

main() {
    local packages=("$CHECKOUT/deploy/apt-packages.txt" "$CHECKOUT/deploy/pjsua2/apt-runtime.txt")
    local requirements=("$CHECKOUT/requirements.txt")
    case ${1:-run} in
    run) ;;
    test)
        packages+=("$CHECKOUT/deploy/apt-packages-dev.txt")
        requirements+=("$CHECKOUT/requirements-dev.txt")
        ;;
    *) fail "usage: deploy/install.sh run|test" ;;
    esac
    check_system
    check_checkout
    packages_ensure "${packages[@]}"
    venv_ensure "${requirements[@]}"
}

main "$@"
