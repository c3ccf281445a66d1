# shellcheck shell=bash
# Packages of the JavaScript client tests. Sourced by scripts/setup after env.sh and apt.sh.

# The clients that have tests, and the oldest Node.js that each runs on.
JS_CLIENTS=('polkadot-js 18.0' 'papi 20.19')

# node_runs VERSION: is Node.js here, and at least of that version?
node_runs() {
    local version
    have node && version=$(node --version) && printf '%s\n%s\n' "$1" "${version#v}" | sort -V -C
}

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

# setup_client NAME VERSION: its packages, if this Node.js runs them.
setup_client() {
    local directory
    directory=$(repo_root)/examples/$1
    if ! node_runs "$2"; then
        say "examples/$1 needs Node.js $2 or newer, not $(node --version): left out"
        return 0
    fi
    if ! npm_stale "$directory"; then return 0; fi
    npm_packages "$directory" || die "npm could not install the packages of examples/$1" \
        "see its messages above; check the network"
}

setup_node() {
    local missing=() client
    have node || missing+=(nodejs)
    have npm || missing+=(npm)
    if [ "${#missing[@]}" -gt 0 ]; then apt_install "${missing[@]}"; fi
    for client in "${JS_CLIENTS[@]}"; do
        # shellcheck disable=SC2086 # two words
        setup_client $client
    done
}

# test_client NAME VERSION: its tests, if this Node.js runs them.
test_client() {
    if ! node_runs "$2"; then
        say "examples/$1 needs Node.js $2 or newer: not tested"
        return 0
    fi
    (cd "$(repo_root)/examples/$1" && node --test)
}
