//! The operators with their attributes.

use crate::map::MapCode;

/// In which order [`Op::BatchRows`] takes the rows of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RowOrder {
    /// Position `p` of the stream is row `perm(seed, p / rows)(p % rows)`: every epoch another permutation.
    Shuffled = 0,
    /// Position `p` is row `p % rows`. For evaluation, and for tables indexed by the step number.
    Sequential = 1,
}

/// An operator with its attributes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Elementwise straight-line code on up to 4 full-size and 4 broadcast float inputs.
    Map(MapCode),
    /// Batched product of matrices, rule S over the inner dimension.
    MatMul {
        /// The left input is stored as its transpose.
        transpose_a: bool,
        /// The right input is stored as its transpose.
        transpose_b: bool,
    },
    /// Sum of each row: [b0, b1, r, c] to [b0, b1, r, 1], rule S in each of 32 lanes.
    RowSum,
    /// IEEE 754-2019 maximum of each row.
    RowMax,
    /// Sum of each column: [b0, b1, r, c] to [b0, b1, 1, c], rule S.
    ColSum,
    /// IEEE 754-2019 maximum of each column.
    ColMax,
    /// Sum over one or both leading dimensions, whichever the output has as 1; row-major ascending, rule S.
    LeadSum,
    /// The same elements in row-major order under other dimensions.
    Reshape,
    /// Output dimension `i` is input dimension `perm[i]`.
    Permute {
        /// A permutation of 0, 1, 2, 3.
        perm: [u8; 4],
    },
    /// The box of the output's size that starts at `start`.
    Slice {
        /// First index in each dimension.
        start: [u32; 4],
    },
    /// The inputs one after the other along `axis`.
    Concat {
        /// 0 to 3.
        axis: u8,
    },
    /// Rows of a table [1, 1, v, d] of any type, named by an index column u32 [1, 1, n, 1]: [1, 1, n, d]. Inputs: index, table.
    Gather,
    /// One element of each row: x [1, 1, n, c] of any type at index u32 [1, 1, n, 1]: [1, 1, n, 1]. Inputs: index, x.
    Pick,
    /// u32 [1, 1, n, 1] to f32 [1, 1, n, c].
    OneHot,
    /// The batch of the current step: rows of a dataset [1, 1, n, d] in the given order: [1, 1, b, d].
    BatchRows {
        /// Which row comes when.
        order: RowOrder,
    },
    /// The tape [1, 1, n, c] with its rows `step * b ..` replaced by the value [1, 1, b, c]; rows past the end are dropped. Inputs: tape, value.
    RowWrite,
    /// Rows of values f32 [1, 1, n, d] added up where an index column u32 [1, 1, n, 1] sends them: f32 [1, 1, v, d], rule S over
    /// positions. An index of v or more is dropped. Inputs: index, values.
    ScatterAdd,
    /// Last node of a program: the next state. No inputs; its output type is f32 [1, 1, 1, 1] and it has no tiles.
    Commit,
}

impl Op {
    /// The operator's code in a node's encoding.
    pub const fn code(&self) -> u16 {
        match self {
            Self::Map(_) => 0x01,
            Self::MatMul { .. } => 0x02,
            Self::RowSum => 0x10,
            Self::RowMax => 0x11,
            Self::ColSum => 0x12,
            Self::ColMax => 0x13,
            Self::LeadSum => 0x14,
            Self::Reshape => 0x20,
            Self::Permute { .. } => 0x21,
            Self::Slice { .. } => 0x22,
            Self::Concat { .. } => 0x23,
            Self::Gather => 0x30,
            Self::Pick => 0x31,
            Self::OneHot => 0x32,
            Self::BatchRows { .. } => 0x33,
            Self::RowWrite => 0x34,
            Self::ScatterAdd => 0x35,
            Self::Commit => 0xff,
        }
    }

    /// The operator's name in messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Map(_) => "Map",
            Self::MatMul { .. } => "MatMul",
            Self::RowSum => "RowSum",
            Self::RowMax => "RowMax",
            Self::ColSum => "ColSum",
            Self::ColMax => "ColMax",
            Self::LeadSum => "LeadSum",
            Self::Reshape => "Reshape",
            Self::Permute { .. } => "Permute",
            Self::Slice { .. } => "Slice",
            Self::Concat { .. } => "Concat",
            Self::Gather => "Gather",
            Self::Pick => "Pick",
            Self::OneHot => "OneHot",
            Self::BatchRows { .. } => "BatchRows",
            Self::RowWrite => "RowWrite",
            Self::ScatterAdd => "ScatterAdd",
            Self::Commit => "Commit",
        }
    }
}
