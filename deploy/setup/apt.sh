# shellcheck shell=bash
# Debian packages: installed when missing, without a look at the network when nothing is.

# Names in the given lists, one a line, without comments.
packages_listed() { sed --expression='s/#.*//' --expression='/^[[:space:]]*$/d' "$@"; }

packages_missing() {
    local package
    packages_listed "$@" | while read -r package; do
        [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            printf '%s\n' "$package"
    done
}

# packages_ensure LIST...
packages_ensure() {
    local missing
    mapfile -t missing < <(packages_missing "$@")
    ((${#missing[@]})) || return 0
    check_disk
    say "installing Debian packages: ${missing[*]}"
    if ((EUID == 0)); then
        bash "$SETUP/apt-install.sh" "${missing[@]}"
    elif command -v sudo >/dev/null; then
        [[ -t 0 ]] || sudo --non-interactive true 2>/dev/null ||
            fail "sudo wants a password and there is no terminal; run as root: apt-get install ${missing[*]}"
        sudo bash "$SETUP/apt-install.sh" "${missing[@]}"
    else
        fail "you are not root and there is no sudo; run as root: apt-get install ${missing[*]}"
    fi
}
