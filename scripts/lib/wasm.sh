# shellcheck shell=bash
# The Wasm target: from rustup, or a private toolchain assembled from Debian's packages.
# Sourced by scripts/setup after env.sh and apt.sh.

# Debian's newest compiler for its own browsers, with the sources of its library. They conflict with
# rustup's only when installed, so they are unpacked into a prefix of our own.
WASM_PACKAGES=(rustc-web cargo-web rust-web-src libstd-rust-web-dev)
RUSTUP_WAIT_S=60

# rustup_failed_file: remembers that rustup could not fetch the target, and for which compiler.
rustup_failed_file() {
    printf '%s/%s.unavailable\n' "$(assay_cache)" "$WASM_TARGET"
}

# rustup_failed_lately: was it tried with this compiler within a day?
rustup_failed_lately() {
    local file
    file=$(rustup_failed_file)
    [ -n "$(find "$file" -mmin -1440 2>/dev/null)" ] && [ "$(cat "$file")" = "$(rustc --version)" ]
}

# rustup_add_target: asks rustup, with a time bound, because it hangs where its server cannot be reached.
rustup_add_target() {
    have rustup || return 1
    if rustup_failed_lately; then
        say "rustup could not fetch $WASM_TARGET lately; not asked again (rm $(rustup_failed_file) to retry)"
        return 1
    fi
    say "asking rustup for $WASM_TARGET (at most $RUSTUP_WAIT_S s)"
    if (cd "$(repo_root)" && timeout -k 5 "$RUSTUP_WAIT_S" rustup target add "$WASM_TARGET" >/dev/null) &&
        native_has_wasm; then
        rm -f "$(rustup_failed_file)"
        return 0
    fi
    rustc --version >"$(rustup_failed_file)"
    say "rustup cannot provide $WASM_TARGET here"
    return 1
}

# library_package DEB: the package of the compiler's libraries, whose name carries the version.
library_package() {
    dpkg-deb -f "$1" Depends | grep -o 'libstd-rust-web-[0-9.]*[0-9]' | head -n 1
}

# download_debs DIRECTORY: fetches the compiler's packages without installing them.
download_debs() {
    local library
    apt_refresh
    say "downloading ${WASM_PACKAGES[*]}"
    (cd "$1" && apt-get download -q -o APT::Sandbox::User=root "${WASM_PACKAGES[@]}" >/dev/null) || return 1
    library=$(library_package "$1"/libstd-rust-web-dev_*.deb)
    [ -n "$library" ] || return 1
    (cd "$1" && apt-get download -q -o APT::Sandbox::User=root "$library" >/dev/null)
}

# missing_depends DEB...: what they depend on that is not installed, one package a line.
missing_depends() {
    local deb name
    for deb in "$@"; do dpkg-deb -f "$deb" Depends | tr ',' '\n'; done |
        sed -e 's/|.*//' -e 's/(.*//' -e 's/:any//' -e 's/[[:space:]]//g' |
        grep -v -e '^$' -e rust -e '^libc-dev$' | sort -u |
        while read -r name; do
            dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
        done
}

install_depends() {
    local missing
    mapfile -t missing < <(missing_depends "$1"/*.deb)
    have lld || missing+=(lld)
    if [ "${#missing[@]}" -gt 0 ]; then apt_install "${missing[@]}"; fi
}

# unpack_debs DEBS ROOT: everything but the sources of the compiler, which is most of them.
unpack_debs() {
    local deb
    for deb in "$1"/*.deb; do
        case ${deb##*/} in
        rust-web-src_*)
            dpkg-deb --fsys-tarfile "$deb" |
                tar -x -C "$2" --wildcards './usr/src/rustc-*/library' || return 1
            ;;
        *) dpkg -x "$deb" "$2" || return 1 ;;
        esac
    done
}

# lay_out ROOT PREFIX: the shape that rustup expects of a toolchain.
lay_out() {
    local host="$2/lib/rustlib/$3"
    mkdir -p "$2/bin" "$2/lib" || return 1
    mv "$1"/usr/bin/{rustc,rustdoc,cargo} "$2/bin/" &&
        mv "$1"/usr/lib/*/librustc_driver*.so "$2/lib/" &&
        rm -rf "$1/usr/lib/rustlib/src" &&
        mv "$1/usr/lib/rustlib" "$2/lib/rustlib" &&
        mkdir -p "$host/bin" "$2/lib/rustlib/src/rust" &&
        mv "$1"/usr/src/rustc-*/library "$2/lib/rustlib/src/rust/library" &&
        ln -s "$(command -v lld)" "$host/bin/rust-lld"
}

# seed_crate DIRECTORY: the smallest crate that makes cargo build core and alloc.
seed_crate() {
    mkdir -p "$1/src" || return 1
    printf '%s\n' '[package]' 'name = "seed"' 'version = "0.0.0"' 'edition = "2021"' '[workspace]' >"$1/Cargo.toml"
    printf '%s\n' '#![no_std]' 'extern crate alloc;' >"$1/src/lib.rs"
}

# build_core PREFIX WORK: builds core and alloc for the target into the prefix. They must hold bitcode, or the
# runtime's link-time optimisation fails. Debian's binaries name no library path; rustup sets it once they are linked.
build_core() {
    local target="$1/lib/rustlib/$WASM_TARGET/lib" name
    seed_crate "$2/seed" || return 1
    (
        cd "$2/seed" &&
            env -u RUSTUP_TOOLCHAIN -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER \
                LD_LIBRARY_PATH="$1/lib" RUSTC="$1/bin/rustc" RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
                CARGO_TARGET_DIR="$2/target" \
                "$1/bin/cargo" build --quiet --release -Zbuild-std=core,alloc --target "$WASM_TARGET"
    ) || return 1
    mkdir -p "$target" || return 1
    for name in core alloc compiler_builtins; do
        cp "$2/target/$WASM_TARGET/release/deps/lib$name"-*.rlib "$target/" || return 1
    done
}

# assemble WORK: makes the toolchain under WORK and moves it into place when it is complete.
assemble() {
    local work=$1 remedy="see the messages above, mend the cause and start setup again"
    local host
    host=$(rustc -vV | sed -n 's/^host: //p')
    mkdir -p "$work/debs" "$work/root"
    download_debs "$work/debs" || die "could not download Debian's Rust packages" \
        "check the network and that bookworm-security is among apt's sources; or provide the target yourself: rustup target add $WASM_TARGET"
    install_depends "$work/debs"
    say "unpacking the toolchain"
    unpack_debs "$work/debs" "$work/root" || die "could not unpack Debian's Rust packages" "check for 2 GB of free disk space in $work"
    lay_out "$work/root" "$work/prefix" "$host" || die "Debian's Rust packages have an unexpected layout" "$remedy"
    say "building core and alloc for $WASM_TARGET"
    build_core "$work/prefix" "$work" || die "could not build core for $WASM_TARGET" "$remedy"
    touch "$work/prefix/ready"
    rm -rf "$(wasm_prefix)"
    mv "$work/prefix" "$(wasm_prefix)" || die "could not move the toolchain to $(wasm_prefix)" "$remedy"
}

# private_toolchain: assembles the private toolchain where it is not complete, and tells rustup of it.
private_toolchain() {
    if ! have dpkg-deb || ! have apt-get; then
        die "no Rust toolchain for $WASM_TARGET" \
            "this system is not Debian: provide the target yourself: rustup target add $WASM_TARGET"
    fi
    have rustup || die "rustup is missing" "install it (https://rustup.rs), or use a toolchain that has $WASM_TARGET"
    if [ ! -e "$(wasm_prefix)/ready" ] || ! sysroot_has_wasm "$(wasm_prefix)"; then
        WASM_WORK=$(mktemp -d "$(assay_cache)/wasm-toolchain.XXXXXX")
        trap 'rm -rf "$WASM_WORK"' EXIT
        assemble "$WASM_WORK"
        rm -rf "$WASM_WORK"
    fi
    rustup toolchain link "$WASM_TOOLCHAIN" "$(wasm_prefix)" ||
        die "rustup cannot link $WASM_TOOLCHAIN" "remove it and start setup again: rustup toolchain uninstall $WASM_TOOLCHAIN"
}

# setup_wasm: the native toolchain's target, else the private toolchain, else rustup, else assemble it.
setup_wasm() {
    case ${WASM_BUILD_TOOLCHAIN:-} in
    '') ;;
    "$WASM_TOOLCHAIN") unset WASM_BUILD_TOOLCHAIN ;; # inherited from env.sh: found again below
    *) say "WASM_BUILD_TOOLCHAIN=$WASM_BUILD_TOOLCHAIN is used as it is" && return 0 ;;
    esac
    if [ "${ASSAY_WASM:-auto}" != private ] && native_has_wasm; then return 0; fi
    if private_has_wasm; then return 0; fi
    if [ "${ASSAY_WASM:-auto}" != private ] && rustup_add_target; then return 0; fi
    private_toolchain
}

# wasm_toolchain: a word on which one it is.
wasm_toolchain() {
    if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then
        printf '%s (%s)\n' "$WASM_BUILD_TOOLCHAIN" "$(rustc "+$WASM_BUILD_TOOLCHAIN" --version)"
    else
        echo "the native toolchain"
    fi
}
