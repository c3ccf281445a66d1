//! Parameters out and in again.

use assay_models::{Checkpoint, CheckpointError, Layout, Mlp, Role, SlotInfo};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::Activation;

fn model() -> Mlp {
    Mlp {
        layers: vec![3, 4, 2],
        activation: Activation::Relu,
        loss: assay_models::job::Loss::CrossEntropy,
    }
}

fn state() -> (Layout, Vec<Tensor>) {
    let model = model();
    let moment = Tensor::zeros(TensorType::f32(Dims::matrix(5, 5).unwrap()));
    let mut slots = vec![SlotInfo {
        name: "moment".into(),
        role: Role::Optimizer,
        shape: vec![5, 5],
    }];
    let mut state = vec![moment];
    for (parameter, tensor) in model
        .parameters()
        .unwrap()
        .into_iter()
        .zip(model.initial(1).unwrap())
    {
        slots.push(SlotInfo {
            name: parameter.name,
            role: Role::Parameter,
            shape: parameter.shape,
        });
        state.push(tensor);
    }
    (Layout { slots }, state)
}

#[test]
fn a_file_keeps_every_bit_and_the_note() {
    let (layout, mut state) = state();
    state[1].words_mut()[..3].copy_from_slice(&[0x8000_0000, 1, 0x7fc0_1234]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    Checkpoint::from_state(&layout, &state)
        .unwrap()
        .with("program_root", "0xabc")
        .save(&path)
        .unwrap();
    let read = Checkpoint::load(&path).unwrap();
    assert_eq!(read.metadata["program_root"], "0xabc");
    assert_eq!(read.tensors["layers.0.bias"].dims(), [4]);
    assert_eq!(
        read.take(&model().parameters().unwrap()).unwrap(),
        state[1..]
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside the file"
    );
}

#[test]
fn what_does_not_fit_is_named() {
    let (layout, state) = state();
    let checkpoint = Checkpoint::from_state(&layout, &state).unwrap();
    let other = Mlp {
        layers: vec![3, 4, 2, 2],
        ..model()
    };
    let error = checkpoint.take(&other.parameters().unwrap()).unwrap_err();
    assert!(matches!(error, CheckpointError::Missing { name } if name == "layers.2.weight"));
    let other = Mlp {
        layers: vec![3, 5, 2],
        ..model()
    };
    let error = checkpoint.take(&other.parameters().unwrap()).unwrap_err();
    assert!(matches!(error, CheckpointError::Shape { name, .. } if name == "layers.0.weight"));
    assert!(matches!(
        Checkpoint::from_state(&layout, &state[..2]),
        Err(CheckpointError::NoSlot { slot: 2 })
    ));
}

#[test]
fn damaged_files_are_refused() {
    let (layout, state) = state();
    let bytes = Checkpoint::from_state(&layout, &state)
        .unwrap()
        .to_bytes()
        .unwrap();
    assert!(Checkpoint::from_bytes(&bytes).is_ok());
    for cut in [0, 4, 8, 100, bytes.len() - 1] {
        assert!(
            matches!(
                Checkpoint::from_bytes(&bytes[..cut]),
                Err(CheckpointError::Format(_))
            ),
            "{cut}"
        );
    }
    let mut huge = bytes;
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(
        Checkpoint::from_bytes(&huge),
        Err(CheckpointError::Format(_))
    ));
}

#[test]
fn a_folder_that_is_not_there() {
    let (layout, state) = state();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/model.safetensors");
    let checkpoint = Checkpoint::from_state(&layout, &state).unwrap();
    assert!(matches!(
        checkpoint.save(&path),
        Err(CheckpointError::Io { .. })
    ));
    assert!(matches!(
        Checkpoint::load(&path),
        Err(CheckpointError::Io { .. })
    ));
}
