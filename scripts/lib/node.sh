# shellcheck shell=bash
# Packages of the JavaScript client tests. Sourced by scripts/setup after env.sh and apt.sh.

POLKADOT_JS=examples/polkadot-js

# npm_stale DIRECTORY: is what npm installed there missing, or older than the files that ask for it?
npm_stale() {
    local installed="$1/node_modules/.package-lock.json" file
    [ -e "$installed" ] || return 0
    for file in "$1/package.json" "$1/package-lock.json"; do
        if [ -e "$file" ] && [ "$file" -nt "$installed" ]; then return 0; fi
    done
    return 1
}

# npm_packages DIRECTORY: exactly what the lock file names, where there is one.
npm_packages() {
    local verb=install
    if [ -e "$1/package-lock.json" ]; then verb=ci; fi
    say "npm $verb in $1"
    (cd "$1" && npm "$verb" --no-audit --no-fund --loglevel=error >&2) || return 1
    touch "$1/node_modules/.package-lock.json"
}

setup_node() {
    local directory missing=()
    directory=$(repo_root)/$POLKADOT_JS
    if [ ! -e "$directory/package.json" ]; then return 0; fi
    have node || missing+=(nodejs)
    have npm || missing+=(npm)
    if [ "${#missing[@]}" -gt 0 ]; then apt_install "${missing[@]}"; fi
    if ! npm_stale "$directory"; then return 0; fi
    npm_packages "$directory" || die "npm could not install the packages of $POLKADOT_JS" \
        "see its messages above; check the network and that node is version 18 or newer ($(node --version))"
}
