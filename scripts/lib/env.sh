# shellcheck shell=bash
# The build environment and the few helpers that every script shares.
#
#     . "$(dirname "${BASH_SOURCE[0]}")/lib/env.sh"      # from scripts/*
#     . scripts/lib/env.sh                               # in a shell, before a bare `cargo`
#
# Source it before every cargo command: a variable that is set for one build and not for the next
# makes cargo build the runtime and parts of the SDK again. It changes no shell option and prints nothing.

# say MESSAGE...: one line of progress on stderr; stdout is left for data.
say() {
    printf '%s: %s\n' "${ASSAY_SCRIPT:-${0##*/}}" "$*" >&2
}

# die WHAT [REMEDY]: says what failed and what to do about it, and ends the script.
die() {
    say "error: $1"
    if [ -n "${2:-}" ]; then say "  to do: $2"; fi
    exit 1
}

# have COMMAND: is it on the PATH?
have() {
    command -v "$1" >/dev/null 2>&1
}

# repo_root: the absolute path of the checkout.
repo_root() {
    (cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
}

# The Wasm target of the runtime, and the private toolchain that stands in where rustup cannot provide it.
WASM_TARGET=wasm32v1-none
WASM_TOOLCHAIN=assay-wasm

# assay_cache: the directory of everything that outlives a checkout.
assay_cache() {
    printf '%s/assay\n' "${XDG_CACHE_HOME:-$HOME/.cache}"
}

# wasm_prefix: where scripts/setup puts the private toolchain.
wasm_prefix() {
    printf '%s/wasm-toolchain\n' "$(assay_cache)"
}

# sysroot_has_wasm SYSROOT: does that toolchain hold a `core` for the Wasm target?
sysroot_has_wasm() {
    compgen -G "$1/lib/rustlib/$WASM_TARGET/lib/libcore-*.rlib" >/dev/null
}

# native_has_wasm: does the toolchain that builds the native code have the target?
native_has_wasm() {
    local sysroot
    sysroot=$(cd "$(repo_root)" && rustc --print sysroot 2>/dev/null) || return 1
    sysroot_has_wasm "$sysroot"
}

# private_has_wasm: is the private toolchain complete, and does rustup know it?
private_has_wasm() {
    [ -e "$(wasm_prefix)/ready" ] && sysroot_has_wasm "$(wasm_prefix)" &&
        [ "${RUSTUP_HOME:-$HOME/.rustup}/toolchains/$WASM_TOOLCHAIN" -ef "$(wasm_prefix)" ]
}

# use_wasm_toolchain: points the runtime's build at the private toolchain where the native one lacks the target.
# A toolchain that the caller chose stays. ASSAY_WASM=private prefers the private one in any case.
use_wasm_toolchain() {
    if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then return 0; fi
    if [ "${ASSAY_WASM:-auto}" != private ] && native_has_wasm; then return 0; fi
    if private_has_wasm; then export WASM_BUILD_TOOLCHAIN=$WASM_TOOLCHAIN; fi
}

# One target directory outside the checkout: a clean checkout is then no cold build.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$(assay_cache)/target}"
# Without the hint the runtime's build finds no Cargo.lock from there and resolves the newest crates.
WASM_BUILD_WORKSPACE_HINT=$(repo_root)
export WASM_BUILD_WORKSPACE_HINT
# Where crates are unpacked is nobody's business but this machine's: it is not to be in the runtime's Wasm.
export WASM_BUILD_RUSTFLAGS="${WASM_BUILD_RUSTFLAGS:---remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo}"
# The system's OpenSSL instead of three minutes of compiling another.
export OPENSSL_NO_VENDOR=1
if [ -n "${NO_COLOR:-}" ]; then
    export CARGO_TERM_COLOR=never
else
    export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
fi
use_wasm_toolchain
