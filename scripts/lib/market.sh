# shellcheck shell=bash
# A development chain, a buyer's blob server and providers, as processes of this shell. Sourced after env.sh.
# Accounts are the chain's well-known development accounts: the buyer is Ferdie; the provider's owner is Bob, its
# operator Charlie.
# shellcheck disable=SC2034 # what it sets is for the script that sources it

BUYER=//Ferdie
OWNER=//Bob
OPERATOR=//Charlie

MARKET_DIR=
MARKET_PIDS=()

# market_begin: a directory for everything that the processes write, and its end whatever happens.
market_begin() {
    MARKET_DIR=$(mktemp -d "${TMPDIR:-/tmp}/assay-XXXXXX") || die "no temporary directory" "set TMPDIR to a place with space"
    trap market_end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# market_end: stops what runs, newest first, and removes the directory. After a failure the logs' last lines are shown.
market_end() {
    local status=$? index
    trap - EXIT INT TERM
    for ((index = ${#MARKET_PIDS[@]} - 1; index >= 0; index--)); do
        kill "${MARKET_PIDS[index]}" 2>/dev/null || true
    done
    for index in "${!MARKET_PIDS[@]}"; do wait "${MARKET_PIDS[index]}" 2>/dev/null || true; done
    if [ "$status" -ne 0 ] && [ "$status" -ne 130 ] && [ "$status" -ne 143 ]; then market_logs; fi
    rm -rf "$MARKET_DIR"
    exit "$status"
}

market_logs() {
    local log
    for log in "$MARKET_DIR"/*.log; do
        [ -e "$log" ] || continue
        say "last lines of ${log##*/}:"
        tail -n 15 "$log" >&2
    done
}

# free_port: a port that nobody listened on a moment ago.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# start_process NAME COMMAND...: runs it in the background, output to NAME.log and, apart, NAME.out.
start_process() {
    local name=$1
    shift
    "$@" >"$MARKET_DIR/$name.out" 2>"$MARKET_DIR/$name.log" </dev/null &
    MARKET_PIDS+=($!)
}

# wait_line FILE PATTERN SECONDS: waits until the file holds a line like that and prints the first.
wait_line() {
    grep -m1 -E "$2" < <(timeout "$3" tail -n +1 -F "$1" 2>/dev/null)
}

# start_node: a development chain; sets ASSAY_NODE.
start_node() {
    local rpc
    rpc=$(free_port)
    start_process node "$BIN/assay-node" --dev --base-path "$MARKET_DIR/node" --rpc-port "$rpc" --port "$(free_port)" \
        --no-prometheus --no-telemetry
    wait_line "$MARKET_DIR/node.log" 'Imported #1 ' 60 >/dev/null || die "the node makes no blocks" "see its log below"
    export ASSAY_NODE=ws://127.0.0.1:$rpc
}

# start_blob_server: serves the buyer's blobs; sets BLOB_URL.
start_blob_server() {
    mkdir -p "$MARKET_DIR/blobs"
    start_process blobs "$BIN/assay" blob serve --dir "$MARKET_DIR/blobs" --listen 127.0.0.1:0
    BLOB_URL=$(wait_line "$MARKET_DIR/blobs.out" '"address"' 30 | jq -r .address) ||
        die "the blob server does not start" "see its log below"
}

# address KEY: of that key.
address() {
    ASSAY_KEY=$1 "$BIN/assay" key inspect --json | jq -r .data.address
}

# balance KEY FIELD: free, held or total of that key's account, in the smallest unit.
balance() {
    ASSAY_KEY=$1 "$BIN/assay" account show --json | jq -r ".data.$2"
}

# register_provider OWNER OPERATOR STAKE: registers one by these two keys; sets PROVIDER_URL.
register_provider() {
    PROVIDER_URL=http://127.0.0.1:$(free_port)
    ASSAY_KEY=$1 "$BIN/assay" provider register --operator "$(address "$2")" --stake "$3" \
        --endpoint "$PROVIDER_URL" --json >"$MARKET_DIR/provider.json"
}

# start_worker NAME OPERATOR URL COMMAND...: a provider's worker, as its operator, reached under that URL.
start_worker() {
    local name=$1 operator=$2 url=$3
    shift 3
    ASSAY_KEY=$operator start_process "$name" "$@" --data-dir "$MARKET_DIR/$name" --listen "${url#http://}" \
        --endpoint "$url" --allow-private
}
