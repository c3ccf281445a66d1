# shellcheck shell=bash
# What identifies a Wasm of the runtime, and what made it. Source lib/env.sh first.

# runtime_wasm: the Wasm that the node carries, compact and compressed.
runtime_wasm() {
    printf '%s/release/wbuild/assay-runtime/assay_runtime.compact.compressed.wasm\n' "$CARGO_TARGET_DIR"
}

# wasm_rustc: the compiler of the Wasm.
wasm_rustc() {
    if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then
        rustc "+$WASM_BUILD_TOOLCHAIN" --version
    else
        (cd "$(repo_root)" && rustc --version)
    fi
}

# wasm_record FILE: hashes, size, compiler and flags, a line each. Who builds the same commit at the same path with the same
# compiler and flags gets the same hashes.
wasm_record() {
    printf 'sha256 %s\n' "$(sha256sum "$1" | cut -d' ' -f1)"
    printf 'blake2-256 %s\n' "$(b2sum -l 256 "$1" | cut -d' ' -f1)"
    printf 'bytes %s\n' "$(stat -c %s "$1")"
    printf 'rustc %s\n' "$(wasm_rustc)"
    printf 'checkout %s\n' "$(repo_root)"
    printf 'flags --locked %s\n' "${WASM_BUILD_RUSTFLAGS/#--remap-path-prefix=${CARGO_HOME:-$HOME\/.cargo}=/--remap-path-prefix=CARGO_HOME=}"
}
