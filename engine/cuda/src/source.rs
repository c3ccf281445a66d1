//! The text of the kernels, put together into what is compiled as one.

use crate::map_source::MapKernel;
use std::borrow::Cow;

const COMMON: &str = include_str!("kernels/common.cu");
const SCALARS: &str = include_str!("kernels/scalars.cu");
const COPIES: &str = include_str!("kernels/copies.cu");
const MATMUL: &str = include_str!("kernels/matmul.cu");
const REDUCE: &str = include_str!("kernels/reduce.cu");
const MOVEMENT: &str = include_str!("kernels/movement.cu");
const ROWS: &str = include_str!("kernels/rows.cu");
const SCATTER: &str = include_str!("kernels/scatter.cu");
const KECCAK: &str = include_str!("kernels/keccak.cu");
const MAP: &str = include_str!("kernels/map.cu");

/// Kernels that are compiled together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Products of matrices.
    MatMul,
    /// Reductions, and the sum of chunks.
    Reduce,
    /// Permute, slice, concat, copies.
    Movement,
    /// Gather, pick, one-hot, batches, tapes.
    Rows,
    /// Rows added up where an index sends them.
    Scatter,
    /// Hashes of tiles and trees.
    Keccak,
    /// The Maps of a program.
    Maps,
}

impl Unit {
    /// The units whose text does not depend on a program.
    pub const FIXED: [Self; 6] = [
        Self::MatMul,
        Self::Reduce,
        Self::Movement,
        Self::Rows,
        Self::Scatter,
        Self::Keccak,
    ];

    /// The unit's text. `maps` are the kernels of [`Unit::Maps`]; the others have no use for them.
    pub fn source(self, maps: &[MapKernel]) -> String {
        let subject: Cow<str> = match self {
            Self::MatMul => MATMUL.into(),
            Self::Reduce => REDUCE.into(),
            Self::Movement => MOVEMENT.into(),
            Self::Rows => ROWS.into(),
            Self::Scatter => SCATTER.into(),
            Self::Keccak => KECCAK.into(),
            Self::Maps => maps
                .iter()
                .fold(MAP.to_owned(), |text, map| text + map.source())
                .into(),
        };
        [COMMON, SCALARS, COPIES, &subject].join("\n")
    }
}
