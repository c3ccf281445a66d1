# shellcheck shell=bash
# NVIDIA's run-time compiler, by which tests compile the kernels of engine/cuda on machines without a GPU.
# Sourced by scripts/setup after env.sh and apt.sh.

NVRTC_VERSION=13.0.88

# nvrtc_digest: the SHA-256 of the wheel for this processor; nothing where there is none.
nvrtc_digest() {
    case $(uname -m) in
    x86_64) echo ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575 ;;
    aarch64) echo d27f20a0ca67a4bb34268a5e951033496c5b74870b868bacd046b1b8e0c3267b ;;
    esac
}

# nvrtc_directory: where the library is kept. The crate's tests look there when ASSAY_NVRTC is not set.
nvrtc_directory() {
    printf '%s/nvrtc-%s\n' "$(assay_cache)" "$NVRTC_VERSION"
}

# nvrtc_library: the library's path.
nvrtc_library() {
    printf '%s/libnvrtc.so.13\n' "${ASSAY_NVRTC:-$(nvrtc_directory)}"
}

# download_nvrtc DIRECTORY DIGEST: fetches the wheel; pip refuses any other content.
download_nvrtc() {
    printf 'nvidia-cuda-nvrtc==%s --hash=sha256:%s\n' "$NVRTC_VERSION" "$2" >"$1/requirements.txt"
    python3 -m pip download -q --no-deps --only-binary=:all: --no-cache-dir --disable-pip-version-check \
        --require-hashes -r "$1/requirements.txt" --dest "$1" >&2
}

# unpack_nvrtc DIRECTORY: leaves only the libraries in it, and the licence under which they come.
unpack_nvrtc() {
    python3 -m zipfile -e "$1"/*.whl "$1/wheel" &&
        find "$1/wheel" \( -name "libnvrtc*.so.*" ! -name "*.alt.*" -o -iname 'license*' \) -type f -exec mv -t "$1" {} + &&
        rm -rf "$1/wheel" "$1"/*.whl "$1/requirements.txt"
}

# fetch_nvrtc DIGEST: into a directory of its own, which takes its place when it is complete.
fetch_nvrtc() {
    local work
    work=$(mktemp -d "$(assay_cache)/nvrtc.XXXXXX") || return 1
    if download_nvrtc "$work" "$1" && unpack_nvrtc "$work" && [ -e "$work/libnvrtc.so.13" ]; then
        chmod 755 "$work" && rm -rf "$(nvrtc_directory)" && mv "$work" "$(nvrtc_directory)" && return 0
    fi
    rm -rf "$work"
    return 1
}

# setup_nvrtc: makes the library ready, unless it is.
setup_nvrtc() {
    local digest missing=()
    if [ -e "$(nvrtc_library)" ]; then return 0; fi
    [ -z "${ASSAY_NVRTC:-}" ] || die "ASSAY_NVRTC=$ASSAY_NVRTC has no libnvrtc.so.13" "unset it, or name another directory"
    digest=$(nvrtc_digest)
    [ -n "$digest" ] || die "there is no NVRTC for $(uname -m)" "use x86_64 or aarch64"
    have python3 || missing+=(python3)
    python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
    if [ "${#missing[@]}" -gt 0 ]; then apt_install "${missing[@]}"; fi
    say "downloading NVRTC $NVRTC_VERSION (90 MB)"
    mkdir -p "$(assay_cache)"
    fetch_nvrtc "$digest" || die "could not fetch NVRTC" \
        "see pip's messages above; or install CUDA 13 and set ASSAY_NVRTC to the directory of libnvrtc.so.13"
}
