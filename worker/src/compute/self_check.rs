//! Some operators on a device beside their definition, before any work is offered.

use assay_commitment::{state_root, tensor_root_of, Sha3};
use assay_numerics::{scalar, DType, Dims, FoldError, RowOrder, Tensor, TensorError, TensorType};
use assay_program::{
    builder::{BuildError, Expr, GraphBuilder, Var},
    Program, ProgramError, Source,
};
use assay_protocol::StateRoot;

use super::{ComputeError, Device, Task};
use crate::material::Machine;

/// Steps that are compared.
const STEPS: u64 = 2;

/// The device computes something else than the definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Differs {
    /// An operator.
    #[error("after step {step}, element {element} of {operator} is {found:08x} where the definition has {expected:08x}")]
    Element {
        /// The step.
        step: u64,
        /// Name of the operator.
        operator: &'static str,
        /// The element, row-major.
        element: usize,
        /// The device's bits.
        found: u32,
        /// The right ones.
        expected: u32,
    },
    /// The state root.
    #[error("after step {step} the state root is {found} where the definition has {expected}")]
    Root {
        /// The step.
        step: u64,
        /// The device's.
        found: StateRoot,
        /// The right one.
        expected: StateRoot,
    },
}

/// Why a device was not found right.
#[derive(Debug, thiserror::Error)]
pub enum SelfCheckError {
    /// It is wrong.
    #[error(
        "it computes wrongly: {0}; no work is done on it, since a wrong bit costs the collateral"
    )]
    Differs(#[from] Differs),
    /// It failed.
    #[error(transparent)]
    Compute(#[from] ComputeError),
    /// The program could not be made: a defect.
    #[error("the self-check itself: {0}")]
    Program(String),
}

macro_rules! defect {
    ($($error:ty),+) => {
        $(impl From<$error> for SelfCheckError {
            fn from(error: $error) -> Self {
                Self::Program(error.to_string())
            }
        })+
    };
}

defect!(
    BuildError,
    TensorError,
    ProgramError,
    FoldError,
    getrandom::Error
);

/// Runs some steps of a program with products, reductions, Maps and lookups of random shapes on random tensors, and compares
/// every slot and the state root by bits with the definition.
///
/// # Errors
/// [`SelfCheckError::Differs`] says where the device is wrong; or that it failed.
pub fn self_check(device: &dyn Device, machine: Machine) -> Result<(), SelfCheckError> {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed)?;
    check_seeded(device, machine, u64::from_le_bytes(seed))
}

fn check_seeded(device: &dyn Device, machine: Machine, seed: u64) -> Result<(), SelfCheckError> {
    let (task, mut state) = sample(&mut Random(seed))?;
    let mut stepper = device.load(&task, state.clone(), machine)?;
    for step in 0..STEPS {
        stepper.step(step)?;
        state = defined(&task, &state, step)?;
        compare(task.program.get(), step, &stepper.slots()?, &state)?;
        let roots: Vec<_> = state.iter().map(tensor_root_of::<Sha3>).collect();
        let expected = StateRoot(state_root::<Sha3>(&roots).0);
        let found = stepper.root()?;
        if found != expected {
            return Err(Differs::Root {
                step,
                found,
                expected,
            }
            .into());
        }
    }
    Ok(())
}

/// The state after a step, by the definition.
fn defined(task: &Task, slots: &[Tensor], step: u64) -> Result<Vec<Tensor>, SelfCheckError> {
    let program = task.program.get();
    let (compute, _commit) = program.nodes.split_at(program.nodes.len() - 1);
    let mut values: Vec<Tensor> = Vec::with_capacity(compute.len());
    for node in compute {
        let inputs = node.inputs.iter().map(|input| match input.source {
            Source::Node(number) => &values[number as usize],
            Source::Slot(number) => &slots[number as usize],
            Source::Input(number) => &task.data[number as usize],
            Source::Constant(number) => &task.constants[number as usize],
        });
        let inputs: Vec<&Tensor> = inputs.collect();
        let value = node.operation().evaluate(&program.seed, step, &inputs)?;
        values.push(value);
    }
    Ok(values.split_off(values.len() - slots.len()))
}

fn compare(
    program: &Program,
    step: u64,
    found: &[Tensor],
    expected: &[Tensor],
) -> Result<(), Differs> {
    let nodes = &program.nodes[program.nodes.len() - 1 - expected.len()..];
    for ((node, found), expected) in nodes.iter().zip(found).zip(expected) {
        let canonical = |word: u32| match expected.ty().dtype {
            DType::F32 => scalar::canonical(word),
            DType::U32 => word,
        };
        let words = found.words().iter().zip(expected.words()).enumerate();
        for (element, (found, expected)) in words {
            if canonical(*found) != canonical(*expected) {
                return Err(Differs::Element {
                    step,
                    operator: node.op.name(),
                    element,
                    found: *found,
                    expected: *expected,
                });
            }
        }
    }
    Ok(())
}

/// A small generator (splitmix64): every run checks other shapes and numbers.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn between(&mut self, least: u32, most: u32) -> u32 {
        least + (self.next() % u64::from(most - least + 1)) as u32
    }

    /// Numbers of both signs around 1 whose sums show their order, and, eight times in `rarity`, a zero, an infinity, a
    /// subnormal or a NaN.
    fn word(&mut self, rarity: u64) -> u32 {
        const SPECIAL: [u32; 8] = [
            0,
            0x8000_0000,
            1,
            0x807f_ffff,
            0x7f80_0000,
            0xff80_0000,
            0x7fc0_0000,
            0x7f7f_ffff,
        ];
        let bits = self.next();
        match bits % rarity {
            number @ 0..8 => SPECIAL[number as usize],
            _ => (((bits >> 40) as f32 - 8_388_608.0) / 4_194_304.0).to_bits(),
        }
    }

    fn tensor(&mut self, ty: TensorType, rarity: u64) -> Result<Tensor, TensorError> {
        let word = |random: &mut Self| match ty.dtype {
            DType::F32 => random.word(rarity),
            // Indices, some of them out of range.
            DType::U32 => random.between(0, 70),
        };
        let words = (0..ty.dims.elements()).map(|_| word(self)).collect();
        Tensor::new(ty, words)
    }
}

/// A program whose slots are outputs of operators of random shapes, and a state.
fn sample(random: &mut Random) -> Result<(Task, Vec<Tensor>), SelfCheckError> {
    let mut seed = [0; 32];
    seed.fill_with(|| random.next() as u8);
    let mut graph = GraphBuilder::new(seed);
    let mut outputs = products(&mut graph, random)?;
    outputs.extend(others(&mut graph, random)?);
    for output in outputs {
        let slot = graph.slot(output.ty());
        graph.set_next(slot, output)?;
    }
    // One slot goes on from the device's own numbers.
    let slot = graph.slot(matrix(random.between(1, 70), random.between(1, 70))?);
    let next = graph.map(Expr::from(slot) * 0.75 + 0.1)?;
    graph.set_next(slot, next)?;
    let built = graph.finish()?;
    let program = built.program.validate()?;
    let parts = program.get();
    let tensors = |types: &[TensorType], random: &mut Random| {
        let tensors = types.iter().map(|ty| random.tensor(*ty, rarity(*ty)));
        tensors.collect::<Result<Vec<_>, _>>()
    };
    let data = tensors(&parts.inputs, random)?;
    let state = tensors(&parts.slots, random)?;
    let task = Task {
        constants: built.constants.into(),
        data: data.into(),
        program,
    };
    Ok((task, state))
}

/// Few of the long sums of products may meet an infinity or a NaN, or they would show nothing.
fn rarity(ty: TensorType) -> u64 {
    match ty.dims.rows().max(ty.dims.cols()) {
        0..=70 => 1 << 12,
        _ => 1 << 16,
    }
}

fn matrix(rows: u32, cols: u32) -> Result<TensorType, TensorError> {
    Ok(TensorType::f32(Dims::matrix(rows, cols)?))
}

/// Products in all four forms, one of them of more than one chunk.
fn products(graph: &mut GraphBuilder, random: &mut Random) -> Result<Vec<Var>, SelfCheckError> {
    let mut outputs = Vec::new();
    for (transpose_a, transpose_b) in [(false, false), (true, false), (false, true), (true, true)] {
        let (m, n) = (random.between(1, 70), random.between(1, 70));
        let k = match (transpose_a, transpose_b) {
            (false, false) => random.between(513, 700),
            _ => random.between(1, 70),
        };
        let (rows, cols) = if transpose_a { (k, m) } else { (m, k) };
        let a = graph.input(matrix(rows, cols)?);
        let (rows, cols) = if transpose_b { (n, k) } else { (k, n) };
        let b = graph.input(matrix(rows, cols)?);
        outputs.push(graph.matmul(a, b, transpose_a, transpose_b)?);
    }
    Ok(outputs)
}

/// Reductions, Maps, movements and lookups.
fn others(graph: &mut GraphBuilder, random: &mut Random) -> Result<Vec<Var>, SelfCheckError> {
    let (rows, cols) = (random.between(2, 70), random.between(2, 70));
    let x = graph.input(matrix(rows, cols)?);
    let index = graph.input(TensorType::u32(Dims::matrix(rows, 1)?));
    let half = Dims::matrix(rows - 1, cols - 1)?;
    let (slope, bound) = (Expr::from(x) * 0.75, Expr::from(x).abs());
    Ok(vec![
        graph.row_sum(x)?,
        graph.row_max(x)?,
        graph.col_sum(x)?,
        graph.col_max(x)?,
        graph.map(slope.exp() / (Expr::from(1.0) + bound.clone()))?,
        graph.map(bound.sqrt() - Expr::from(x).tanh())?,
        graph.permute(x, [0, 1, 3, 2])?,
        graph.slice(x, [0, 0, 1, 1], half)?,
        graph.concat(&[x, x], 2)?,
        graph.gather(index, x)?,
        graph.pick(index, x)?,
        graph.one_hot(index, cols)?,
        graph.batch_rows(x, random.between(1, rows), RowOrder::Shuffled)?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::Cpu;
    use assay_engine::Simd;

    #[test]
    fn this_processor_is_right() {
        for simd in Simd::available() {
            let machine = Machine {
                simd,
                memory_bytes: 1 << 30,
            };
            for seed in 0..20 {
                check_seeded(&Cpu, machine, seed).unwrap();
            }
        }
    }
}
