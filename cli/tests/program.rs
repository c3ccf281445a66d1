//! Roots of the digits example: golden, and the same with every instruction set and number of threads.

mod common;

use assay_engine::Simd;
use common::{assay, data, digits};
use serde_json::Value;

const PROGRAM: &str = "0xd062162285759bf847cf245bcdf69ff6596846978694c542ecc45b54e9a80b2f";
const START: &str = "0xf24af9ac5cb419c9a86c955862540fa2873ef1e22b02d626a22062646b1f1432";
const DATASETS: [&str; 2] = [
    "0xc988d7a6ed233376252e044da98cc8a09e8696725b699b34429ff0b40414f5cd",
    "0xd868760691a78f202f48385caadc0b16f852fde121ad4876f8cda72271cd21c7",
];
const AFTER_50: &str = "0x35e0692dc0792c26d73ee682c23ec0da46c1abcdbcd686c52236d5ac42b13acc";

fn run(simd: &str, threads: &str, steps: &str) -> Value {
    let mut command = assay();
    command
        .args(["program", "run"])
        .arg(digits())
        .args(["--steps", steps]);
    data(
        command
            .env("ASSAY_CPU", simd)
            .env("RAYON_NUM_THREADS", threads),
    )
}

#[test]
fn the_roots_are_golden() {
    let roots = data(assay().args(["program", "root"]).arg(digits()));
    assert_eq!(roots["program_root"], PROGRAM);
    assert_eq!(roots["start_state"], START);
    assert_eq!(roots["datasets"], serde_json::json!(DATASETS));
}

#[test]
fn fifty_steps_are_golden_on_every_path() {
    let reference = run("auto", "2", "50");
    assert_eq!(
        (&reference["program_root"], &reference["start_state"]),
        (&Value::from(PROGRAM), &Value::from(START))
    );
    assert_eq!(reference["state_root"], AFTER_50);
    let steps: Vec<_> = reference["states"]
        .as_array()
        .unwrap()
        .iter()
        .map(|state| state["step"].as_u64())
        .collect();
    assert_eq!(steps, [10, 20, 30, 40, 50].map(Some));
    for simd in [Simd::Scalar, Simd::Avx2, Simd::Avx512, Simd::Neon] {
        if !Simd::available().contains(&simd) {
            eprintln!("this processor lacks {simd}; not run");
            continue;
        }
        for threads in ["1", "2"] {
            assert_eq!(
                run(&simd.to_string(), threads, "50"),
                reference,
                "{simd}, {threads} threads"
            );
        }
    }
}

#[test]
fn the_last_state_is_printed_also_within_an_interval() {
    let result = run("auto", "1", "13");
    assert_eq!(
        result["states"].as_array().unwrap().last().unwrap()["step"],
        13
    );
    let none = run("auto", "1", "0");
    assert_eq!(
        (&none["state_root"], &none["loss"]),
        (&Value::from(START), &Value::Null)
    );
}

#[test]
fn a_program_file_has_the_root_of_its_job() {
    let directory = tempfile::tempdir().unwrap();
    common::publish_digits(directory.path());
    let file = directory.path().join("program").join(&PROGRAM[2..]);
    assert_eq!(
        data(assay().args(["program", "root"]).arg(&file))["program_root"],
        PROGRAM
    );
    let shown = data(assay().args(["program", "show"]).arg(&file));
    assert_eq!(
        shown["nodes"].as_array().unwrap().last().unwrap()["op"],
        "Commit"
    );
    std::fs::write(&file, &std::fs::read(&file).unwrap()[..500]).unwrap();
    assert_eq!(
        common::error(assay().args(["program", "root"]).arg(&file))["code"],
        "program_malformed"
    );
}

#[test]
fn another_instruction_set_is_refused() {
    let mut command = assay();
    command
        .args(["program", "run"])
        .arg(digits())
        .args(["--steps", "1"])
        .env("ASSAY_CPU", "z80");
    assert_eq!(common::error(&mut command)["code"], "engine");
    let mut command = assay();
    command
        .args(["program", "run"])
        .arg(digits())
        .args(["--steps", "801"]);
    assert_eq!(common::error(&mut command)["code"], "steps");
}
