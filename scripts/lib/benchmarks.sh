# shellcheck shell=bash
# frame-omni-bencher, and the runtime's Wasm with the pallets' benchmarks. Sourced by scripts/weights after env.sh, and used
# from the repository's root.

BENCHER_VERSION=0.28.0

# weights_dir: where both are built, beside the one target directory.
weights_dir() {
    printf '%s/weights\n' "$(dirname "$CARGO_TARGET_DIR")"
}

bencher() {
    printf '%s/bin/frame-omni-bencher\n' "$(weights_dir)"
}

# build_bencher: from the registry, with the dependencies that it was released with.
build_bencher() {
    if [ "$("$(bencher)" --version 2>/dev/null)" = "frame-omni-bencher $BENCHER_VERSION" ]; then return 0; fi
    say "building frame-omni-bencher $BENCHER_VERSION: half an hour or more"
    # It holds a runtime for measuring storage, which we do not use and which does not build from the registry.
    SKIP_WASM_BUILD=1 cargo install frame-omni-bencher --version "=$BENCHER_VERSION" --locked --root "$(weights_dir)" \
        --target-dir "$(weights_dir)/bencher" ||
        die "frame-omni-bencher does not build" "scripts/setup installs what it needs; see cargo's messages above"
}

# benchmark_project DIRECTORY: a crate that is the runtime with its benchmarks, as substrate-wasm-builder makes one for the
# runtime without them.
benchmark_project() {
    mkdir -p "$1/src" && cp Cargo.lock "$1/Cargo.lock" || return 1
    printf '%s\n' '#![no_std] #![allow(unused_imports)] pub use runtime::*;' >"$1/src/lib.rs" || return 1
    cat >"$1/Cargo.toml" <<END
[package]
name = "assay-runtime-benchmarks"
version = "1.0.0"
edition = "2021"

[lib]
name = "assay_runtime"
crate-type = ["cdylib"]

[dependencies.runtime]
package = "assay-runtime"
path = "$(repo_root)/runtime"
default-features = false
features = ["runtime-benchmarks"]

[profile.release]
lto = "thin"
panic = "abort"

[workspace]
resolver = "2"
END
}

# benchmark_wasm: where build_benchmarks leaves the runtime.
benchmark_wasm() {
    printf '%s/runtime/target/%s/release/assay_runtime.wasm\n' "$(weights_dir)" "$WASM_TARGET"
}

# build_benchmarks: the runtime for the Wasm target alone; nothing of the SDK is built for this machine.
build_benchmarks() {
    local project toolchain=()
    project=$(weights_dir)/runtime
    if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then toolchain=("+$WASM_BUILD_TOOLCHAIN"); fi
    benchmark_project "$project" || die "cannot write to $project" "check permissions and free space"
    say "building the runtime with benchmarks for $WASM_TARGET"
    RUSTFLAGS="-C link-arg=--export-table -C link-arg=--import-memory -C link-arg=--export=__heap_base --cfg substrate_runtime" \
        cargo "${toolchain[@]}" rustc --release --manifest-path "$project/Cargo.toml" \
        --target "$WASM_TARGET" --target-dir "$project/target" ||
        die "the runtime does not build" "run scripts/setup first; see cargo's messages above"
}

# bench PALLET [OPTION...]: runs its benchmarks on the genesis of the development chain.
bench() {
    local pallet=$1
    shift
    "$(bencher)" v1 benchmark pallet --runtime "$(benchmark_wasm)" --genesis-builder runtime \
        --genesis-builder-preset development --pallet "$pallet" --extrinsic '*' --steps 2 --repeat "$REPEAT" "$@" >&2
}
