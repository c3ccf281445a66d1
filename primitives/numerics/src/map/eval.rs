//! The reference interpreter.

use super::{MapCode, MapInstruction, MapOp};
use crate::scalar;

impl MapCode {
    /// The output for one element, with a NaN in canonical form. Allocates nothing.
    ///
    /// `inputs` are one element of each input, in order, as many as [`MapCode::check`] was asked about. For code or
    /// inputs that it refuses the result is NaN.
    pub fn eval(&self, inputs: &[f32]) -> f32 {
        let result = self.run(inputs).unwrap_or(f32::NAN);
        f32::from_bits(scalar::canonical(result.to_bits()))
    }

    fn run(&self, inputs: &[f32]) -> Option<f32> {
        let mut values = Values::new();
        inputs.iter().try_for_each(|&input| values.push(input))?;
        self.constants
            .iter()
            .try_for_each(|&word| values.push(f32::from_bits(word)))?;
        let mut result = None;
        for instruction in &self.instructions {
            let value = values.result(instruction)?;
            values.push(value)?;
            result = Some(value);
        }
        result
    }
}

impl MapOp {
    /// The operation on these arguments; those beyond its arity do not matter. A NaN result has any sign and payload.
    pub fn apply(self, [a, b, c]: [f32; 3]) -> f32 {
        match self {
            Self::Add => scalar::add(a, b),
            Self::Sub => scalar::sub(a, b),
            Self::Mul => scalar::mul(a, b),
            Self::Div => scalar::div(a, b),
            Self::Fma => scalar::fma(a, b, c),
            Self::Sqrt => scalar::sqrt(a),
            Self::Exp => scalar::exp(a),
            Self::Ln => scalar::ln(a),
            Self::Tanh => scalar::tanh(a),
            Self::Sigmoid => scalar::sigmoid(a),
            Self::Max => scalar::maximum(a, b),
            Self::Min => scalar::minimum(a, b),
            Self::Lt => scalar::less(a, b),
            Self::Le => scalar::less_or_equal(a, b),
            Self::Eq => scalar::equal(a, b),
            Self::Select => scalar::select(a, b, c),
            Self::Abs => scalar::abs(a),
            Self::Neg => scalar::neg(a),
            Self::Flush => scalar::flush(a),
        }
    }
}

/// The values so far, on the stack.
struct Values {
    slots: [f32; MapCode::MAX_VALUES],
    count: usize,
}

impl Values {
    fn new() -> Self {
        Self {
            slots: [0.0; MapCode::MAX_VALUES],
            count: 0,
        }
    }

    fn push(&mut self, value: f32) -> Option<()> {
        *self.slots.get_mut(self.count)? = value;
        self.count += 1;
        Some(())
    }

    fn defined(&self) -> &[f32] {
        self.slots.get(..self.count).unwrap_or(&self.slots)
    }

    /// The instruction's result, or `None` if it uses a value that is not there.
    fn result(&self, instruction: &MapInstruction) -> Option<f32> {
        let mut arguments = [0.0; 3];
        for (argument, &value) in arguments.iter_mut().zip(instruction.used()) {
            *argument = *self.defined().get(usize::from(value))?;
        }
        Some(instruction.op.apply(arguments))
    }
}
