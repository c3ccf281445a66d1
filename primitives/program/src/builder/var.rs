//! Handles to values of the graph.

use crate::{Input, Source};
use assay_numerics::{DType, Dims, TensorType};

/// A value of the graph: what a node gives, a slot, a dataset tensor or a constant. Valid only with the builder
/// that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Var {
    source: Source,
    ty: TensorType,
}

impl Var {
    pub(super) const fn new(source: Source, ty: TensorType) -> Self {
        Self { source, ty }
    }

    /// Element type and dimensions.
    pub const fn ty(self) -> TensorType {
        self.ty
    }

    /// Dimensions.
    pub const fn dims(self) -> Dims {
        self.ty.dims
    }

    /// Element type.
    pub const fn dtype(self) -> DType {
        self.ty.dtype
    }

    /// Where the value comes from, in the builder's own numbering: [`finish`](super::GraphBuilder::finish) renumbers nodes.
    pub const fn source(self) -> Source {
        self.source
    }

    /// Number of the state slot, if this is one.
    pub const fn slot(self) -> Option<u32> {
        match self.source {
            Source::Slot(slot) => Some(slot),
            _ => None,
        }
    }

    pub(super) const fn node(self) -> Option<u32> {
        match self.source {
            Source::Node(node) => Some(node),
            _ => None,
        }
    }

    pub(super) const fn input(self) -> Input {
        Input {
            source: self.source,
            ty: self.ty,
        }
    }
}

impl From<Input> for Var {
    fn from(input: Input) -> Self {
        Self::new(input.source, input.ty)
    }
}
