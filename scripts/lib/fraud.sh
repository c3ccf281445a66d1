# shellcheck shell=bash
# The fraud of scripts/demo --fraud: a worker that flips one bit of one weight, a verifier that finds it, and their argument
# on the chain. Sourced after market.sh. The cheat's owner is Dave, its operator Eve; the verifier is Alice//stash.

CHEAT_OWNER=//Dave
CHEAT_OPERATOR=//Eve
VERIFIER=//Alice//stash

# The step that the cheat takes wrongly. It is in the first segment, so that the job begins anew from the buyer's own blobs.
FALSE_STEP=37

# A whole token, above all that a few transactions cost.
FEES=1000000000000

# open_fraud: the cheat, who is there first, and the verifier.
open_fraud() {
    say "registering a provider whose worker flips one bit of one weight after step $FALSE_STEP"
    register_provider "$CHEAT_OWNER" "$CHEAT_OPERATOR" 1000
    start_worker cheat "$CHEAT_OPERATOR" "$PROVIDER_URL" "$BIN/assay-adversary" run --fault flip-weight --at-step "$FALSE_STEP"
    say "starting a verifier that executes every committed segment again"
    ASSAY_KEY=$VERIFIER start_process verifier "$BIN/assay-worker" verify --all --data-dir "$MARKET_DIR/verifier" --allow-private
    CHEAT_BEFORE=$(balance "$CHEAT_OWNER" total)
    VERIFIER_BEFORE=$(balance "$VERIFIER" total)
}

# wait_dispute JOB: until that job's first segment is challenged; sets DISPUTE.
wait_dispute() {
    local until=$((SECONDS + 120))
    until DISPUTE=$("$BIN/assay" dispute list --job "$1" --json | jq -re '.data.disputes[0].number'); do
        ((SECONDS < until)) || die "nobody has challenged job $1" "see the logs of cheat and verifier below"
        sleep 0.5
    done
}

# watch_fraud JOB: the argument, round by round. The cheat's worker goes on, but the job is not for it any more.
watch_fraud() {
    local verdict=$MARKET_DIR/verdict.json
    say "waiting until the cheat commits a segment and the verifier has executed it"
    wait_dispute "$1"
    say "the verifier challenges; the argument narrows to one block of one tile:"
    ASSAY_WAIT=best "$BIN/assay" dispute watch "$DISPUTE" --json >"$verdict"
    [ "$(jq -r .data.status "$verdict")" = convicted ] || die "the cheat was not convicted" "$(jq -c .data.outcome "$verdict")"
    say "convicted: the segment is void and the job open again"
}

# settle_fraud: waits until the slash, which is held for a while, is paid out and the verifier has its share.
settle_fraud() {
    local until=$((SECONDS + 120)) shown=$MARKET_DIR/dispute.json
    while :; do
        "$BIN/assay" dispute show "$DISPUTE" --json >"$shown"
        if jq -e '.data.bond == "0" and .data.share == null' "$shown" >/dev/null; then break; fi
        ((SECONDS < until)) || die "the verifier was not paid" "see the log of the verifier below"
        sleep 1
    done
    CHEAT_AFTER=$(balance "$CHEAT_OWNER" total)
    VERIFIER_AFTER=$(balance "$VERIFIER" total)
}

# fraud_result: what became of it, as one JSON document. Of the verdict's block the node has the state for a few minutes
# only, so what it says was noted then.
fraud_result() {
    jq '.data | {
        rounds: .history.rounds,
        moves: .history.moves,
        bytes_on_chain: .history.bytes,
        prove_weight_ms: .history.prove_weight_ms,
        seconds: .history.seconds,
        operator: .place.operator.name,
        step: .place.step,
        tile: .place.tile.number,
        slashed: .outcome.slashed.amount,
        challenger_reward: .outcome.slashed.reward
    }' "$MARKET_DIR/verdict.json"
}

# check_fraud FILE: the step is that of the fault, the cheat has lost what was slashed and the verifier has its reward, but
# for the fees of their transactions.
check_fraud() {
    local slashed reward lost gained
    slashed=$(jq -r .fraud.slashed "$1")
    reward=$(jq -r .fraud.challenger_reward "$1")
    lost=$((CHEAT_BEFORE - CHEAT_AFTER - slashed))
    gained=$((VERIFIER_AFTER - VERIFIER_BEFORE - reward))
    [ "$(jq .fraud.step "$1")" = "$FALSE_STEP" ] || die "the verdict is about step $(jq .fraud.step "$1"), not $FALSE_STEP"
    ((slashed > 0 && reward > 0)) || die "nothing was slashed"
    ((lost >= 0 && lost < FEES)) || die "the cheat was slashed $slashed but lost $lost more"
    ((gained <= 0 && -gained < FEES)) || die "the verifier earned $reward, and $gained besides"
}

# tell_fraud FILE: for people.
tell_fraud() {
    jq -r '.fraud | "  fraud               step \(.step), operator \(.operator), tile \(.tile)",
        "  argument            \(.moves) moves in \(.rounds) rounds, \(.bytes_on_chain) bytes on the chain, \(.seconds) s",
        "  the chain computed  \(.prove_weight_ms) ms of weight for the last move"' "$1" >&2
    printf '  cheat was slashed   %s ASY\n  verifier earned     %s ASY\n\n' \
        "$(tokens "$(jq -r .fraud.slashed "$1")")" "$(tokens "$(jq -r .fraud.challenger_reward "$1")")" >&2
}
