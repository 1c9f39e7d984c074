# shellcheck shell=bash
# Is this a machine Tandem can be installed on? Every check ends in one sentence that names the remedy.

readonly NEEDED_MB=3000

check_system() {
    local id='' version='' architecture
    if [[ -r /etc/os-release ]]; then
        id=$(. /etc/os-release && printf '%s' "${ID:-}")
        version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
    fi
    [[ $id == debian && $version == 12 ]] ||
        fail "this is ${id:-an unknown system}${version:+ $version}, and Tandem supports Debian 12."
    architecture=$(dpkg --print-architecture)
    [[ $architecture == amd64 || $architecture == arm64 ]] ||
        fail "this processor is $architecture, and Tandem supports amd64 and arm64."
}

# Where files of the checkout's own go, whether or not packages are missing.
check_checkout() {
    [[ -w $CHECKOUT ]] || fail "$CHECKOUT is not writable by $(id --user --name); run as its owner."
}

check_disk() {
    local place free_mb
    for place in / "$CHECKOUT"; do
        free_mb=$(df --output=avail --block-size=1M "$place" | tail -n 1)
        ((free_mb >= NEEDED_MB)) || fail "$place has $free_mb MB free and set-up needs $NEEDED_MB MB; make room."
    done
}
