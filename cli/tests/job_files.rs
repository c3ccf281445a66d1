//! Job files: what is wrong with them is told by code and field, with status 1.

mod common;

use common::{assay, data, error, job_directory, status, with_stdin, SMALL};
use serde_json::Value;

fn validate(job: &str) -> std::process::Command {
    let directory = job_directory(job).keep();
    let mut command = assay();
    command
        .args(["job", "validate"])
        .arg(directory.join("job.toml"));
    command
}

/// The error of the small job with one piece of text replaced.
fn with(from: &str, to: &str) -> Value {
    assert!(SMALL.contains(from), "{from}");
    error(&mut validate(&SMALL.replace(from, to)))
}

#[test]
fn a_good_file_is_described() {
    let description = data(&mut validate(SMALL));
    assert_eq!(
        (&description["segments"], &description["dataset_rows"]),
        (&Value::from(2), &Value::from(3))
    );
    assert!(description["program_root"]
        .as_str()
        .unwrap()
        .starts_with("0x"));
}

#[test]
fn malformed_files_and_unknown_fields_name_the_field() {
    assert_eq!(with("[model]", "[model")["code"], "job_file_malformed");
    let unknown = with("seed = 1", "sede = 1");
    assert_eq!(
        (&unknown["code"], &unknown["details"]["field"]),
        (&Value::from("job_file_malformed"), &Value::from("sede"))
    );
    let missing = with("batch = 2", "");
    assert_eq!(
        (&missing["code"], &missing["details"]["field"]),
        (&Value::from("job_file_malformed"), &Value::from("batch"))
    );
}

#[test]
fn impossible_values_name_field_and_remedy() {
    let cases = [
        ("layers = [3, 4, 2]", "layers = [3, 0, 2]", "model.layers"),
        (
            "layers = [3, 4, 2]",
            "layers = [1000000, 1000000, 2]",
            "model.layers",
        ),
        ("batch = 2", "batch = 4", "data.batch"),
        (
            "steps_per_interval = 2",
            "steps_per_interval = 6",
            "training.steps_per_interval",
        ),
        (
            "price_per_segment = \"0.5\"",
            "price_per_segment = \"0\"",
            "job.price_per_segment",
        ),
    ];
    for (from, to, field) in cases {
        let error = with(from, to);
        assert_eq!(
            (&error["code"], &error["details"]["field"]),
            (&Value::from("job_field"), &Value::from(field)),
            "{error}"
        );
        assert!(!error["details"]["remedy"].as_str().unwrap().is_empty());
    }
}

#[test]
fn shapes_that_the_data_does_not_have_are_refused() {
    let error = with("layers = [3, 4, 2]", "layers = [5, 4, 2]");
    assert_eq!(
        (&error["code"], &error["details"]["field"]),
        (&Value::from("data"), &Value::from("data")),
        "{error}"
    );
}

#[test]
fn a_program_file_beyond_the_limit_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("program");
    std::fs::write(&file, [&b"ASSAYPRG"[..], &vec![0; 16 << 20]].concat()).unwrap();
    let error = error(assay().args(["program", "root"]).arg(&file));
    assert_eq!(error["code"], "program_malformed", "{error}");
}

#[test]
fn more_segments_than_a_job_may_have_are_refused() {
    let many = SMALL
        .replace("steps = 10", "steps = 4097")
        .replace("steps_per_segment = 5", "steps_per_segment = 1")
        .replace("steps_per_interval = 2", "steps_per_interval = 1");
    let error = error(&mut validate(&many));
    assert_eq!(
        (&error["code"], &error["details"]["field"]),
        (
            &Value::from("submission_refused"),
            &Value::from("schedule.steps_per_segment")
        ),
        "{error}"
    );
}

#[test]
fn terms_that_the_protocol_refuses_name_their_field() {
    let cheap = with("\"0.5\"", "\"0.0001\"");
    assert_eq!(
        (&cheap["code"], &cheap["details"]["field"]),
        (
            &Value::from("submission_refused"),
            &Value::from("price_per_segment")
        )
    );
    let fine = with("\"0.5\"", "\"0.5000000000001\"");
    assert_eq!(
        (&fine["code"], &fine["details"]["field"]),
        (
            &Value::from("amount"),
            &Value::from("job.price_per_segment")
        )
    );
    let hasty = with(
        "price_per_segment",
        "seconds_per_segment = 100000\nprice_per_segment",
    );
    assert_eq!(hasty["details"]["field"], "seconds_per_segment");
}

#[test]
fn files_that_are_not_there_or_too_long_are_told_apart() {
    assert_eq!(
        error(assay().args(["job", "validate", "/nowhere/job.toml"]))["code"],
        "file_not_found"
    );
    assert_eq!(
        error(&mut validate(&"#".repeat((1 << 20) + 1)))["code"],
        "job_file_too_long"
    );
    assert_eq!(with("train.csv", "nowhere.csv")["code"], "data");
}

#[test]
fn standard_input_is_a_job_file() {
    let directory = job_directory(SMALL);
    let output = with_stdin(
        assay()
            .args(["job", "validate", "-"])
            .current_dir(&directory),
        SMALL,
    );
    assert_eq!(status(&output), 0, "{output:?}");
    assert!(String::from_utf8(output.stdout)
        .unwrap()
        .contains("program root"));
    let output = with_stdin(
        assay()
            .args(["program", "root", "-"])
            .current_dir(&directory),
        "nonsense",
    );
    assert_eq!(status(&output), 1);
    assert!(output.stdout.is_empty());
}
