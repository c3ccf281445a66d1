//! What a job file may say, and what is said of one that is wrong.

use assay_models::{job::JobFile, Dataset, JobBundle, JobError, Role, Splits};
use assay_numerics::{Dims, Tensor, TensorType};

const GOOD: &str = r#"
[model]
kind = "mlp"
layers = [3, 5, 2]
activation = "tanh"
loss = "cross_entropy"

[optimizer]
kind = "adamw"
learning_rate = 0.01

[schedule]
kind = "cosine"
warmup = 3

[data]
train = "train.csv"
test = "test.csv"
batch = 4

[training]
steps = 10
steps_per_segment = 4
steps_per_interval = 2
seed = 9

[job]
price_per_segment = "1.5"
"#;

fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replacen(from, to, 1)
}

fn data(rows: u32) -> Splits {
    let features = Tensor::zeros(TensorType::f32(Dims::matrix(rows, 3).unwrap()));
    let targets = Tensor::zeros(TensorType::u32(Dims::matrix(rows, 1).unwrap()));
    let set = Dataset { features, targets };
    Splits {
        train: set.clone(),
        test: set,
    }
}

fn bundle(text: &str) -> Result<JobBundle, JobError> {
    JobFile::parse(text)?.bundle_of(data(8), None)
}

#[test]
fn an_interval_that_is_left_out_suits_the_work() {
    let text = with("steps_per_interval = 2\n", "");
    let bundle = bundle(&text).unwrap();
    let wanted = bundle.work.default_interval();
    assert_eq!(bundle.plan.steps_per_interval, wanted.min(4));
    // A root of so small a state is nothing beside the start of its nodes.
    assert_eq!(wanted, 1);
}

#[test]
fn a_good_file_makes_a_bundle() {
    let bundle = bundle(GOOD).unwrap();
    assert_eq!(bundle.plan.segments(), 3);
    let slots = &bundle.program.get().slots;
    assert_eq!(slots.len(), 2 + 4 * 3 + 1);
    assert_eq!(bundle.layout.slots.len(), slots.len());
    assert_eq!(bundle.initial_state.len(), slots.len());
    for (info, (ty, tensor)) in bundle
        .layout
        .slots
        .iter()
        .zip(slots.iter().zip(&bundle.initial_state))
    {
        assert_eq!(
            info.shape.iter().map(|&d| u64::from(d)).product::<u64>(),
            ty.dims.elements(),
            "{}",
            info.name
        );
        assert_eq!(tensor.ty(), *ty);
        let random = info.role == Role::Parameter && info.name.ends_with("weight");
        assert_eq!(
            tensor.words().iter().any(|&word| word != 0),
            random,
            "{}",
            info.name
        );
    }
    let names: Vec<&str> = bundle
        .layout
        .parameters()
        .map(|(_, info)| info.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "layers.0.weight",
            "layers.0.bias",
            "layers.1.weight",
            "layers.1.bias"
        ]
    );
    assert_eq!(bundle.layout.slots.last().unwrap().role, Role::LossTape);
}

#[test]
fn the_same_file_makes_the_same_roots() {
    let roots = |text: &str| bundle(text).unwrap().roots;
    assert_eq!(roots(GOOD), roots(GOOD));
    let seed = roots(&with("seed = 9", "seed = 10"));
    assert_ne!(seed.program, roots(GOOD).program);
    assert_ne!(seed.start_state, roots(GOOD).start_state);
    assert_eq!(
        roots(&with("learning_rate = 0.01", "learning_rate = 0.02")).start_state,
        roots(GOOD).start_state
    );
}

#[test]
fn every_optimizer_and_schedule_builds() {
    let adam = "kind = \"adamw\"\nlearning_rate = 0.01";
    let cosine = "[schedule]\nkind = \"cosine\"\nwarmup = 3";
    for optimizer in [
        "kind = \"sgd\"\nlearning_rate = 0.1\nweight_decay = 0.1",
        "kind = \"momentum\"\nlearning_rate = 0.1\nclip = { global = 1.0 }",
        "kind = \"adamw\"\nlearning_rate = 0.1\nbeta1 = 0.8\nbeta2 = 0.99\nepsilon = 1e-6\nclip = { per_tensor = 1.0 }",
    ] {
        bundle(&with(adam, optimizer)).unwrap();
    }
    for schedule in [
        "",
        "[schedule]\nkind = \"constant\"",
        "[schedule]\nkind = \"steps\"\nevery = 3\nfactor = 0.5",
    ] {
        bundle(&with(cosine, schedule)).unwrap();
    }
    let mse = with("\"cross_entropy\"", "\"mse\"");
    let mut values = data(8);
    values.train.targets = Tensor::zeros(TensorType::f32(Dims::matrix(8, 2).unwrap()));
    JobFile::parse(&mse)
        .unwrap()
        .bundle_of(values, None)
        .unwrap();
}

#[test]
fn epochs_become_steps() {
    let bundle = bundle(&with("steps = 10", "epochs = 5")).unwrap();
    assert_eq!(bundle.plan.total_steps, 10);
    let steps = |epochs: &str, batch: &str| {
        let text = with("steps = 10", epochs).replace("batch = 4", batch);
        JobFile::parse(&text)
            .unwrap()
            .bundle_of(data(8), None)
            .unwrap()
            .plan
            .total_steps
    };
    assert_eq!(
        steps("epochs = 5", "batch = 3"),
        14,
        "40 samples in batches of 3"
    );
}

#[test]
fn mistakes_are_named_with_their_remedy() {
    for (from, to, says) in [
        (
            "layers = [3, 5, 2]",
            "layers = [3]",
            "model.layers: 1 widths; give 2 to 256",
        ),
        (
            "layers = [3, 5, 2]",
            "layers = [3, 0, 2]",
            "model.layers: a width of 0; every width is",
        ),
        (
            "layers = [3, 5, 2]",
            "layers = [3, 1]",
            "model.layers: cross_entropy over one class",
        ),
        (
            "layers = [3, 5, 2]",
            "layers = [3, 1000000, 1000000, 2]",
            "make layers narrower",
        ),
        (
            "layers = [3, 5, 2]",
            "layer = [3, 5, 2]",
            "unknown field `layer`",
        ),
        ("kind = \"mlp\"", "kind = \"cnn\"", "unknown variant `cnn`"),
        ("\"tanh\"", "\"swish\"", "unknown variant `swish`"),
        ("learning_rate = 0.01", "", "missing field `learning_rate`"),
        (
            "learning_rate = 0.01",
            "learning_rate = nan",
            "optimizer.learning_rate",
        ),
        (
            "learning_rate = 0.01",
            "learning_rate = 0.01\nlr = 1.0",
            "unknown field `lr`",
        ),
        (
            "learning_rate = 0.01",
            "learning_rate = 0.01\nbeta1 = 1.0",
            "beta1 must be at least 0 and below 1",
        ),
        (
            "learning_rate = 0.01",
            "learning_rate = 0.01\nclip = { global = 0.0 }",
            "clip must be",
        ),
        (
            "warmup = 3",
            "floor = 2.0",
            "schedule: floor must be between 0 and 1",
        ),
        ("warmup = 3", "warmup = -3", "malformed"),
        ("batch = 4", "batch = 0", "data.batch: 0 samples; give 1 to"),
        (
            "batch = 4",
            "batch = 9",
            "data.batch: 9 samples, but the training file has 8; make the batch smaller",
        ),
        ("batch = 4", "batch = 4\nscale = 0.0", "data.scale"),
        (
            "test = \"test.csv\"",
            "",
            "data.test: nothing to test on; name a test file or give holdout",
        ),
        (
            "test = \"test.csv\"",
            "holdout = 1.5",
            "data.holdout: a fraction of 1.5",
        ),
        (
            "batch = 4",
            "batch = 4\nholdout = 0.5",
            "data.holdout: there is a test file already",
        ),
        ("steps = 10", "steps = 0", "training.steps"),
        (
            "steps = 10",
            "steps = 10\nepochs = 1",
            "give exactly one of them",
        ),
        ("steps = 10", "", "give exactly one of them"),
        (
            "steps = 10",
            "epochs = 4294967295",
            "give fewer steps or epochs",
        ),
        (
            "steps_per_segment = 4",
            "steps_per_segment = 0",
            "training.steps_per_segment: 0 steps",
        ),
        (
            "steps_per_segment = 4",
            "steps_per_segment = 11",
            "11 steps, but the job has 10; make segments shorter",
        ),
        (
            "steps_per_interval = 2",
            "steps_per_interval = 5",
            "longer than a segment",
        ),
        (
            "steps_per_interval = 2",
            "steps_per_interval = 0",
            "training.steps_per_interval: 0 steps",
        ),
        ("seed = 9", "seed = -1", "malformed"),
        ("\"1.5\"", "1.5", "invalid type"),
        ("\"1.5\"", "\"-1\"", "is not an amount"),
        (
            "\"1.5\"",
            "\"0.0\"",
            "job.price_per_segment: nobody works for nothing",
        ),
        (
            "\"1.5\"",
            "\"1\"\nescrow_segments = 0",
            "job.escrow_segments",
        ),
        (
            "\"1.5\"",
            "\"1\"\ncolour = \"red\"",
            "unknown field `colour`",
        ),
        (
            "\"1.5\"",
            "\"1\"\n[job.requirements]\ngpu = true",
            "unknown field `gpu`",
        ),
        ("[model]", "[modell]", "unknown field `modell`"),
        ("[model]", "[model", "malformed"),
    ] {
        let error = bundle(&with(from, to)).expect_err(to).to_string();
        assert!(error.contains(says), "{to}: {error}");
    }
}

#[test]
fn files_that_are_not_there_or_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.toml");
    assert!(matches!(JobFile::load(&path), Err(JobError::Read { .. })));
    std::fs::write(&path, GOOD).unwrap();
    let job = JobFile::load(&path).unwrap();
    assert!(matches!(job.bundle(folder.path()), Err(JobError::Data(_))));
    std::fs::write(&path, " ".repeat(2 << 20)).unwrap();
    assert!(matches!(
        JobFile::load(&path),
        Err(JobError::TooLong { .. })
    ));
}

#[test]
fn requirements_and_amounts() {
    let text = with(
        "\"1.5\"",
        "\"1.5\"\n[job.requirements]\ndevice = \"gpu\"\nmin_stake = \"10\"\nmemory_bytes = 7",
    );
    let job = JobFile::parse(&text).unwrap();
    assert_eq!(
        job.job.price_per_segment.units(12).unwrap(),
        1_500_000_000_000
    );
    assert_eq!(job.job.requirements.memory_bytes, Some(7));
}
