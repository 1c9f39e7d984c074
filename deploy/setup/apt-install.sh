#!/usr/bin/env bash
# Runs as root: installs the named Debian packages without starting their services, now or at boot.
# Tandem runs servers of its own; one that the operator already had keeps running.
set -euo pipefail

SETUP=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$SETUP/say.sh"

readonly POLICY=/usr/sbin/policy-rc.d
readonly POLICY_MARK='made by Tandem for the time of an installation'
readonly LOG=/var/log/tandem-setup.log
readonly SERVICES=(postgresql redis-server kamailio nginx)

export DEBIAN_FRONTEND=noninteractive
readonly APT=(apt-get --quiet --quiet --assume-yes -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)

# Debian asks this script whether a service may be started.
forbid_service_starts() {
    if grep --quiet --no-messages "$POLICY_MARK" "$POLICY"; then
        rm "$POLICY" # of a run that was killed
    fi
    [[ ! -e $POLICY ]] || return 0
    trap 'rm --force "$POLICY"' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\n# %s\nexit 101\n' "$POLICY_MARK" >"$POLICY"
    chmod 755 "$POLICY"
}

logged() {
    "$@" >>"$LOG" 2>&1 </dev/null
}

# At boot they would take the ports that Tandem's own servers want.
disable_new_services() {
    command -v systemctl >/dev/null || return 0
    local service
    for service in "$@"; do
        logged systemctl disable "$service" || say "could not disable $service; see $LOG"
    done
}

services_not_installed() {
    local service
    for service in "${SERVICES[@]}"; do
        [[ -e /lib/systemd/system/$service.service || -e /etc/init.d/$service ]] || printf '%s\n' "$service"
    done
}

main() {
    local new_services
    mapfile -t new_services < <(services_not_installed)
    printf '\n%s: %s\n' "$(date --utc --iso-8601=seconds)" "$*" >>"$LOG"
    forbid_service_starts
    logged dpkg --configure -a || true # finishes an installation that was interrupted; apt-get reports what is left
    logged "${APT[@]}" -o APT::Update::Error-Mode=any update ||
        fail "apt-get update failed (is there a network?), so no packages can be fetched: $(tail -n 1 "$LOG") (whole log: $LOG)"
    logged "${APT[@]}" --no-install-recommends install "$@" ||
        fail "apt-get could not install the packages: $(tail -n 1 "$LOG") (whole log: $LOG)"
    disable_new_services "${new_services[@]}"
}

main "$@"
