# shellcheck shell=bash
# What Cargo.lock may hold. Sourced by scripts/check after env.sh.

ACCEPTED_LICENCES='
0BSD
Apache-2.0
Apache-2.0 WITH LLVM-exception
BSD-1-Clause
BSD-2-Clause
BSD-3-Clause
BSL-1.0
CC0-1.0
CDLA-Permissive-2.0
GPL-3.0-or-later WITH Classpath-exception-2.0
ISC
MIT
MIT-0
MPL-2.0
OpenSSL
Unicode-3.0
Unicode-DFS-2016
Unlicense
Zlib
bzip2-1.0.6
'

# Packages that state their licence in a file only, with what the file says.
STATED_IN_FILE='
ring 0.16.20: ISC AND MIT AND OpenSSL
'

# licence_of PACKAGE DECLARED: the declared expression, or what its file says.
licence_of() {
    if [ "$2" != none ]; then printf '%s\n' "$2"; else sed -n "s/^$1: //p" <<<"$STATED_IN_FILE"; fi
}

# licence_terms EXPRESSION: its identifiers and operators, one a line; `A WITH B` is one identifier.
licence_terms() {
    sed -E 's#/# OR #g; s#[()]# & #g; s# +# #g; s# WITH #~WITH~#g' <<<"$1" | tr ' ' '\n' | sed 's#~# #g; /^$/d'
}

# licence_accepted EXPRESSION: is the SPDX expression true when exactly the accepted licences are?
licence_accepted() {
    local term formula=
    while IFS= read -r term; do
        case $term in
        OR) formula+='||' ;;
        AND) formula+='&&' ;;
        '(' | ')') formula+=$term ;;
        *) if grep -qxF -- "$term" <<<"$ACCEPTED_LICENCES"; then formula+=1; else formula+=0; fi ;;
        esac
    done < <(licence_terms "$1")
    ((${formula:-0}))
}

# check_licences: names every package whose licence expression we cannot accept.
check_licences() {
    local name licence packages refused=
    packages=$(cargo metadata --format-version 1 --locked |
        jq -r '.packages[] | select(.source != null) | "\(.name) \(.version)\t\(.license // "none")"' |
        sort -t$'\t' -k2,2 -u)
    while IFS=$'\t' read -r name licence; do
        licence_accepted "$(licence_of "$name" "$licence")" || refused+="  $name: $licence"$'\n'
    done <<<"$packages"
    [ -z "$refused" ] || die "licences that are not accepted (one package for each):
$refused" "replace the dependency, or weigh its licence and add it to scripts/lib/dependencies.sh"
}

# check_sdk: two versions of an SDK crate would be two sets of types that do not fit each other. Only what the node
# links counts: clients may bring other releases of the codec's helpers.
check_sdk() {
    local twice
    twice=$(cargo tree --locked -p assay-node -e normal --prefix none --format '{p}' | awk '{print $1, $2}' |
        grep -E '^(sp|sc|frame)-' | sort -u | cut -d' ' -f1 | uniq -d | tr '\n' ' ')
    [ -z "$twice" ] || die "SDK crates in two versions: $twice" \
        "pin them in Cargo.toml to the versions of one polkadot-sdk release"
}
