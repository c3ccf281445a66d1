//! The program under construction.

use super::{
    rng::Rng,
    values::{random_tensor, Floats},
    Sample,
};
use crate::{Input, Node, Program, Source};
use alloc::vec::Vec;
use assay_commitment::{constants_root, tensor_root_of, Sha3, TensorRoot};
use assay_numerics::{DType, Dims, Op, Tensor, TensorType};

/// Most elements of a slot, a dataset or a node's output.
const MAX_ELEMENTS: u64 = 1 << 13;

/// Most elements of a constant.
const MAX_CONSTANT_ELEMENTS: u64 = 1 << 15;

pub(super) struct Graph {
    pub(super) rng: Rng,
    pub(super) floats: Floats,
    /// Rows of the datasets, and of a batch.
    pub(super) rows: u32,
    pub(super) batch: u32,
    pub(super) nodes: Vec<Node>,
    pub(super) state: Vec<Tensor>,
    constants: Vec<Tensor>,
    pub(super) inputs: Vec<Tensor>,
    /// Everything that a node may read.
    pool: Vec<Input>,
}

/// Dimensions, if they are not too large.
pub(super) fn dims(sizes: [u32; 4]) -> Option<Dims> {
    dims_within(sizes, MAX_ELEMENTS)
}

fn dims_within(sizes: [u32; 4], most: u64) -> Option<Dims> {
    Dims::new(sizes).ok().filter(|dims| dims.elements() <= most)
}

pub(super) fn is_matrix(ty: TensorType) -> bool {
    ty.dims.batch() == 1
}

impl Graph {
    pub(super) fn new(mut rng: Rng) -> Self {
        let floats = if rng.one_in(4) {
            Floats::Wild
        } else {
            Floats::Tame
        };
        let (rows, batch) = (rng.side(), rng.between(1, 40));
        let (nodes, state, constants, inputs, pool) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            rng,
            floats,
            rows,
            batch,
            nodes,
            state,
            constants,
            inputs,
            pool,
        }
    }

    /// Slots, datasets and a few constants.
    pub(super) fn add_sources(&mut self) {
        for _ in 0..self.rng.between(1, 5) {
            let ty = self.slot_type();
            self.add_slot(ty);
        }
        for dtype in [DType::F32, DType::U32] {
            let cols = if dtype == DType::U32 {
                1
            } else {
                self.rng.between(1, 70)
            };
            if let Some(dims) = dims([1, 1, self.rows, cols]) {
                self.add_input(TensorType { dtype, dims });
            }
        }
    }

    fn slot_type(&mut self) -> TensorType {
        let leading = match self.rng.below(4) {
            0 => [self.rng.between(1, 3), self.rng.between(1, 3)],
            _ => [1, 1],
        };
        let sizes = [leading[0], leading[1], self.rng.side(), self.rng.side()];
        let dtype = if self.rng.one_in(5) {
            DType::U32
        } else {
            DType::F32
        };
        let scalar = dims([1, 1, 1, 1]);
        match dims(sizes).or(scalar) {
            Some(dims) => TensorType { dtype, dims },
            None => self.slot_type(),
        }
    }

    fn add_slot(&mut self, ty: TensorType) {
        if let Some(tensor) = random_tensor(&mut self.rng, self.floats, ty) {
            self.pool.push(Input {
                source: Source::Slot(self.state.len() as u32),
                ty,
            });
            self.state.push(tensor);
        }
    }

    fn add_input(&mut self, ty: TensorType) {
        if let Some(tensor) = random_tensor(&mut self.rng, self.floats, ty) {
            self.pool.push(Input {
                source: Source::Input(self.inputs.len() as u32),
                ty,
            });
            self.inputs.push(tensor);
        }
    }

    /// A new constant of this element type and sizes, if they are not too large.
    pub(super) fn constant(&mut self, dtype: DType, sizes: [u32; 4]) -> Option<Input> {
        let dims = dims(sizes)?;
        let constant = self.new_constant(TensorType { dtype, dims })?;
        self.pool.push(constant);
        Some(constant)
    }

    /// A new constant that may be larger, for one node only.
    pub(super) fn large_constant(&mut self, dtype: DType, sizes: [u32; 4]) -> Option<Input> {
        let dims = dims_within(sizes, MAX_CONSTANT_ELEMENTS)?;
        self.new_constant(TensorType { dtype, dims })
    }

    fn new_constant(&mut self, ty: TensorType) -> Option<Input> {
        let tensor = random_tensor(&mut self.rng, self.floats, ty)?;
        let source = Source::Constant(self.constants.len() as u32);
        self.constants.push(tensor);
        Some(Input { source, ty })
    }

    /// Something in the pool of a type that is wanted.
    pub(super) fn find(&mut self, wanted: impl Fn(TensorType) -> bool) -> Option<Input> {
        let found: Vec<Input> = self
            .pool
            .iter()
            .copied()
            .filter(|input| wanted(input.ty))
            .collect();
        self.rng.pick(&found).copied()
    }

    /// Something in the pool of a type that is wanted, or a new constant.
    pub(super) fn find_or(
        &mut self,
        wanted: impl Fn(TensorType) -> bool,
        dtype: DType,
        sizes: [u32; 4],
    ) -> Option<Input> {
        match self.find(wanted) {
            Some(found) => Some(found),
            None => self.constant(dtype, sizes),
        }
    }

    /// Appends a node. `None` if its output would be too large.
    pub(super) fn emit(
        &mut self,
        op: Op,
        inputs: &[Input],
        dtype: DType,
        sizes: [u32; 4],
    ) -> Option<Input> {
        let ty = TensorType {
            dtype,
            dims: dims(sizes)?,
        };
        let output = Input {
            source: Source::Node(self.nodes.len() as u32),
            ty,
        };
        self.nodes.push(Node {
            op,
            inputs: inputs.to_vec(),
            output: ty,
            stream: 0,
        });
        self.pool.push(output);
        Some(output)
    }

    pub(super) fn finish(mut self) -> Sample {
        let roots: Vec<TensorRoot> = self.constants.iter().map(tensor_root_of::<Sha3>).collect();
        let mut seed = [0; 32];
        seed.fill_with(|| self.rng.next() as u8);
        let types = |tensors: &[Tensor]| tensors.iter().map(Tensor::ty).collect();
        let program = Program {
            seed,
            slots: types(&self.state),
            inputs: types(&self.inputs),
            constants: types(&self.constants),
            constants_root: constants_root::<Sha3>(&roots),
            nodes: self.nodes,
        };
        Sample {
            program,
            constants: self.constants,
            inputs: self.inputs,
            state: self.state,
        }
    }
}
