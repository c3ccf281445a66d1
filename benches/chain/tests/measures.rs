//! The measurement runs on the runtime of this source tree, and a finished job leaves nothing but an entry of the agenda.

use serde_json::Value;
use std::process::Command;

#[test]
fn every_phase_is_measured_and_finished_jobs_leave_a_date() {
    let output = Command::new(env!("CARGO_BIN_EXE_assay-bench-chain"))
        .args(["--rounds", "1", "--json", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for name in [
        "submit",
        "commit_segment",
        "open",
        "play name",
        "play prove",
    ] {
        let blocks = report["blocks"].as_array().unwrap();
        let block = blocks.iter().find(|block| block["name"] == name);
        let block = block.unwrap_or_else(|| panic!("{name} is missing: {said}"));
        assert_eq!(block["extrinsics"], 32, "{name}");
        assert!(
            block["admitted_per_second"].as_f64().unwrap() > 1.0,
            "{block}"
        );
    }
    let growth = report["growth"].as_array().unwrap();
    let items = |moment: &Value| moment["items"].as_i64().unwrap();
    let most = growth.iter().map(items).max().unwrap();
    let left = items(growth.last().unwrap());
    assert!(left <= 1 && most > 32, "{said}");
}
