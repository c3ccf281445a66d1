use super::*;
use crate::job::JobFile;
use std::collections::HashMap;

fn job(layers: &str, loss: &str, data: &str) -> JobFile {
    let text = format!(
        "[model]\nkind = 'mlp'\nlayers = {layers}\nactivation = 'relu'\nloss = '{loss}'\n\
         [optimizer]\nkind = 'sgd'\nlearning_rate = 0.1\n[data]\n{data}\nbatch = 1\n\
         [training]\nsteps = 4\nsteps_per_segment = 2\nsteps_per_interval = 1\n[job]\nprice_per_segment = '1'\n"
    );
    JobFile::parse(&text).unwrap()
}

/// Loads files with these contents as a job's data.
fn load(job: &JobFile, files: &[(&str, &[u8])]) -> Result<Splits, DataError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    Splits::load(job, folder.path())
}

fn problem(job: &JobFile, train: &[u8]) -> String {
    load(job, &[("a", train), ("b", train)])
        .unwrap_err()
        .to_string()
}

const BOTH: &str = "train = 'a'\ntest = 'b'\nscale = 0.5";

#[test]
fn labels_come_last() {
    let job = job("[2, 3]", "cross_entropy", BOTH);
    let splits = load(&job, &[("a", b"1, 2,0\n\n3,-4e1,2\r\n"), ("b", b"1,1,1")]).unwrap();
    let features: Vec<f32> = splits
        .train
        .features
        .words()
        .iter()
        .map(|&w| f32::from_bits(w))
        .collect();
    assert_eq!(features, [0.5, 1.0, 1.5, -20.0]);
    assert_eq!(splits.train.targets.words(), [0, 2]);
    assert_eq!(
        splits.train.targets.ty(),
        TensorType::u32(Dims::matrix(2, 1).unwrap())
    );
    assert_eq!((splits.train.rows(), splits.test.rows()), (2, 1));
}

#[test]
fn values_are_not_scaled() {
    let job = job("[1, 2]", "mse", BOTH);
    let splits = load(&job, &[("a", b"2,3,4"), ("b", b"2,3,4")]).unwrap();
    assert_eq!(splits.train.features.words(), [1f32.to_bits()]);
    assert_eq!(
        splits.train.targets.words(),
        [3f32.to_bits(), 4f32.to_bits()]
    );
}

#[test]
fn bad_lines_are_named() {
    let job = job("[2, 3]", "cross_entropy", BOTH);
    for (content, says) in [
        (
            "1,2,0\n1,2",
            "line 2: 2 columns where the model needs 3 (2 features and a label)",
        ),
        ("1,x,0", "line 1: column 2: \"x\" is not a finite number"),
        ("1,inf,0", "is not a finite number"),
        ("1,nan,0", "is not a finite number"),
        (
            "1,2,3",
            "the label 3 is not below 3, the last of model.layers",
        ),
        ("1,2,-1", "the label \"-1\" is not a whole number"),
        ("1,2,1.0", "is not a whole number"),
        ("", "there are no samples"),
    ] {
        let found = problem(&job, content.as_bytes());
        assert!(found.contains(says), "{found}");
    }
    assert!(problem(&job, &[0xff, 0xfe]).contains("not text"));
    assert!(load(&job, &[])
        .unwrap_err()
        .to_string()
        .contains("cannot read"));
}

#[test]
fn a_holdout_takes_each_sample_once() {
    let job = job("[1, 100]", "cross_entropy", "train = 'a'\nholdout = 0.25");
    let text: String = (0..50).map(|i| format!("{i},{i}\n")).collect();
    let load = || load(&job, &[("a", text.as_bytes())]).unwrap();
    let splits = load();
    assert_eq!((splits.train.rows(), splits.test.rows()), (38, 12));
    let mut labels = [splits.train.targets.words(), splits.test.targets.words()].concat();
    labels.sort_unstable();
    assert_eq!(labels, (0..50).collect::<Vec<u32>>());
    assert_eq!(splits, load());
    assert_ne!(
        splits.test.targets.words(),
        (0..12).collect::<Vec<u32>>(),
        "not merely the first"
    );
}

fn safetensors(tensors: &[(&str, candle_core::Tensor)]) -> Vec<u8> {
    let tensors: HashMap<&str, &candle_core::Tensor> = tensors
        .iter()
        .map(|(name, tensor)| (*name, tensor))
        .collect();
    ::safetensors::serialize(tensors, None).unwrap()
}

fn candle<T: candle_core::WithDType>(values: &[T], shape: &[usize]) -> candle_core::Tensor {
    candle_core::Tensor::from_vec(values.to_vec(), shape, &candle_core::Device::Cpu).unwrap()
}

#[test]
fn safetensors_are_read() {
    let data = "format = 'safetensors'\ntrain = 'a'\ntest = 'b'";
    let labelled = job("[2, 3]", "cross_entropy", data);
    let bytes = safetensors(&[
        ("features", candle(&[1u8, 2, 3, 4], &[2, 2])),
        ("targets", candle(&[2i64, 0], &[2])),
    ]);
    let splits = load(&labelled, &[("a", &bytes), ("b", &bytes)]).unwrap();
    assert_eq!(splits.train.targets.words(), [2, 0]);
    assert_eq!(splits.train.features.words()[3], 4f32.to_bits());

    let valued = job("[2, 1]", "mse", data);
    let bytes = safetensors(&[
        ("features", candle(&[1f32; 4], &[2, 2])),
        ("targets", candle(&[0.5f32, 2.0], &[2, 1])),
    ]);
    let splits = load(&valued, &[("a", &bytes), ("b", &bytes)]).unwrap();
    assert_eq!(
        splits.test.targets.words(),
        [0.5f32.to_bits(), 2f32.to_bits()]
    );
}

#[test]
fn bad_safetensors_are_named() {
    let job = job(
        "[2, 3]",
        "cross_entropy",
        "format = 'safetensors'\ntrain = 'a'\ntest = 'b'",
    );
    let features = ("features", candle(&[1f32; 4], &[2, 2]));
    let cases = [
        (
            safetensors(std::slice::from_ref(&features)),
            "no tensor \"targets\"",
        ),
        (
            safetensors(&[features.clone(), ("targets", candle(&[0u32, 3], &[2]))]),
            "label 3 is not below 3",
        ),
        (
            safetensors(&[features.clone(), ("targets", candle(&[0i64, -1], &[2]))]),
            "label -1 is not below 3",
        ),
        (
            safetensors(&[features.clone(), ("targets", candle(&[0u32; 3], &[3]))]),
            "must be [2]",
        ),
        (
            safetensors(&[features, ("targets", candle(&[0f32; 2], &[2]))]),
            "has type F32",
        ),
        (
            safetensors(&[("features", candle(&[1f32; 3], &[1, 3]))]),
            "needs [n, 2]",
        ),
        (
            safetensors(&[("features", candle(&[f32::NAN; 2], &[1, 2]))]),
            "not finite",
        ),
        (vec![0; 100], "not safetensors"),
        (vec![0xff; 9], "not safetensors"),
    ];
    for (bytes, says) in cases {
        let found = problem(&job, &bytes);
        assert!(found.contains(says), "{found}");
    }
}
