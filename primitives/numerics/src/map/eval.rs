//! The reference interpreter.

use super::{MapCode, MapInstruction, MapOp};
use crate::scalar;

/// One value for each of `N` elements.
pub(crate) type Lanes<const N: usize> = [f32; N];

impl MapCode {
    /// The output for one element, with a NaN in canonical form. Allocates nothing.
    ///
    /// `inputs` are one element of each input, in order, as many as [`MapCode::check`] was asked about. For code or
    /// inputs that it refuses the result is NaN.
    pub fn eval(&self, inputs: &[f32]) -> f32 {
        let [result] = Values::new().eval(self, inputs.iter().map(|input| [*input]));
        result
    }
}

impl MapOp {
    /// The operation on these arguments; those beyond its arity do not matter. A NaN result has any sign and payload.
    pub fn apply(self, arguments: [f32; 3]) -> f32 {
        let [a, b, c] = arguments.map(|argument| [argument]);
        let mut result = [0.0];
        self.apply_lanes([&a, &b, &c], &mut result);
        let [result] = result;
        result
    }

    fn apply_lanes<const N: usize>(self, [a, b, c]: [&Lanes<N>; 3], out: &mut Lanes<N>) {
        match self {
            Self::Add => two(out, a, b, scalar::add),
            Self::Sub => two(out, a, b, scalar::sub),
            Self::Mul => two(out, a, b, scalar::mul),
            Self::Div => two(out, a, b, scalar::div),
            Self::Fma => three(out, a, b, c, scalar::fma),
            Self::Sqrt => one(out, a, scalar::sqrt),
            Self::Exp => one(out, a, scalar::exp),
            Self::Ln => one(out, a, scalar::ln),
            Self::Tanh => one(out, a, scalar::tanh),
            Self::Sigmoid => one(out, a, scalar::sigmoid),
            Self::Max => two(out, a, b, scalar::maximum),
            Self::Min => two(out, a, b, scalar::minimum),
            Self::Lt => two(out, a, b, scalar::less),
            Self::Le => two(out, a, b, scalar::less_or_equal),
            Self::Eq => two(out, a, b, scalar::equal),
            Self::Select => three(out, a, b, c, scalar::select),
            Self::Abs => one(out, a, scalar::abs),
            Self::Neg => one(out, a, scalar::neg),
            Self::Flush => one(out, a, scalar::flush),
        }
    }
}

fn one<const N: usize>(out: &mut Lanes<N>, a: &Lanes<N>, f: impl Fn(f32) -> f32) {
    for (out, a) in out.iter_mut().zip(a) {
        *out = f(*a);
    }
}

fn two<const N: usize>(
    out: &mut Lanes<N>,
    a: &Lanes<N>,
    b: &Lanes<N>,
    f: impl Fn(f32, f32) -> f32,
) {
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = f(*a, *b);
    }
}

fn three<const N: usize>(
    out: &mut Lanes<N>,
    a: &Lanes<N>,
    b: &Lanes<N>,
    c: &Lanes<N>,
    f: impl Fn(f32, f32, f32) -> f32,
) {
    for (((out, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *out = f(*a, *b, *c);
    }
}

/// Room for the values of `N` elements, on the stack, to be used for one row after the other.
pub(crate) struct Values<const N: usize> {
    slots: [Lanes<N>; MapCode::MAX_VALUES],
    count: usize,
}

impl<const N: usize> Values<N> {
    pub(crate) fn new() -> Self {
        Self {
            slots: [[0.0; N]; MapCode::MAX_VALUES],
            count: 0,
        }
    }

    /// As [`MapCode::eval`] for `N` elements, each by itself. An instruction is looked at once for all of them.
    pub(crate) fn eval(
        &mut self,
        code: &MapCode,
        inputs: impl Iterator<Item = Lanes<N>>,
    ) -> Lanes<N> {
        let results = self.run(code, inputs).unwrap_or(&[f32::NAN; N]);
        results.map(|result| f32::from_bits(scalar::canonical(result.to_bits())))
    }

    /// The last instruction's results, or `None` for code or inputs that are refused.
    fn run(
        &mut self,
        code: &MapCode,
        mut inputs: impl Iterator<Item = Lanes<N>>,
    ) -> Option<&Lanes<N>> {
        self.count = 0;
        inputs.try_for_each(|input| self.push(input))?;
        code.constants
            .iter()
            .try_for_each(|&word| self.push([f32::from_bits(word); N]))?;
        code.instructions
            .iter()
            .try_for_each(|instruction| self.apply(instruction))?;
        let last = self
            .count
            .checked_sub(1)
            .filter(|_| !code.instructions.is_empty())?;
        self.slots.get(last)
    }

    fn push(&mut self, value: Lanes<N>) -> Option<()> {
        *self.slots.get_mut(self.count)? = value;
        self.count += 1;
        Some(())
    }

    /// Appends the instruction's result, or gives `None` if it uses a value that is not there.
    fn apply(&mut self, instruction: &MapInstruction) -> Option<()> {
        let (defined, free) = self.slots.split_at_mut_checked(self.count)?;
        let mut arguments = [&[0.0; N]; 3];
        for (argument, &value) in arguments.iter_mut().zip(instruction.used()) {
            *argument = defined.get(usize::from(value))?;
        }
        instruction.op.apply_lanes(arguments, free.first_mut()?);
        self.count += 1;
        Some(())
    }
}
