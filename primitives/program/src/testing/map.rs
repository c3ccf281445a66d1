//! Random Maps.

use super::{
    graph::Graph,
    values::{random_float, Floats},
};
use crate::Input;
use alloc::{vec, vec::Vec};
use assay_numerics::{DType, Dims, MapCode, MapInstruction, MapOp, Op, TensorType};

/// Instructions that [`finite`] appends.
const TAIL: u32 = 3;
/// What they take.
const TAIL_OPERATIONS: u32 = 48;

fn is_full(ty: TensorType, output: Dims) -> bool {
    ty.dims.rows() == output.rows() && ty.dims.cols() == output.cols()
}

/// A float that can be repeated to the output's dimensions.
fn fits(ty: TensorType, output: Dims) -> bool {
    let sizes = ty.dims.get().into_iter().zip(output.get());
    ty.dtype == DType::F32
        && sizes
            .into_iter()
            .all(|(size, output)| size == 1 || size == output)
}

impl Graph {
    pub(super) fn map(&mut self) -> Option<Input> {
        let first = self.any_float()?;
        let mut sizes = first.ty.dims.get();
        for size in &mut sizes {
            if *size == 1 && self.rng.one_in(6) {
                *size = self.rng.between(2, 4);
            }
        }
        self.map_of(first, super::graph::dims(sizes)?)
    }

    /// A Map whose first input is `first`, with an output of these dimensions.
    pub(super) fn map_of(&mut self, first: Input, output: Dims) -> Option<Input> {
        let mut inputs = vec![first];
        for _ in 0..self.rng.below(8) {
            let input = match self.rng.below(3) {
                0 => self.repeated_constant(output)?,
                _ => self.find(|ty| fits(ty, output))?,
            };
            let full = inputs
                .iter()
                .filter(|input| is_full(input.ty, output))
                .count();
            let same = if is_full(input.ty, output) {
                full
            } else {
                inputs.len() - full
            };
            if same < MapCode::MAX_FULL_INPUTS {
                inputs.push(input);
            }
        }
        let code = self.code(inputs.len() as u8);
        self.emit(Op::Map(code), &inputs, DType::F32, output.get())
    }

    /// A row, a column, a scalar or one matrix for a batch.
    fn repeated_constant(&mut self, output: Dims) -> Option<Input> {
        let [_, _, rows, cols] = output.get();
        let sizes = match self.rng.below(4) {
            0 => [1, 1, 1, cols],
            1 => [1, 1, rows, 1],
            2 => [1, 1, 1, 1],
            _ => [1, 1, rows, cols],
        };
        self.constant(DType::F32, sizes)
    }

    fn code(&mut self, inputs: u8) -> MapCode {
        let most = MapCode::MAX_INSTRUCTIONS as u32 - TAIL;
        let length = if self.rng.one_in(8) {
            most
        } else {
            self.rng.between(1, 9)
        };
        let most = if self.rng.one_in(8) {
            MapCode::MAX_CONSTANTS as u32
        } else {
            3
        };
        let constants: Vec<u32> = (0..self.rng.between(1, most))
            .map(|_| random_float(&mut self.rng, Floats::Tame))
            .collect();
        let mut code = MapCode {
            constants,
            instructions: Vec::new(),
        };
        let mut values = inputs + code.constants.len() as u8;
        let mut operations = MapCode::MAX_OPERATIONS - u64::from(TAIL_OPERATIONS);
        for left in (0..u64::from(length)).rev() {
            let instruction = self.instruction(values, operations - left);
            operations -= instruction.op.operations();
            code.instructions.push(instruction);
            values += 1;
        }
        if self.floats == Floats::Tame {
            finite(&mut code, inputs, values);
        }
        code
    }

    /// An instruction of at most this many operations.
    fn instruction(&mut self, values: u8, operations: u64) -> MapInstruction {
        let drawn = MapOp::ALL[self.rng.below(MapOp::ALL.len() as u32) as usize];
        let op = if drawn.operations() > operations {
            MapOp::Neg
        } else {
            drawn
        };
        let mut args = [0; 3];
        args.iter_mut()
            .take(op.arity())
            .for_each(|arg| *arg = self.rng.below(u32::from(values)) as u8);
        MapInstruction { op, args }
    }
}

/// Brings the last value into -1 to 1, and a NaN to the first constant.
fn finite(code: &mut MapCode, inputs: u8, values: u8) {
    let (last, squashed, is_number) = (values - 1, values, values + 1);
    code.instructions.extend([
        MapInstruction {
            op: MapOp::Tanh,
            args: [last, 0, 0],
        },
        MapInstruction {
            op: MapOp::Eq,
            args: [last, last, 0],
        },
        MapInstruction {
            op: MapOp::Select,
            args: [is_number, squashed, inputs],
        },
    ]);
}
