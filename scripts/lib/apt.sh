# shellcheck shell=bash
# System packages. Sourced by scripts/setup after env.sh.

APT_UPDATED=

# as_root COMMAND...: runs it as root, by sudo where need be.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "root is needed for: $*" "run that command as root, or install sudo, and start setup again"
    fi
}

# apt_refresh: fetches the package lists, once a run. Old lists may still do, so a failure is only told.
apt_refresh() {
    if [ -n "$APT_UPDATED" ]; then return 0; fi
    say "fetching the package lists"
    as_root apt-get update -q >/dev/null ||
        say "warning: apt-get update failed; going on with the lists there are"
    APT_UPDATED=1
}

# apt_install PACKAGE...: installs what is named, without recommendations.
apt_install() {
    have apt-get || die "missing: $*" \
        "this system has no apt-get: install what these Debian packages hold and start setup again"
    apt_refresh
    say "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >/dev/null ||
        die "apt-get could not install: $*" "see its messages above; check the network and /etc/apt/sources.list"
}

have_libclang() {
    compgen -G '/usr/lib/llvm-*/lib/libclang.so*' >/dev/null ||
        compgen -G '/usr/lib/llvm-*/lib/libclang-[0-9]*.so*' >/dev/null ||
        [ -n "${LIBCLANG_PATH:-}" ]
}

have_openssl() {
    have pkg-config && pkg-config --exists openssl
}

# missing_build_packages: the Debian package of every build tool that is not there, one a line.
missing_build_packages() {
    have cc || echo gcc
    have c++ || echo g++
    have make || echo make
    have protoc || echo protobuf-compiler
    have clang || echo clang
    have_libclang || echo libclang-dev
    have cmake || echo cmake
    have pkg-config || echo pkg-config
    have_openssl || echo libssl-dev
    have curl || echo curl
    have jq || echo jq
}

# missing_test_packages: those of what tests need besides.
missing_test_packages() {
    have faketime || echo faketime
}

# setup_packages LIST...: installs what each list names.
setup_packages() {
    local missing list
    mapfile -t missing < <(for list in "$@"; do "$list"; done)
    if [ "${#missing[@]}" -gt 0 ]; then apt_install "${missing[@]}"; fi
}
