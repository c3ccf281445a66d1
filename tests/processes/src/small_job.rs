//! A job small enough for tests: a linear classifier on made-up data.

use assay_blobs::{state_bytes, tensor_bytes, BlobId, BlobStore, Expected};
use assay_commitment::{state_root, tensor_root_of, Sha3};
use assay_engine::{Engine, Options, State};
use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::{
    builder::{Activation, GraphBuilder, LearningRate, Momentum},
    estimate, ValidProgram,
};
use assay_protocol::{
    ConstantsRoot, DeclaredWork, JobSpec, NodeTreeRoot, ProgramHeader, Requirements, Schedule,
    SegmentIndex, StateRoot, StepCount, TensorRoot, Url, UNIT,
};

// Products of several tiles, each of several blocks.
const ROWS: u32 = 72;
const FEATURES: u32 = 80;
const CLASSES: u32 = 5;
const BATCH: u32 = 40;

/// A job with all its blobs.
pub struct SmallJob {
    /// One training step.
    pub program: ValidProgram,
    /// Features and labels.
    pub datasets: Vec<Tensor>,
    /// The state that it starts from.
    pub start: Vec<Tensor>,
    /// Its steps, intervals and segments.
    pub schedule: Schedule,
    /// Seconds that a segment is declared to take, one for each interval: what budgets and deadlines come from.
    pub seconds: u32,
    /// What it asks of its provider beyond the memory that it needs.
    pub requirements: Requirements,
}

/// The state roots at each interval's end, segment by segment.
pub type Roots = Vec<Vec<StateRoot>>;

impl SmallJob {
    /// A job of `segments` segments of `intervals` intervals of `steps` steps, learning at `rate`.
    pub fn new(segments: u32, intervals: u32, steps: u32, rate: f32) -> Self {
        let total = segments * intervals * steps;
        let matrix = |rows, cols| TensorType::f32(Dims::matrix(rows, cols).unwrap());
        let mut graph = GraphBuilder::new([7; 32]);
        let features = graph.input(matrix(ROWS, FEATURES));
        let labels = graph.input(TensorType::u32(Dims::matrix(ROWS, 1).unwrap()));
        let sgd = Momentum {
            momentum: 0.9,
            weight_decay: 0.0,
        };
        let parameters = [matrix(CLASSES, FEATURES), matrix(1, CLASSES)];
        let buffers = sgd.declare(&mut graph, &parameters);
        let weight = graph.slot(matrix(CLASSES, FEATURES));
        let bias = graph.slot(matrix(1, CLASSES));
        let tape = graph.slot(matrix(total, 1));
        let x = graph
            .batch_rows(features, BATCH, RowOrder::Shuffled)
            .unwrap();
        let y = graph.batch_rows(labels, BATCH, RowOrder::Shuffled).unwrap();
        let logits = graph.dense(x, weight, bias, Activation::Identity).unwrap();
        let loss = graph.cross_entropy(logits, y).unwrap();
        let gradients = graph.gradients(loss, &[weight, bias]).unwrap();
        sgd.update(
            &mut graph,
            &buffers,
            &[weight, bias],
            &gradients,
            LearningRate::Constant(rate),
        )
        .unwrap();
        let written = graph.row_write(tape, loss).unwrap();
        graph.set_next(tape, written).unwrap();
        let built = graph.finish().unwrap();
        assert!(built.constants.is_empty());
        let program = built.program.validate().unwrap();
        let start = program
            .get()
            .slots
            .iter()
            .map(|ty| Tensor::zeros(*ty))
            .collect();
        let schedule = Schedule {
            total_steps: StepCount(u64::from(total)),
            steps_per_segment: intervals * steps,
            steps_per_interval: steps,
        };
        Self {
            program,
            datasets: data(),
            start,
            schedule,
            seconds: intervals,
            requirements: Requirements::default(),
        }
    }

    /// The root of the state that it starts from.
    pub fn start_root(&self) -> StateRoot {
        let roots: Vec<_> = self.start.iter().map(tensor_root_of::<Sha3>).collect();
        StateRoot(state_root::<Sha3>(&roots).0)
    }

    /// Puts program, datasets and start state into a store.
    pub async fn publish(&self, store: &BlobStore) {
        let program = self.program.get();
        let id = BlobId::from(program.root::<Sha3>());
        store
            .put(id, &Expected::Program, program.encode())
            .await
            .unwrap();
        for tensor in &self.datasets {
            let id = BlobId::from(tensor_root_of::<Sha3>(tensor));
            store
                .put(id, &Expected::Tensor(tensor.ty()), tensor_bytes(tensor))
                .await
                .unwrap();
        }
        let id = BlobId::state(self.start_root().0);
        store
            .put(
                id,
                &Expected::State(program.slots.clone()),
                state_bytes(&self.start),
            )
            .await
            .unwrap();
    }

    /// What a buyer submits, with blobs at `location`.
    pub fn spec(&self, location: &str) -> JobSpec {
        let program = self.program.get();
        let (header, work) = (program.header(), estimate(&self.program));
        let datasets: Vec<_> = self
            .datasets
            .iter()
            .map(|tensor| TensorRoot(tensor_root_of::<Sha3>(tensor).0))
            .collect();
        JobSpec {
            header: ProgramHeader {
                version: header.version,
                flags: header.flags,
                seed: header.seed,
                nodes: header.nodes,
                slots: header.slots,
                inputs: header.inputs,
                constants: header.constants,
                constants_root: ConstantsRoot(header.constants_root),
            },
            node_tree_root: NodeTreeRoot(program.node_tree_root::<Sha3>()),
            start_state: self.start_root(),
            datasets: datasets.try_into().unwrap(),
            dataset_rows: u64::from(ROWS),
            batch_size: BATCH,
            schedule: self.schedule,
            work: DeclaredWork {
                flops_per_step: work.flops_per_step,
                bytes_per_step: work.bytes_per_step,
                memory_bytes: work.memory_bytes,
            },
            seconds_per_segment: self.seconds,
            price_per_segment: UNIT,
            requirements: Requirements {
                memory_bytes: self.requirements.memory_bytes.max(work.memory_bytes),
                ..self.requirements
            },
            blobs: vec![Url::parse(location).unwrap()].try_into().unwrap(),
            max_pause: 100,
        }
    }

    /// Trains the whole job without a worker.
    pub fn reference(&self) -> Roots {
        let mut engine = Engine::new(&self.program, Vec::new(), Options::default()).unwrap();
        let mut state = State::new(&self.program, self.start.clone()).unwrap();
        let segments = (0..self.schedule.segments()).map(SegmentIndex);
        segments
            .map(|segment| {
                let intervals =
                    (0..self.schedule.intervals_of(segment)).map(assay_protocol::IntervalIndex);
                intervals
                    .map(|interval| {
                        let steps = self.schedule.steps_of_interval(segment, interval);
                        for step in steps.first.0..steps.end().0 {
                            engine.step(&mut state, &self.datasets, step).unwrap();
                        }
                        StateRoot(engine.state_root(&state).0)
                    })
                    .collect()
            })
            .collect()
    }
}

fn data() -> Vec<Tensor> {
    let value = |i: u32| f32::from((i.wrapping_mul(2_654_435_761) >> 24) as u8) / 256.0 - 0.5;
    let features: Vec<_> = (0..ROWS * FEATURES).map(value).collect();
    let labels = (0..ROWS).map(|row| row * 3 % CLASSES).collect();
    vec![
        Tensor::from_f32(Dims::matrix(ROWS, FEATURES).unwrap(), &features).unwrap(),
        Tensor::new(TensorType::u32(Dims::matrix(ROWS, 1).unwrap()), labels).unwrap(),
    ]
}
