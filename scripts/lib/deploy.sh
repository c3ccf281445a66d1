# shellcheck shell=bash
# What deploy/ may name. Sourced by scripts/check after env.sh, and used from the repository's root.

# named_metrics FILE...: our metrics that dashboards and alerts name, one a line.
named_metrics() {
    grep -ohE '\b(substrate|assay_worker)_[a-z0-9_]+' "$@" | LC_ALL=C sort -u
}

# series_of METRICS: what can be asked of them: a histogram has three more names.
series_of() {
    sed -E 'p; s/$/_bucket/; p; s/_bucket$/_sum/; p; s/_sum$/_count/' "$1" | LC_ALL=C sort -u
}

# worker_metrics: those in the worker's source.
worker_metrics() {
    sed -nE 's/^ *[a-z_]+: "(assay_worker_[a-z0-9_]+)" .*/\1/p' worker/src/metrics.rs | LC_ALL=C sort -u
}

# check_deploy: dashboard and alerts name metrics that exist, the worker's list is its source's, and systemd accepts the units.
check_deploy() {
    local missing
    jq -e '.panels | length > 0' deploy/grafana/assay.json >/dev/null ||
        die "deploy/grafana/assay.json is no dashboard" "see jq's message above"
    missing=$(comm -23 <(named_metrics deploy/grafana/assay.json deploy/prometheus/alerts.yml) <(series_of deploy/metrics.txt))
    [ -z "$missing" ] || die "dashboard or alerts name metrics that deploy/metrics.txt lacks: ${missing//$'\n'/ }" \
        "mend the names; deploy/README.md tells how the list is made"
    missing=$(comm -3 <(worker_metrics) <(grep '^assay_worker_' deploy/metrics.txt) | tr -d '\t')
    [ -z "$missing" ] || die "worker/src/metrics.rs and deploy/metrics.txt differ: ${missing//$'\n'/ }" \
        "correct deploy/metrics.txt"
    check_rules
    check_units
}

# panels_as_rules: the dashboard's queries as rules, for promtool; what Grafana fills in stands as an example.
panels_as_rules() {
    jq '{groups: [{name: "panels", rules: [.. | .expr? // empty] | unique | to_entries |
        map({record: "panel:\(.key)", expr: (.value | gsub("\\$__rate_interval"; "5m"))})}]}' deploy/grafana/assay.json
}

# check_rules: as Prometheus reads them, and that alerts fire when they shall. Skipped where there is no promtool.
check_rules() {
    local directory said
    if ! have promtool; then
        say "no promtool (Debian's package prometheus): alert rules and the dashboard's queries are not checked"
        return 0
    fi
    directory=$(mktemp -d)
    panels_as_rules >"$directory/panels.yml"
    said=$(promtool check config --syntax-only deploy/prometheus/prometheus.yml deploy/prometheus/compose.yml 2>&1 &&
        promtool check rules deploy/prometheus/alerts.yml "$directory/panels.yml" 2>&1 &&
        promtool test rules deploy/prometheus/alerts.test.yml 2>&1) || said+=$'\nrefused'
    rm -rf "$directory"
    [ "${said%refused}" = "$said" ] || die "Prometheus does not accept what is in deploy/:
$said" "see promtool's messages above"
}

# check_units: as systemd reads them, but for the programs, which are not installed here. Skipped where there is no systemd.
check_units() {
    local directory said
    if ! have systemd-analyze; then
        say "no systemd-analyze: the units are not checked"
        return 0
    fi
    directory=$(mktemp -d)
    cp deploy/systemd/*.service "$directory"
    sed -i 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "$directory"/*.service
    said=$(systemd-analyze verify "$directory"/*.service 2>&1) || said+=$'\nrefused'
    rm -rf "$directory"
    [ -z "$said" ] || die "systemd does not accept the units of deploy/systemd:
$said" "see systemd.exec(5) and systemd.service(5)"
}
