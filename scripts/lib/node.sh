# shellcheck shell=bash
# Packages of the JavaScript client tests. Sourced by scripts/setup after env.sh and apt.sh.

# The clients that have tests, and the oldest Node.js that each runs on.
JS_CLIENTS=('polkadot-js 18.0' 'papi 20.19')

# What stands in where the system's Node.js is too old, as Debian 12's is for one of them: npm's package of the program, and an
# npm of its age, as Debian 12's cannot read that client's lock file.
RECENT_NODE=22.23.3
RECENT_NPM=11.19.1

# node_runs VERSION: is Node.js here, and at least of that version?
node_runs() {
    local version
    have node && version=$(node --version) && printf '%s\n%s\n' "$1" "${version#v}" | sort -V -C
}

# recent_node: the directory that both are installed in.
recent_node() {
    printf '%s/node-%s-npm-%s\n' "$(assay_cache)" "$RECENT_NODE" "$RECENT_NPM"
}

# fetch_recent_node: gets them, once.
fetch_recent_node() {
    local directory programs
    directory=$(recent_node)
    programs=$directory/node_modules/.bin
    if [ -x "$programs/node" ] && [ -x "$programs/npm" ]; then return 0; fi
    say "fetching Node.js $RECENT_NODE; the system's is $(node --version)"
    npm install --prefix "$directory" --no-audit --no-fund --loglevel=error "node@$RECENT_NODE" "npm@$RECENT_NPM" >&2 &&
        [ "$("$programs/node" --version)" = "v$RECENT_NODE" ] ||
        die "npm could not install Node.js $RECENT_NODE" "see its messages above; check the network, or install a newer Node.js"
}

# with_node VERSION COMMAND...: runs it with a Node.js of at least that version: the system's, or the one that stands in.
with_node() {
    local version=$1
    shift
    if node_runs "$version"; then "$@"; else PATH=$(recent_node)/node_modules/.bin:$PATH "$@"; fi
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

# setup_client NAME VERSION: its packages, and a Node.js that runs them.
setup_client() {
    local directory
    directory=$(repo_root)/examples/$1
    if ! node_runs "$2"; then fetch_recent_node; fi
    if ! npm_stale "$directory"; then return 0; fi
    with_node "$2" npm_packages "$directory" || die "npm could not install the packages of examples/$1" \
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

# test_client NAME VERSION: its tests.
test_client() {
    (cd "$(repo_root)/examples/$1" && with_node "$2" node --test)
}
