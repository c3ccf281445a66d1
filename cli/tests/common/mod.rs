//! The built binary, run as a user runs it.

#![allow(dead_code, reason = "each test takes what it needs")]

pub mod user;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// The digits example's job file.
pub fn digits() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/digits/job.toml")
}

/// Writes the blobs of the digits example into a directory.
pub fn publish_digits(directory: &Path) {
    let mut command = assay();
    command.args(["job", "submit", "--dry-run", "--params", "development"]);
    command.args(["--location", "http://localhost", "--blobs"]);
    data(command.arg(directory).arg(digits()));
}

/// The binary without any of this process's settings.
pub fn assay() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assay"));
    let ours =
        |name: &str| name.starts_with("ASSAY_") || name.starts_with("RAYON_") || name == "RUST_LOG";
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Runs it with `--json`: the exit status and the envelope.
pub fn envelope(command: &mut Command) -> (i32, Value) {
    let output = command.arg("--json").output().unwrap();
    (
        status(&output),
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {output:?}")),
    )
}

/// Runs it with `--json`, expects success, gives the data.
pub fn data(command: &mut Command) -> Value {
    let (status, mut envelope) = envelope(command);
    assert_eq!(
        (status, &envelope["success"]),
        (0, &Value::Bool(true)),
        "{envelope}"
    );
    assert_eq!(envelope["schema_version"], 1);
    envelope["data"].take()
}

/// Runs it with `--json`, expects failure with status 1, gives the error.
pub fn error(command: &mut Command) -> Value {
    let (status, mut envelope) = envelope(command);
    assert_eq!(
        (status, &envelope["success"]),
        (1, &Value::Bool(false)),
        "{envelope}"
    );
    assert!(envelope.get("data").is_none());
    envelope["error"].take()
}

pub fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// Runs it with something on standard input.
pub fn with_stdin(command: &mut Command, text: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

/// A job on two samples, of which tests change a line.
pub const SMALL: &str = r#"[model]
kind = "mlp"
layers = [3, 4, 2]
activation = "relu"
loss = "cross_entropy"

[optimizer]
kind = "adamw"
learning_rate = 0.01

[data]
train = "train.csv"
test = "test.csv"
batch = 2

[training]
steps = 10
steps_per_segment = 5
steps_per_interval = 2
seed = 1

[job]
price_per_segment = "0.5"
"#;

/// A directory with a job file and its data.
pub fn job_directory(job: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("job.toml", job);
    write("train.csv", "1,2,3,0\n4,5,6,1\n7,8,9,0\n");
    write("test.csv", "1,2,3,0\n");
    directory
}
