# shellcheck shell=bash
# What the weights of a pallet depend on, as fingerprints that pallets/*/src/weights.rs records. Sourced by scripts/weights
# and scripts/check after env.sh, and used from the repository's root.

PALLETS=(disputes jobs protocol providers timing)
# What stands before each recorded fingerprint in weights.rs.
FINGERPRINT_MARK='// measured with'
# What stands before the reason for which fingerprints were recorded without measuring.
REASON_MARK='// not measured since:'

# digest: a short SHA-256 of standard input.
digest() {
    sha256sum | cut -c1-16
}

# wasm_packages PALLET: every package that it is compiled from for the chain, one a line. A procedural macro is of the version of
# the crate that it belongs to.
wasm_packages() {
    cargo tree --locked -p "pallet-assay-$1" --no-default-features --target "$WASM_TARGET" \
        -e normal,no-proc-macro --prefix none --format '{p}' | sed -E 's/ \(\*\)$//; /^$/d' | LC_ALL=C sort -u
}

# locked_packages PACKAGES: those that Cargo.lock fixes, and the runtime's currency. No other pallet of the SDK runs in a call of
# ours.
locked_packages() {
    grep -v ' (/' <<<"$1"
    awk '/^name = "pallet-balances"$/ { getline; print "pallet-balances " $0 }' Cargo.lock
}

# local_crates PACKAGES: the directories of those that lie in this repository.
local_crates() {
    sed -nE "s|^.* \($(repo_root)/(.*)\)\$|\1|p" <<<"$1" | LC_ALL=C sort
}

# code_files DIRECTORY: the sources that the chain runs or the benchmarks measure. Of primitives/program it never runs the
# builder, which makes programs.
code_files() {
    find "$1" \( -name Cargo.toml -o -path "$1/src/*.rs" \) ! -path '*/target/*' ! -name weights.rs ! -name tests.rs \
        ! -name mock.rs ! -path '*/tests/*' ! -path '*/src/testing/*' ! -path '*/src/builder/*' | LC_ALL=C sort
}

# runtime_files: the runtime's settings on which our pallets' weights depend: where money goes, what the database costs.
runtime_files() {
    {
        printf '%s\n' runtime/src/identity.rs
        grep -lrE '^impl (frame_system|pallet_balances|pallet_assay_[a-z]+)::Config for Runtime' runtime/src/config
    } | LC_ALL=C sort
}

# code_digest: over the files named on standard input, their paths included. Lines of nothing but comment do not count.
code_digest() {
    local file
    while IFS= read -r file; do
        printf '%s\n' "$file"
        grep -vE '^[[:space:]]*(//|#[^!\[]|$)' "$file" || true
    done | digest
}

# fingerprints PALLET: INPUT DIGEST, one a line.
fingerprints() {
    local packages crate
    packages=$(wasm_packages "$1") || die "cargo cannot resolve pallet-assay-$1" "see cargo's messages above"
    for crate in $(local_crates "$packages"); do
        printf '%s %s\n' "$crate" "$(code_files "$crate" | code_digest)"
    done
    printf 'runtime %s\n' "$(runtime_files | code_digest)"
    printf 'Cargo.lock %s\n' "$(locked_packages "$packages" | digest)"
}

# weights_of PALLET: the file of its weights.
weights_of() {
    printf 'pallets/%s/src/weights.rs\n' "$1"
}

# recorded PALLET: what its weights were measured with, as fingerprints prints it.
recorded() {
    sed -n "s|^$FINGERPRINT_MARK ||p" "$(weights_of "$1")"
}

# record PALLET [REASON]: writes its fingerprints below the head of its weights, in place of older ones.
record() {
    local file head
    file=$(weights_of "$1")
    head=$(fingerprints "$1" | awk -v mark="$FINGERPRINT_MARK" '{ print mark, $0 }')
    if [ -n "${2:-}" ]; then head+=$'\n'"$REASON_MARK $2"; fi
    awk -v head="$head" -v mark="$FINGERPRINT_MARK" -v reason="$REASON_MARK" '
        index($0, mark) == 1 || index($0, reason) == 1 { skip = 1; next }
        skip && /^$/ { skip = 0; next }
        { skip = 0; print }
        !done && !/^\/\/!/ { print head "\n"; done = 1 }' "$file" >"$file.new" && mv "$file.new" "$file"
}

# changed_inputs PALLET: the inputs whose fingerprints differ from the recorded ones, or that came or went, on one line.
changed_inputs() {
    local now
    now=$(fingerprints "$1") || return 1
    { diff <(recorded "$1" | LC_ALL=C sort) <(LC_ALL=C sort <<<"$now") || true; } |
        awk '/^[<>]/ { print $2 }' | LC_ALL=C sort -u | paste -sd ' '
}

# calls_without_weight PALLET: the calls none of whose attributes names a measured weight, and the authorisations likewise.
calls_without_weight() {
    awk '
        /#\[pallet::call_index/ { call = 1; weighed = 0; authorized = 0; charged = 0 }
        call && /#\[pallet::weight\(.*(WeightInfo::|weight::<T>\(\))/ { weighed = 1 }
        call && /#\[pallet::authorize\(/ { authorized = 1 }
        call && /#\[pallet::weight_of_authorize\(.*(WeightInfo::|weight_of_authorize::<T>\(\))/ { charged = 1 }
        call && /pub fn / {
            name = $3
            sub(/[(<].*/, "", name)
            if (!weighed || (authorized && !charged)) print name
            call = 0
        }' "pallets/$1/src/lib.rs" | paste -sd ' '
}

# required_weights PALLET: the functions of its WeightInfo that have no default: one for each call and branch.
required_weights() {
    sed -nE 's/^    fn ([a-z0-9_]+)\(\) -> Weight;$/\1/p' "pallets/$1/src/weight_info.rs" | LC_ALL=C sort
}

# benchmark_names PALLET: the benchmarks that measure weights. Those marked extra serve --survey.
benchmark_names() {
    find "pallets/$1/src" -path '*/benchmarking*.rs' -exec awk '
        /#\[benchmark\]/ { measured = 1 }
        /#\[benchmark\(extra\)\]/ { measured = 0 }
        measured && /^ *fn / { name = $2; sub(/\(.*/, "", name); print name; measured = 0 }' {} + | LC_ALL=C sort
}

# unmatched PALLET: the names that only one of WeightInfo and the benchmarks has.
unmatched() {
    { comm -3 <(required_weights "$1") <(benchmark_names "$1"); } | tr -d '\t' | paste -sd ' '
}

# check_weights: every call and branch has a benchmark, and every weight was measured with the code that is there.
check_weights() {
    local pallet found bad=
    for pallet in "${PALLETS[@]}"; do
        found=$(calls_without_weight "$pallet")
        if [ -n "$found" ]; then bad+="  $pallet: no measured weight for $found"$'\n'; fi
        found=$(unmatched "$pallet")
        if [ -n "$found" ]; then bad+="  $pallet: only one of WeightInfo and the benchmarks has $found"$'\n'; fi
        found=$(changed_inputs "$pallet") || die "cannot tell what $pallet depends on" "see the messages above"
        if [ -n "$found" ]; then bad+="  $pallet: out of date, as these changed: $found"$'\n'; fi
    done
    [ -z "$bad" ] || die "weights:
$bad" "scripts/weights PALLET measures; scripts/weights --record says why a change needs no measuring (--help)"
}
