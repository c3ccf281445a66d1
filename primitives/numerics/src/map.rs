//! The straight-line code of a Map.

use alloc::vec::Vec;

/// One scalar operation. Comparisons give 1 or +0; `Select` takes its second argument iff the first is not zero
/// (NaN is not zero).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MapOp {
    /// `a + b`
    Add = 0x01,
    /// `a - b`
    Sub = 0x02,
    /// `a * b`
    Mul = 0x03,
    /// `a / b`
    Div = 0x04,
    /// `fma(a, b, c)`, one rounding
    Fma = 0x05,
    /// Square root
    Sqrt = 0x06,
    /// Natural exponential
    Exp = 0x07,
    /// Natural logarithm
    Ln = 0x08,
    /// Hyperbolic tangent
    Tanh = 0x09,
    /// Logistic function
    Sigmoid = 0x0a,
    /// IEEE 754-2019 maximum
    Max = 0x0b,
    /// IEEE 754-2019 minimum
    Min = 0x0c,
    /// 1 if `a < b`, else +0
    Lt = 0x0d,
    /// 1 if `a <= b`, else +0
    Le = 0x0e,
    /// 1 if `a == b`, else +0
    Eq = 0x0f,
    /// `b` if `a != 0` (NaN included), else `c`
    Select = 0x10,
    /// Absolute value
    Abs = 0x11,
    /// Negation
    Neg = 0x12,
    /// +0 if the exponent field is 0 (zero or subnormal), else the value
    Flush = 0x13,
}

/// One instruction: an operation on earlier values. Arguments that the operation does not use are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MapInstruction {
    /// What is computed.
    pub op: MapOp,
    /// Value numbers: inputs first, then constants, then results of earlier instructions.
    pub args: [u8; 3],
}

/// Straight-line code; the last instruction's result is the output.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MapCode {
    /// Constants as bit patterns; a NaN must be the canonical 7fc00000. At most [`MapCode::MAX_CONSTANTS`].
    pub constants: Vec<u32>,
    /// 1 to [`MapCode::MAX_INSTRUCTIONS`] instructions.
    pub instructions: Vec<MapInstruction>,
}

impl MapCode {
    /// Most constants.
    pub const MAX_CONSTANTS: usize = 16;
    /// Most instructions.
    pub const MAX_INSTRUCTIONS: usize = 32;
    /// Most inputs as large as the output.
    pub const MAX_FULL_INPUTS: usize = 4;
    /// Most inputs that are a row, a column or a scalar.
    pub const MAX_BROADCAST_INPUTS: usize = 4;
}

impl MapOp {
    /// Number of arguments, 1 to 3.
    pub const fn arity(self) -> usize {
        match self {
            Self::Fma | Self::Select => 3,
            Self::Add
            | Self::Sub
            | Self::Mul
            | Self::Div
            | Self::Max
            | Self::Min
            | Self::Lt
            | Self::Le
            | Self::Eq => 2,
            Self::Sqrt
            | Self::Exp
            | Self::Ln
            | Self::Tanh
            | Self::Sigmoid
            | Self::Abs
            | Self::Neg
            | Self::Flush => 1,
        }
    }
}
