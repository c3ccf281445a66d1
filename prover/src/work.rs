//! What a job fixes, for whoever executes it again.

use crate::{Levels, ProverError};
use assay_commitment::{node_leaf, Hash, Sha3, TensorRoot};
use assay_engine::Hasher;
use assay_numerics::Tensor;
use assay_program::{Header, Node, Program, Source, ValidProgram};
use std::sync::{Arc, OnceLock};

/// A job's program, constants and data. A clone shares them.
#[derive(Clone, Debug)]
pub struct Work {
    facts: Arc<Facts>,
}

#[derive(Debug)]
struct Facts {
    program: ValidProgram,
    header: Header,
    constants: Arc<[Tensor]>,
    data: Arc<[Tensor]>,
    nodes: OnceLock<Levels>,
    constant_roots: OnceLock<Levels>,
}

impl Work {
    /// The work of a job. Constants and data are of the program's types, and under the roots of the job's record.
    pub fn new(
        program: ValidProgram,
        constants: impl Into<Arc<[Tensor]>>,
        data: impl Into<Arc<[Tensor]>>,
    ) -> Self {
        Self {
            facts: Arc::new(Facts {
                header: program.get().header(),
                program,
                constants: constants.into(),
                data: data.into(),
                nodes: OnceLock::new(),
                constant_roots: OnceLock::new(),
            }),
        }
    }

    /// The program.
    pub fn program(&self) -> &ValidProgram {
        &self.facts.program
    }

    /// The program's header.
    pub fn header(&self) -> &Header {
        &self.facts.header
    }

    /// The constants in order.
    pub fn constants(&self) -> &Arc<[Tensor]> {
        &self.facts.constants
    }

    /// The dataset tensors in order.
    pub fn data(&self) -> &Arc<[Tensor]> {
        &self.facts.data
    }

    /// Node number `node` of the program.
    ///
    /// # Errors
    /// [`ProverError::NoSuchSource`].
    pub fn node(&self, node: u32) -> Result<&Node, ProverError> {
        let program: &Program = self.facts.program.get();
        program
            .nodes
            .get(node as usize)
            .ok_or(ProverError::NoSuchSource(Source::Node(node)))
    }

    /// The tree over the encoded nodes.
    pub fn node_tree(&self) -> &Levels {
        self.facts.nodes.get_or_init(|| {
            let nodes = self.facts.program.get().nodes.iter();
            Levels::new(
                nodes
                    .map(|node| node_leaf::<Sha3>(&node.encode()))
                    .collect(),
            )
        })
    }

    /// The tree over the constants' tensor roots.
    pub fn constant_tree(&self) -> &Levels {
        self.facts
            .constant_roots
            .get_or_init(|| Levels::new(self.facts.constants.iter().map(root_of).collect()))
    }

    /// The roots of the dataset tensors.
    pub fn dataset_roots(&self) -> Vec<TensorRoot> {
        let hasher = Hasher::default();
        let roots = self.facts.data.iter();
        roots.map(|tensor| hasher.tensor_root(tensor)).collect()
    }
}

fn root_of(tensor: &Tensor) -> Hash {
    Hasher::default().tensor_root(tensor).0
}
