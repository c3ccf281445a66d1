//! What every operator is checked on: shapes and values that are hostile to each, and random ones.

mod large;
mod lookups;
pub mod maps;
mod movements;
mod products;
mod reductions;
mod steps;

use crate::random::Random;
use assay_cuda::launch::{Overlap, Target};
use assay_numerics::{Dims, Op, Operation, Tensor, TensorError, TensorType};
use assay_program::{Input, Node, Program, Source, ValidProgram};

/// The programs' seed in all cases.
pub const SEED: [u8; 32] = [7; 32];

/// Devices for which products are cut: small and large ones, so that every kernel is launched on any device.
pub const TARGETS: [Target; 4] = [
    Target { processors: 1 },
    Target { processors: 6 },
    Target { processors: 40 },
    Target { processors: 2000 },
];

/// An operator with the values it is given.
pub struct Case {
    /// The operator.
    pub op: Op,
    /// Its inputs.
    pub inputs: Vec<Tensor>,
    /// The type of its output.
    pub output: TensorType,
    /// The number of the step.
    pub step: u64,
    /// Whether it writes over its first input, which is then the slot.
    pub overlap: Overlap,
}

impl Case {
    fn new(op: Op, inputs: Vec<Tensor>, output: TensorType) -> Self {
        Self {
            op,
            inputs,
            output,
            step: 0,
            overlap: Overlap::Apart,
        }
    }

    fn at(self, step: u64) -> Self {
        Self { step, ..self }
    }

    fn in_place(self) -> Self {
        Self {
            overlap: Overlap::InPlace,
            ..self
        }
    }

    /// The operator with its types.
    pub fn operation(&self) -> Operation {
        Operation {
            op: self.op.clone(),
            inputs: self.inputs.iter().map(Tensor::ty).collect(),
            output: self.output,
        }
    }

    /// A program whose one slot becomes the output.
    pub fn program(&self) -> Result<ValidProgram, String> {
        single(&self.operation(), SEED, self.overlap)
    }

    /// The program's datasets.
    pub fn data(&self) -> &[Tensor] {
        match self.overlap {
            Overlap::Apart => &self.inputs,
            Overlap::InPlace => &self.inputs[1..],
        }
    }

    /// The program's state before the step.
    pub fn state(&self) -> Tensor {
        match self.overlap {
            Overlap::Apart => Tensor::zeros(self.output),
            Overlap::InPlace => self.inputs[0].clone(),
        }
    }
}

type Cases = Result<Vec<Case>, TensorError>;

/// The cases that are always checked, with values by a seed, and the random ones of the seed.
pub fn all(seed: u64) -> Cases {
    let mut random = Random(seed);
    let mut cases = maps::each(&mut random)?;
    cases.extend(products::all(&mut random)?);
    cases.extend(reductions::all(&mut random)?);
    cases.extend(movements::all(&mut random)?);
    cases.extend(lookups::all(&mut random)?);
    cases.extend(steps::all(&mut random)?);
    cases.extend(large::all(&mut random)?);
    cases.extend(any(seed)?);
    Ok(cases)
}

/// Cases of random shapes.
pub fn any(seed: u64) -> Cases {
    let mut random = Random(!seed);
    let mut cases = maps::any(&mut random)?;
    cases.extend(products::any(&mut random)?);
    cases.extend(reductions::any(&mut random)?);
    cases.extend(movements::any(&mut random)?);
    cases.extend(lookups::any(&mut random)?);
    cases.extend(steps::any(&mut random)?);
    Ok(cases)
}

/// A program whose one slot becomes the operation's output; in place the slot is the first input.
pub fn single(
    operation: &Operation,
    seed: [u8; 32],
    overlap: Overlap,
) -> Result<ValidProgram, String> {
    let slots = usize::from(overlap == Overlap::InPlace);
    let sources = (0..slots as u32).map(Source::Slot);
    let sources = sources.chain((0..).map(Source::Input));
    let inputs = sources
        .zip(&operation.inputs)
        .map(|(source, ty)| Input { source, ty: *ty })
        .collect();
    let node = |op, inputs, output| Node {
        op,
        inputs,
        output,
        stream: 0,
    };
    let end = TensorType::f32(Dims::new([1; 4]).map_err(|error| error.to_string())?);
    let program = Program {
        seed,
        slots: vec![operation.output],
        inputs: operation.inputs.iter().skip(slots).copied().collect(),
        constants: Vec::new(),
        constants_root: [0; 32],
        nodes: vec![
            node(operation.op.clone(), inputs, operation.output),
            node(Op::Commit, Vec::new(), end),
        ],
    };
    program.validate().map_err(|error| error.to_string())
}

fn f32_of(sizes: [u32; 4]) -> Result<TensorType, TensorError> {
    Ok(TensorType::f32(Dims::new(sizes)?))
}

fn u32_of(sizes: [u32; 4]) -> Result<TensorType, TensorError> {
    Ok(TensorType::u32(Dims::new(sizes)?))
}
