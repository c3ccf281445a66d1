//! Programs with values for all that they read.

use super::Rng;
use assay_commitment::{constants_root, tensor_root_of, Sha3};
use assay_numerics::{
    DType, Dims, MapCode, MapInstruction, MapOp, Op, RowOrder, Tensor, TensorType,
};
use assay_program::{testing::random_program, Input, Node, Program, Source};
use assay_protocol::{Schedule, StepCount};

/// A program, its data, and the steps of one segment.
#[derive(Clone, Debug)]
pub struct World {
    pub program: Program,
    pub constants: Vec<Tensor>,
    pub inputs: Vec<Tensor>,
    /// State before the segment's first step.
    pub start: Vec<Tensor>,
    pub segment: Segment,
}

/// The last segment of a job whose segments are equally long.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub index: u32,
    pub steps: u32,
    pub per_interval: u32,
}

impl Segment {
    /// Global number of its first step.
    pub fn first(&self) -> u64 {
        u64::from(self.index) * u64::from(self.steps)
    }

    pub fn schedule(&self) -> Schedule {
        Schedule {
            total_steps: StepCount(self.first() + u64::from(self.steps)),
            steps_per_segment: self.steps,
            steps_per_interval: self.per_interval,
        }
    }
}

impl World {
    /// A random program over a segment.
    pub fn random(seed: u64, segment: Segment) -> Self {
        let sample = random_program(seed);
        Self {
            program: sample.program,
            constants: sample.constants,
            inputs: sample.inputs,
            start: sample.state,
            segment,
        }
    }

    pub fn intervals(&self) -> u32 {
        self.segment.steps.div_ceil(self.segment.per_interval)
    }

    /// Number of `Commit`.
    pub fn commit(&self) -> u32 {
        self.program.nodes.len() as u32 - 1
    }
}

pub fn ty(dtype: DType, dims: [u32; 4]) -> TensorType {
    TensorType {
        dtype,
        dims: Dims::new(dims).expect("small dimensions"),
    }
}

pub fn f32s(dims: [u32; 4]) -> TensorType {
    ty(DType::F32, dims)
}

/// Floats between -1 and 1, or integers below 100.
pub fn values(ty: TensorType, seed: u64) -> Tensor {
    let mut rng = Rng(seed);
    let mut word = || match ty.dtype {
        DType::F32 => ((rng.below(1 << 24) as f32) / (1 << 23) as f32 - 1.0).to_bits(),
        DType::U32 => rng.below(100) as u32,
    };
    let words = (0..ty.dims.elements()).map(|_| word()).collect();
    Tensor::new(ty, words).expect("as many words as elements")
}

/// Code of one instruction.
pub fn map(op: MapOp, args: [u8; 3]) -> Op {
    Op::Map(MapCode {
        constants: vec![],
        instructions: vec![MapInstruction { op, args }],
    })
}

/// A program under construction.
#[derive(Default)]
struct Sketch {
    nodes: Vec<Node>,
}

impl Sketch {
    /// Appends a node and gives it as an input of others.
    fn node(&mut self, op: Op, inputs: &[Input], output: TensorType) -> Input {
        self.nodes.push(Node {
            op,
            inputs: inputs.to_vec(),
            output,
            stream: 0,
        });
        Input {
            source: Source::Node(self.nodes.len() as u32 - 1),
            ty: output,
        }
    }

    /// Closes the program after the nodes that give the next state.
    fn world(
        mut self,
        slots: &[TensorType],
        inputs: &[TensorType],
        constants: &[TensorType],
    ) -> World {
        self.node(Op::Commit, &[], f32s([1, 1, 1, 1]));
        let fill = |types: &[TensorType], seed| -> Vec<Tensor> {
            (seed..)
                .zip(types)
                .map(|(seed, ty)| values(*ty, seed))
                .collect()
        };
        let constants = fill(constants, 300);
        let roots: Vec<_> = constants.iter().map(tensor_root_of::<Sha3>).collect();
        let program = Program {
            seed: core::array::from_fn(|i| i as u8),
            slots: slots.to_vec(),
            inputs: inputs.to_vec(),
            constants: constants.iter().map(Tensor::ty).collect(),
            constants_root: constants_root::<Sha3>(&roots),
            nodes: self.nodes,
        };
        World {
            program: program.validate().expect("a valid program").get().clone(),
            constants,
            inputs: fill(inputs, 200),
            start: fill(slots, 100),
            segment: Segment {
                index: 3,
                steps: 5,
                per_interval: 2,
            },
        }
    }
}

fn slot(index: u32, ty: TensorType) -> Input {
    Input {
        source: Source::Slot(index),
        ty,
    }
}

fn dataset(index: u32, ty: TensorType) -> Input {
    Input {
        source: Source::Input(index),
        ty,
    }
}

fn constant(index: u32, ty: TensorType) -> Input {
    Input {
        source: Source::Constant(index),
        ty,
    }
}

const PLAIN: Op = Op::MatMul {
    transpose_a: false,
    transpose_b: false,
};

/// One node or more of every operator, over ragged shapes, with folds of up to 40 blocks and sums of two chunks.
pub fn every_operator() -> World {
    let (weight_ty, tape_ty) = (f32s([1, 1, 70, 35]), f32s([1, 1, 40, 3]));
    let (data_ty, label_ty) = (f32s([1, 1, 100, 70]), ty(DType::U32, [1, 1, 100, 1]));
    let (bias_ty, wide_ty) = (f32s([1, 1, 1, 35]), f32s([1, 1, 600, 2]));
    let (positions_ty, few_ty) = (ty(DType::U32, [1, 1, 600, 1]), f32s([1, 1, 40, 2]));
    let (weight, tape) = (slot(0, weight_ty), slot(1, tape_ty));
    let mut sketch = Sketch::default();
    let s = &mut sketch;
    let shuffled = Op::BatchRows {
        order: RowOrder::Shuffled,
    };
    let x = s.node(
        shuffled.clone(),
        &[dataset(0, data_ty)],
        f32s([1, 1, 40, 70]),
    );
    let y = s.node(
        shuffled,
        &[dataset(1, label_ty)],
        ty(DType::U32, [1, 1, 40, 1]),
    );
    let h = s.node(PLAIN, &[x, weight], f32s([1, 1, 40, 35]));
    let z = s.node(map(MapOp::Add, [0, 1, 0]), &[h, constant(0, bias_ty)], h.ty);
    s.node(Op::RowMax, &[z], f32s([1, 1, 40, 1]));
    s.node(Op::RowSum, &[z], f32s([1, 1, 40, 1]));
    s.node(Op::ColSum, &[z], f32s([1, 1, 1, 35]));
    s.node(Op::ColMax, &[z], f32s([1, 1, 1, 35]));
    s.node(Op::OneHot, &[y], z.ty);
    // Labels reach 99, as do positions below: some name no row and no column.
    s.node(Op::Pick, &[y, z], f32s([1, 1, 40, 1]));
    s.node(Op::Gather, &[y, weight], z.ty);
    let turned = Op::Permute { perm: [0, 1, 3, 2] };
    s.node(turned, &[z], f32s([1, 1, 35, 40]));
    let folded = s.node(Op::Reshape, &[z], f32s([2, 2, 10, 35]));
    s.node(Op::LeadSum, &[folded], f32s([1, 1, 10, 35]));
    s.node(Op::Concat { axis: 3 }, &[z, z], f32s([1, 1, 40, 70]));
    let part = Op::Slice {
        start: [0, 0, 0, 10],
    };
    let part = s.node(part, &[x], f32s([1, 1, 40, 60]));
    let long = s.node(Op::Reshape, &[part], f32s([1, 1, 4, 600]));
    let wide = constant(1, wide_ty);
    s.node(PLAIN, &[long, wide], f32s([1, 1, 4, 2]));
    let positions = constant(2, positions_ty);
    s.node(Op::ScatterAdd, &[positions, wide], few_ty);
    let corner = Op::Slice {
        start: [0, 0, 3, 1],
    };
    let rows = s.node(corner, &[z], f32s([1, 1, 3, 3]));
    let left = Op::MatMul {
        transpose_a: true,
        transpose_b: false,
    };
    let gradient = s.node(left, &[x, z], weight_ty);
    s.node(map(MapOp::Sub, [0, 1, 0]), &[weight, gradient], weight_ty);
    s.node(Op::RowWrite, &[tape, rows], tape_ty);
    sketch.world(
        &[weight_ty, tape_ty],
        &[data_ty, label_ty],
        &[bias_ty, wide_ty, positions_ty],
    )
}

/// The smallest program: one slot of one element, doubled. Every tree below the step has one or two leaves.
pub fn one_scalar() -> World {
    let scalar = f32s([1, 1, 1, 1]);
    let mut sketch = Sketch::default();
    sketch.node(map(MapOp::Add, [0, 0, 0]), &[slot(0, scalar)], scalar);
    sketch.world(&[scalar], &[], &[])
}

/// Two slots; the second is a tensor of 96 tiles, so that its tree has more than six levels.
pub fn many_tiles() -> World {
    let (scalar, large) = (f32s([1, 1, 1, 1]), f32s([2, 3, 100, 100]));
    let mut sketch = Sketch::default();
    let (a, b) = (slot(0, scalar), slot(1, large));
    sketch.node(map(MapOp::Neg, [0, 0, 0]), &[a], scalar);
    sketch.node(map(MapOp::Add, [0, 1, 0]), &[b, a], large);
    sketch.world(&[scalar, large], &[], &[])
}
