//! Exit statuses, streams, generated scripts and pages.

mod common;

use common::{assay, status};

#[test]
fn wrong_usage_is_status_2() {
    for arguments in [
        &["job"][..],
        &["job", "submit"],
        &["frobnicate"],
        &["job", "watch", "x"],
        &["job", "top-up", "1", "-3"],
    ] {
        let output = assay().args(arguments).output().unwrap();
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let (status, envelope) = common::envelope(assay().args(["job", "watch", "x"]));
    assert_eq!((status, &envelope["error"]["code"]), (2, &"usage".into()));
}

#[test]
fn help_and_version_are_data() {
    for flag in ["--help", "--version"] {
        let output = assay().arg(flag).output().unwrap();
        assert_eq!(status(&output), 0);
        assert!(String::from_utf8(output.stdout).unwrap().contains("assay"));
    }
}

#[test]
fn scripts_and_pages_are_generated() {
    let script = assay().args(["completions", "bash"]).output().unwrap();
    assert!(String::from_utf8(script.stdout)
        .unwrap()
        .contains("_assay()"));
    let page = assay().arg("man").output().unwrap();
    assert!(String::from_utf8(page.stdout)
        .unwrap()
        .contains(".TH assay"));
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(
        status(
            &assay()
                .args(["man", "--out"])
                .arg(directory.path())
                .output()
                .unwrap()
        ),
        0
    );
    assert!(directory.path().join("assay-job-submit.1").is_file());
}

#[test]
fn nothing_is_coloured_where_nobody_looks() {
    let output = assay().arg("--help").env("NO_COLOR", "1").output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

/// Linux has a file that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = assay()
        .args(["program", "root"])
        .arg(common::digits())
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(status(&output), 1);
    assert!(String::from_utf8(output.stderr)
        .unwrap()
        .contains("No space left"));
}
