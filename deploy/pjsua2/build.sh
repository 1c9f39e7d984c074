#!/usr/bin/env bash
# Build the pjsua2 wheel once and keep it outside the checkout.
#
#   deploy/pjsua2/build.sh PYTHON
#
# prints one line on stdout, the absolute path of the wheel; progress and errors go to stderr. README.md beside this
# file lists the environment variables and says where the source comes from.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE
readonly SOURCE_VERSION=2.17
readonly UPSTREAM_ARCHIVE=https://github.com/pjsip/pjproject/archive/refs/tags/$SOURCE_VERSION.tar.gz
readonly NEEDED_MB=500
readonly STEPS=7

readonly CONFIGURE_OPTIONS=(
    --enable-epoll          # select() cannot watch more than 1024 descriptors
    --enable-speex-resample # three times cheaper than libsamplerate for a 16 kHz bridge
    --with-external-gsm --with-external-speex --with-external-srtp --with-external-yuv
    --disable-sound --disable-sdl --disable-v4l2 # a server has no microphone, window or camera
    --disable-ffmpeg                             # H.264 and VP8 come from openh264 and libvpx, at 2 libraries not 200
    --disable-upnp --disable-libwebrtc --disable-libwebrtc-aec3
    --disable-ilbc-codec --disable-g7221-codec # their sources are not in every archive, and no phone needs them
)
# -O3 mixes and codes audio for about a tenth less CPU than -O2. NDEBUG turns failed assertions of the library into
# log lines. The stack protector is there because strangers' SIP is parsed here.
readonly COMPILER_FLAGS="-O3 -DNDEBUG -fPIC -fstack-protector-strong"

step_number=0
work=
log=

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "build.sh: $*"
    exit 1
}

step() {
    step_number=$((step_number + 1))
    say "[$step_number/$STEPS] $* ... (${SECONDS} s)"
}

# The wheel depends on the recipe, the interpreter, the processor and the system's libraries, and on nothing else.
wheel_key() {
    {
        cat "$HERE/build.sh" "$HERE/pack_wheel.py" "$HERE/config_site.h" "$HERE/source.sha256" "$HERE"/patches/*.patch
        "$python" -IS -c 'import sys, sysconfig; print(sys.version, sysconfig.get_platform())'
        grep -E '^(ID|VERSION_ID)=' /etc/os-release
    } | sha256sum | cut -c -12
}

cached_wheel() {
    local wheel
    for wheel in "$cache/$key"/*.whl; do
        [[ -f $wheel ]] && printf '%s\n' "$wheel" && return
    done
    return 1
}

# ---------------------------------------------------------------------------------------------------- before building

missing_packages() {
    local package
    while read -r package; do
        [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            printf '%s ' "$package"
    done <"$HERE/apt-packages.txt"
}

check_machine() {
    local missing free_mb
    if command -v dpkg-query >/dev/null; then
        missing=$(missing_packages)
        [[ -z $missing ]] || fail "packages are missing; run: apt-get install ${missing% }"
    fi
    "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
        fail "$python has no Python.h; install its development headers"
    free_mb=$(df --output=avail --block-size=1M "$cache" | tail -n 1)
    ((free_mb >= NEEDED_MB)) || fail "$cache has $free_mb MB free, the build needs $NEEDED_MB MB"
}

# ------------------------------------------------------------------------------------------------- processes, clean-up

# Everything long runs in the background with the shell in `wait`: only there does a signal act at once.
start() {
    "$@" >>"$log" 2>&1 &
}

run() {
    start "$@"
    wait $!
}

family_of() {
    local children=() child
    printf '%s\n' "$1"
    read -ra children 2>/dev/null <"/proc/$1/task/$1/children" || return 0
    for child in "${children[@]}"; do
        family_of "$child"
    done
}

# The whole family is listed before any of it is killed: the children of a dead make are nobody's.
stop_family() {
    local family
    mapfile -t family < <(family_of "$1")
    kill -TERM "${family[@]}" 2>/dev/null || say "build.sh: some processes had ended already"
}

clean_up() {
    local status=$? job
    trap - EXIT INT TERM
    for job in $(jobs -pr); do
        stop_family "$job"
    done
    wait
    [[ -z $work ]] || rm -rf "$work"
    if ((status > 128)); then
        rm -f "$log"
        say "build.sh: interrupted; nothing is left behind"
    elif ((status != 0)) && [[ -s $log ]]; then
        tail -n 15 "$log" >&2
        say "build.sh: failed in step $step_number; the whole log is $log"
    fi
    exit "$status"
}

# ---------------------------------------------------------------------------------------------------------- the source

unpack() {
    local archive=$1 folder=$2
    rm -rf "$folder"
    mkdir "$folder"
    tar --extract --file "$archive" --directory "$folder" --strip-components 1
}

is_genuine() {
    (cd "$1" && sha256sum --check --strict --quiet "$HERE/source.sha256")
}

download_upstream() {
    curl --fail --silent --show-error --location --connect-timeout 5 --max-time 120 --output "$1" "$UPSTREAM_ARCHIVE"
}

# Debian ships the same release as one component of its asterisk source package. The mirror is the one this machine
# uses anyway; asking apt for it reads every format of sources.
debian_mirrors() {
    local codename
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016  # apt fills these in
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        awk -v release="$codename" '$1 == release && !seen[$2]++ { print $2 }'
}

# An apt of our own: the machine's proxies and credentials, but not its sources, lists or cache.
private_apt() {
    local folder=$1
    shift
    apt-get --quiet --assume-yes \
        -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" \
        -o APT::Sandbox::User="$(id --user --name)" \
        -o Acquire::Languages=none -o APT::Update::Error-Mode=any \
        -o Acquire::http::Timeout=5 -o Acquire::https::Timeout=5 -o Acquire::Retries=0 "$@"
}

download_debian() {
    local archive=$1 folder=$work/apt mirror
    command -v apt-get >/dev/null || return 1
    for mirror in $(debian_mirrors); do
        rm -rf "$folder"
        mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$folder/source"
        printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s sid main\n' "$mirror" \
            >"$folder/sources.list"
        private_apt "$folder" update || continue
        (cd "$folder/source" && private_apt "$folder" source --download-only asterisk) || continue
        mv "$folder"/source/asterisk_*.orig-Xpjproject.tar.* "$archive" && return
    done
    return 1
}

source_from() {
    local name=$1 download=$2
    say "      source: $name"
    run "$download" "$work/archive" || return 1
    run unpack "$work/archive" "$work/unpacked" || return 1
    run is_genuine "$work/unpacked" && return
    say "      $name is not pjproject $SOURCE_VERSION as source.sha256 knows it"
    return 1
}

copy_operators_tarball() { cp "$PBX_PJPROJECT_TARBALL" "$1"; }

find_source() {
    if [[ -n ${PBX_PJPROJECT_TARBALL:-} ]]; then
        source_from "$PBX_PJPROJECT_TARBALL" copy_operators_tarball && return
        fail "PBX_PJPROJECT_TARBALL=$PBX_PJPROJECT_TARBALL cannot be used"
    fi
    source_from "upstream release archive" download_upstream && return
    source_from "Debian source package" download_debian && return
    fail "no source found; download pjproject $SOURCE_VERSION elsewhere and name it in PBX_PJPROJECT_TARBALL"
}

# Only files named in source.sha256 are built, so every archive gives the same tree whatever else it carries.
prepare_tree() {
    mkdir "$tree"
    (cd "$work/unpacked" && cut -c 67- "$HERE/source.sha256" | tar --create --files-from -) |
        tar --extract --directory "$tree"
    cp "$HERE/config_site.h" "$tree/pjlib/include/pj/config_site.h"
    # The Makefile names this driver of a proprietary echo canceller, which Debian left out. It is empty without it.
    : >"$tree/pjmedia/src/pjmedia-audiodev/bdimad_dev.c"
    local patch
    for patch in "$HERE"/patches/*.patch; do
        patch --directory "$tree" --strip 1 --fuzz 0 --forward --input "$patch"
    done
}

# --------------------------------------------------------------------------------------------------------- the compiler

configure_tree() {
    cd "$tree"
    ./aconfigure "${CONFIGURE_OPTIONS[@]}" CFLAGS="$COMPILER_FLAGS" CXXFLAGS="$COMPILER_FLAGS"
}

compile_libraries() {
    make --directory "$tree" --jobs "$(nproc)" lib
}

# cflags or libs, as pjproject's own Python build asks for them; one word a line.
build_setting() {
    make --no-print-directory --directory "$tree/pjsip-apps/src/swig/python" --file helper.mak "$1"
}

# Half of all compile time is this one file, so it runs beside the libraries.
compile_wrapper() {
    local library includes=() flags=()
    cd "$tree/pjsip-apps/src/swig/python"
    for library in pjlib pjlib-util pjmedia pjsip pjnath; do
        includes+=("-I$tree/$library/include")
    done
    # -threads: library calls release the interpreter lock, callbacks from library threads take it.
    swig -python -c++ -threads -w312 "${includes[@]}" -o pjsua2_wrap.cpp ../pjsua2.i
    mapfile -t flags < <(build_setting cflags)
    # -O2 comes last and wins: -O3 gains nothing in this glue and takes twice as long.
    g++ "${flags[@]}" -O2 "-I$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')" \
        -c pjsua2_wrap.cpp -o pjsua2_wrap.o
}

# One self-contained module: no rpath, no second library that could be the wrong one. Whole archives, so that a native
# media port can be built against the module later.
link_module() {
    local archives=() libraries=()
    mapfile -t archives < <(find "$tree" -path '*/lib/*.a' ! -name 'libpjsdp-*') # libpjsdp repeats parts of libpjmedia
    mapfile -t libraries < <(build_setting libs | grep -v '^pj' | sed 's/^/-l/')
    g++ -shared -o "$tree/_pjsua2.so" "$tree/pjsip-apps/src/swig/python/pjsua2_wrap.o" \
        -Wl,--whole-archive "${archives[@]}" -Wl,--no-whole-archive \
        -Wl,--as-needed "${libraries[@]}" -Wl,-Bsymbolic -Wl,-z,relro,-z,now
}

# The key is part of the version, so that pip replaces an installed wheel whenever anything about it changed.
pack_wheel() {
    mkdir "$work/finished"
    "$python" "$HERE/pack_wheel.py" --module "$tree/pjsip-apps/src/swig/python/pjsua2.py" \
        --extension "$tree/_pjsua2.so" --licence "$tree/COPYING" --version "$SOURCE_VERSION+tandem.g$key" --into "$work/finished"
}

try_wheel() {
    "$python" -m zipfile --extract "$work"/finished/*.whl "$work/installed"
    PYTHONPATH=$work/installed "$python" "$HERE/smoke.py"
}

build_wheel() {
    local libraries wrapper
    check_machine
    step "fetching pjproject $SOURCE_VERSION"
    find_source
    step "checking and patching the source"
    run prepare_tree
    step "configuring"
    run configure_tree
    step "compiling libraries and Python module (about 1 min on 2 cores)"
    start compile_libraries
    libraries=$!
    start compile_wrapper
    wrapper=$!
    wait "$libraries"
    wait "$wrapper"
    step "linking"
    run link_module
    step "packing the wheel"
    run pack_wheel
    step "trying the wheel: codecs, calls, DTMF"
    run try_wheel
    mv "$log" "$work/finished/build.log"
    mv "$work/finished" "$cache/$key"
    say "      done in ${SECONDS} s"
}

main() {
    [[ $# -eq 1 ]] || fail "usage: build.sh PYTHON"
    python=$(command -v "$1") || fail "there is no interpreter $1"
    cache=$(realpath --canonicalize-missing "${PBX_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tandem}")/pjsua2
    key=$(wheel_key)
    cached_wheel && return

    mkdir -p "$cache"
    exec 9>"$cache/.lock"
    if ! flock --nonblock 9; then
        say "another build is running; waiting for it"
        flock 9
        cached_wheel && return
    fi
    # We hold the lock, so these belong to builds that were killed.
    rm -rf "$cache"/.build.*
    log=$cache/build-$key.log
    : >"$log"
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    work=$(mktemp --directory "$cache/.build.XXXXXX")
    tree=$work/tree
    build_wheel
    cached_wheel
}

main "$@"
