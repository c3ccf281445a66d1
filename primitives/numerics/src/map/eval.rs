//! The reference interpreter.

use super::{MapCode, MapInstruction, MapOp};
use crate::scalar;

/// One value for each of `N` elements.
type Lanes<const N: usize> = [f32; N];

impl MapCode {
    /// The output for one element, with a NaN in canonical form. Allocates nothing.
    ///
    /// `inputs` are one element of each input, in order, as many as [`MapCode::check`] was asked about. For code or
    /// inputs that it refuses the result is NaN.
    pub fn eval(&self, inputs: &[f32]) -> f32 {
        let [result] = self.eval_lanes(inputs.iter().map(|input| [*input]));
        result
    }

    /// As [`Self::eval`] for `N` elements, each by itself. An instruction is looked at once for all of them.
    pub(crate) fn eval_lanes<const N: usize>(
        &self,
        inputs: impl Iterator<Item = Lanes<N>>,
    ) -> Lanes<N> {
        let results = self.run(inputs).unwrap_or([f32::NAN; N]);
        results.map(|result| f32::from_bits(scalar::canonical(result.to_bits())))
    }

    fn run<const N: usize>(&self, mut inputs: impl Iterator<Item = Lanes<N>>) -> Option<Lanes<N>> {
        let mut values = Values::new();
        inputs.try_for_each(|input| values.push(input))?;
        self.constants
            .iter()
            .try_for_each(|&word| values.push([f32::from_bits(word); N]))?;
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
    pub fn apply(self, arguments: [f32; 3]) -> f32 {
        let [a, b, c] = arguments.map(|argument| [argument]);
        let [result] = self.apply_lanes([&a, &b, &c]);
        result
    }

    fn apply_lanes<const N: usize>(self, [a, b, c]: [&Lanes<N>; 3]) -> Lanes<N> {
        match self {
            Self::Add => two(a, b, scalar::add),
            Self::Sub => two(a, b, scalar::sub),
            Self::Mul => two(a, b, scalar::mul),
            Self::Div => two(a, b, scalar::div),
            Self::Fma => three(a, b, c, scalar::fma),
            Self::Sqrt => a.map(scalar::sqrt),
            Self::Exp => a.map(scalar::exp),
            Self::Ln => a.map(scalar::ln),
            Self::Tanh => a.map(scalar::tanh),
            Self::Sigmoid => a.map(scalar::sigmoid),
            Self::Max => two(a, b, scalar::maximum),
            Self::Min => two(a, b, scalar::minimum),
            Self::Lt => two(a, b, scalar::less),
            Self::Le => two(a, b, scalar::less_or_equal),
            Self::Eq => two(a, b, scalar::equal),
            Self::Select => three(a, b, c, scalar::select),
            Self::Abs => a.map(scalar::abs),
            Self::Neg => a.map(scalar::neg),
            Self::Flush => a.map(scalar::flush),
        }
    }
}

fn two<const N: usize>(a: &Lanes<N>, b: &Lanes<N>, f: impl Fn(f32, f32) -> f32) -> Lanes<N> {
    let mut results = *a;
    for (result, b) in results.iter_mut().zip(b) {
        *result = f(*result, *b);
    }
    results
}

fn three<const N: usize>(
    a: &Lanes<N>,
    b: &Lanes<N>,
    c: &Lanes<N>,
    f: impl Fn(f32, f32, f32) -> f32,
) -> Lanes<N> {
    let mut results = *a;
    for ((result, b), c) in results.iter_mut().zip(b).zip(c) {
        *result = f(*result, *b, *c);
    }
    results
}

/// The values so far, on the stack.
struct Values<const N: usize> {
    slots: [Lanes<N>; MapCode::MAX_VALUES],
    count: usize,
}

impl<const N: usize> Values<N> {
    fn new() -> Self {
        Self {
            slots: [[0.0; N]; MapCode::MAX_VALUES],
            count: 0,
        }
    }

    fn push(&mut self, value: Lanes<N>) -> Option<()> {
        *self.slots.get_mut(self.count)? = value;
        self.count += 1;
        Some(())
    }

    fn defined(&self) -> &[Lanes<N>] {
        self.slots.get(..self.count).unwrap_or(&self.slots)
    }

    /// The instruction's result, or `None` if it uses a value that is not there.
    fn result(&self, instruction: &MapInstruction) -> Option<Lanes<N>> {
        let mut arguments = [&[0.0; N]; 3];
        for (argument, &value) in arguments.iter_mut().zip(instruction.used()) {
            *argument = self.defined().get(usize::from(value))?;
        }
        Some(instruction.op.apply_lanes(arguments))
    }
}
