//! The straight-line code of a Map: what it is, its canonical encoding, the check and the reference interpreter.
//!
//! Values are numbered: the inputs first, then the constants, then the result of each instruction. An instruction may
//! only use values with smaller numbers than its own result, so code always ends.
//!
//! ```
//! use assay_numerics::map::{MapCode, MapInstruction, MapOp};
//! // x * sigmoid(x), with x as value 0
//! let code = MapCode {
//!     constants: vec![],
//!     instructions: vec![
//!         MapInstruction { op: MapOp::Sigmoid, args: [0, 0, 0] },
//!         MapInstruction { op: MapOp::Mul, args: [0, 1, 0] },
//!     ],
//! };
//! assert_eq!(code.check(1), Ok(()));
//! assert_eq!(code.eval(&[0.0]), 0.0);
//! ```

mod check;
mod encoding;
pub(crate) mod eval;

pub use check::MapError;
pub use encoding::MapDecodeError;

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
    /// Most scalar operations for an element, as [`MapCode::operations`] counts them. It bounds how long a tile can take
    /// whoever evaluates it by the definition alone.
    pub const MAX_OPERATIONS: u64 = 384;
    /// Most inputs as large as the output.
    pub const MAX_FULL_INPUTS: usize = 4;
    /// Most inputs that are a row, a column or a scalar.
    pub const MAX_BROADCAST_INPUTS: usize = 4;
    /// Most inputs of both kinds.
    pub const MAX_INPUTS: usize = Self::MAX_FULL_INPUTS + Self::MAX_BROADCAST_INPUTS;
    /// Most values: inputs, constants and results.
    pub const MAX_VALUES: usize = Self::MAX_INPUTS + Self::MAX_CONSTANTS + Self::MAX_INSTRUCTIONS;
    /// Length of the longest encoding in bytes.
    pub const MAX_ENCODED: usize = 2 + 4 * Self::MAX_CONSTANTS + 4 * Self::MAX_INSTRUCTIONS;

    /// Scalar operations for an element: the sum of [`MapOp::operations`] over the instructions. Saturates.
    pub fn operations(&self) -> u64 {
        self.instructions
            .iter()
            .fold(0, |sum, next| sum.saturating_add(next.op.operations()))
    }
}

impl MapOp {
    /// Every operation, in the order of the codes, which run from 1 without a gap.
    pub const ALL: [Self; 19] = [
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Fma,
        Self::Sqrt,
        Self::Exp,
        Self::Ln,
        Self::Tanh,
        Self::Sigmoid,
        Self::Max,
        Self::Min,
        Self::Lt,
        Self::Le,
        Self::Eq,
        Self::Select,
        Self::Abs,
        Self::Neg,
        Self::Flush,
    ];

    /// The code that stands for this operation in an encoding.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The operation with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// Scalar operations: 1, but 2 for a multiply-add, 4 for a division or root, and the length of the defining sequence
    /// for a transcendental.
    pub const fn operations(self) -> u64 {
        match self {
            Self::Fma => 2,
            Self::Div | Self::Sqrt => 4,
            Self::Exp => 26,
            Self::Ln => 28,
            Self::Tanh => 46,
            Self::Sigmoid => 48,
            Self::Add
            | Self::Sub
            | Self::Mul
            | Self::Max
            | Self::Min
            | Self::Lt
            | Self::Le
            | Self::Eq
            | Self::Select
            | Self::Abs
            | Self::Neg
            | Self::Flush => 1,
        }
    }

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
