use super::*;
use crate::accumulator_leaf;
use assay_commitment::{tensor_root_of, tile_hash, tile_hashes};
use assay_engine::EngineError;
use assay_numerics::{Dims, Op};
use assay_program::testing::{random_program, Sample};
use assay_protocol::{StepCount, StepIndex};

/// Steps of the interval, which is not the job's first.
const COUNT: u32 = 3;
const FIRST: u64 = 5;

fn steps(count: u64) -> StepRange {
    StepRange {
        first: StepIndex(FIRST),
        count: StepCount(count),
    }
}

fn replay(sample: &Sample) -> Replay {
    let program = sample.program.clone().validate().unwrap();
    let work = Work::new(program, sample.constants.clone(), sample.inputs.clone());
    let start = sample.state.clone();
    Replay::new(work, steps(COUNT.into()), start, Options::default()).unwrap()
}

/// One step of the definition.
struct Reference {
    before: Vec<Tensor>,
    values: Vec<Tensor>,
}

impl Reference {
    fn tensor<'a>(&'a self, sample: &'a Sample, source: Source) -> &'a Tensor {
        match source {
            Source::Node(node) => &self.values[node as usize],
            Source::Slot(slot) => &self.before[slot as usize],
            Source::Input(input) => &sample.inputs[input as usize],
            Source::Constant(constant) => &sample.constants[constant as usize],
        }
    }

    fn after(&self) -> Vec<Tensor> {
        self.values[self.values.len() - self.before.len()..].to_vec()
    }

    fn operators(&self) -> Vec<Hash> {
        let mut leaves: Vec<Hash> = self.values.iter().map(root).collect();
        leaves.push(state(&self.after()));
        leaves
    }
}

fn reference(sample: &Sample) -> Vec<Reference> {
    let mut before = sample.state.clone();
    (0..u64::from(COUNT))
        .map(|step| {
            let mut reference = Reference {
                before: before.clone(),
                values: Vec::new(),
            };
            let nodes = sample.program.nodes.iter();
            for node in nodes.filter(|node| node.op != Op::Commit) {
                let read = |input: &assay_program::Input| reference.tensor(sample, input.source);
                let inputs: Vec<&Tensor> = node.inputs.iter().map(read).collect();
                let seed = &sample.program.seed;
                let value = node.operation().evaluate(seed, FIRST + step, &inputs);
                reference.values.push(value.unwrap());
            }
            before = reference.after();
            reference
        })
        .collect()
}

fn root(tensor: &Tensor) -> Hash {
    tensor_root_of::<Sha3>(tensor).0
}

fn roots(tensors: &[Tensor]) -> Vec<Hash> {
    tensors.iter().map(root).collect()
}

fn state(slots: &[Tensor]) -> Hash {
    let roots: Vec<TensorRoot> = slots.iter().map(tensor_root_of::<Sha3>).collect();
    state_root::<Sha3>(&roots).0
}

fn leaves(replay: &mut Replay, name: TreeName) -> Vec<Hash> {
    let tree = replay.tree(name).unwrap();
    (0..tree.count()).map(|leaf| tree.node(0, leaf)).collect()
}

#[test]
fn every_tree_is_the_definitions() {
    for seed in 0..40 {
        let sample = random_program(seed);
        let (mut replay, reference) = (replay(&sample), reference(&sample));
        let ends: Vec<Hash> = reference.iter().map(|step| state(&step.after())).collect();
        assert_eq!(leaves(&mut replay, TreeName::Steps), ends);
        // Back and forth.
        for step in [2, 0, 1] {
            let expected = &reference[step as usize];
            assert_eq!(
                leaves(&mut replay, TreeName::Operators { step }),
                expected.operators()
            );
            assert_eq!(
                leaves(&mut replay, TreeName::Slots { step: step + 1 }),
                roots(&expected.after())
            );
            assert_eq!(
                leaves(&mut replay, TreeName::Slots { step }),
                roots(&expected.before)
            );
            for node in 0..expected.values.len() as u32 {
                assert_node_equals(&mut replay, &sample, expected, step, node);
            }
        }
    }
}

/// The trees of a node and of everything that it reads.
fn assert_node_equals(
    replay: &mut Replay,
    sample: &Sample,
    expected: &Reference,
    step: u32,
    node: u32,
) {
    replay.prepare(step, node).unwrap();
    let inputs = &sample.program.nodes[node as usize].inputs;
    let sources = inputs.iter().map(|input| input.source);
    for source in sources.chain([Source::Node(node)]) {
        let tensor = expected.tensor(sample, source);
        assert_eq!(
            leaves(replay, TreeName::Tiles { step, source }),
            tile_hashes::<Sha3>(tensor)
        );
        let tile = replay.tile(step, source, 0).unwrap();
        assert_eq!(
            tile_hash::<Sha3>(&tile),
            tile_hash::<Sha3>(&tensor.tile(0).unwrap())
        );
    }
    let value = expected.tensor(sample, Source::Node(node));
    let last = value.ty().dims.tiles() - 1;
    let name = TileName {
        step,
        node,
        tile: last,
    };
    let fold = leaves(replay, TreeName::Fold(name));
    assert_eq!(
        fold.last().copied(),
        value.tile(last).as_ref().map(tile_hash::<Sha3>)
    );
    let blocks = fold.len() as u32;
    for block in (1..blocks).filter(|block| block % 7 == 1) {
        let before = replay.accumulator(name, block).unwrap();
        let leaf = accumulator_leaf(block - 1, blocks, &before);
        assert_eq!(leaf, fold[block as usize - 1]);
    }
}

/// Whatever is asked, and in whatever order, a fresh replay answers the same.
#[test]
fn answers_do_not_depend_on_what_was_asked_before() {
    let sample = random_program(11);
    let mut used = replay(&sample);
    let nodes = sample.program.nodes.len() as u32 - 1;
    for (number, step) in [2, 0, 0, 1, 2, 1, 0, 2].into_iter().enumerate() {
        let node = (number as u32 * 7 + 3) % nodes;
        let source = Source::Node(node);
        let fold = TileName {
            step,
            node,
            tile: 0,
        };
        for name in [
            TreeName::Fold(fold),
            TreeName::Slots { step },
            TreeName::Tiles { step, source },
            TreeName::Tiles {
                step,
                source: Source::Slot(0),
            },
            TreeName::Slots { step: step + 1 },
            TreeName::Steps,
            TreeName::Operators { step },
        ] {
            assert_eq!(
                leaves(&mut used, name),
                leaves(&mut replay(&sample), name),
                "{name:?}"
            );
        }
    }
}

#[test]
fn a_fault_of_the_engine_is_told_and_not_defended() {
    let mut replay = replay(&random_program(3));
    let name = TileName {
        step: 1,
        node: 0,
        tile: 0,
    };
    replay.prepare(name.step, name.node).unwrap();
    let kept = replay.kept.as_mut().unwrap();
    let mut words = kept.output(0).unwrap().clone();
    words.words_mut()[0] = u32::from(words.words()[0] != 1);
    kept.see(0, words.ty(), words.words());
    let told = replay.tree(TreeName::Fold(name)).err();
    assert_eq!(
        told,
        Some(ProverError::EngineFault {
            step: 1,
            node: 0,
            tile: 0
        })
    );
}

#[test]
fn what_is_not_there_is_said() {
    let sample = random_program(3);
    let commit = sample.program.nodes.len() as u32 - 1;
    let mut replay = replay(&sample);
    let mut refused = |name| replay.tree(name).err().unwrap();
    assert_eq!(
        refused(TreeName::Operators { step: COUNT }),
        ProverError::NoSuchStep(COUNT)
    );
    assert_eq!(
        refused(TreeName::Slots { step: COUNT + 1 }),
        ProverError::NoSuchStep(COUNT + 1)
    );
    for source in [
        Source::Node(commit),
        Source::Node(commit + 1),
        Source::Slot(u32::MAX),
        Source::Input(u32::MAX),
        Source::Constant(u32::MAX),
    ] {
        assert_eq!(
            refused(TreeName::Tiles { step: 0, source }),
            ProverError::NoSuchSource(source)
        );
    }
    let tile = u64::MAX;
    let from = Source::Node(0);
    assert_eq!(
        replay.tile(0, from, tile),
        Err(ProverError::NoSuchTile { from, tile })
    );
}

#[test]
fn a_state_of_another_program_is_refused() {
    let sample = random_program(3);
    let work = || {
        let program = sample.program.clone().validate().unwrap();
        Work::new(program, sample.constants.clone(), sample.inputs.clone())
    };
    let wrong = Replay::new(work(), steps(1), Vec::new(), Options::default()).err();
    assert!(matches!(
        wrong,
        Some(ProverError::Engine(EngineError::Count { .. }))
    ));
    let start = sample.state.clone();
    let long = Replay::new(work(), steps(1 << 32), start.clone(), Options::default()).err();
    assert_eq!(long, Some(ProverError::TooManySteps(1 << 32)));

    let other = vec![Tensor::zeros(TensorType::f32(Dims::matrix(1, 1).unwrap())); 9];
    let program = sample.program.clone().validate().unwrap();
    let work = Work::new(program, sample.constants.clone(), other);
    let mut replay = Replay::new(work, steps(1), start, Options::default()).unwrap();
    assert!(matches!(
        replay.tree(TreeName::Steps).err(),
        Some(ProverError::Engine(EngineError::Count { .. }))
    ));
}
