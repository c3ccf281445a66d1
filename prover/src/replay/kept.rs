//! The tensors around the node in dispute.

use crate::{Levels, TileName};
use assay_numerics::{Tensor, TensorType};
use assay_program::{Node, Source};
use std::{collections::HashMap, sync::Arc};

/// The output of one node of one step, the outputs that it reads, and trees over tiles.
pub(super) struct Kept {
    pub(super) step: u32,
    pub(super) node: u32,
    /// The nodes whose outputs are wanted, with those seen.
    outputs: HashMap<u32, Option<Tensor>>,
    tiles: HashMap<Source, Arc<Levels>>,
    fold: Option<(TileName, Arc<Levels>)>,
}

impl Kept {
    /// For `node`, number `number` of the program.
    pub(super) fn new(step: u32, number: u32, node: &Node) -> Self {
        let read = node.inputs.iter().filter_map(|input| match input.source {
            Source::Node(node) => Some(node),
            Source::Slot(_) | Source::Input(_) | Source::Constant(_) => None,
        });
        Self {
            step,
            node: number,
            outputs: read.chain([number]).map(|node| (node, None)).collect(),
            tiles: HashMap::new(),
            fold: None,
        }
    }

    /// Takes a node's output if it is wanted.
    pub(super) fn see(&mut self, node: u32, ty: TensorType, words: &[u32]) {
        if let Some(output) = self.outputs.get_mut(&node) {
            *output = Tensor::new(ty, words.to_vec()).ok();
        }
    }

    pub(super) fn output(&self, node: u32) -> Option<&Tensor> {
        self.outputs.get(&node)?.as_ref()
    }

    pub(super) fn tree(&self, source: Source) -> Option<Arc<Levels>> {
        self.tiles.get(&source).cloned()
    }

    pub(super) fn put_tree(&mut self, source: Source, tree: Arc<Levels>) {
        self.tiles.insert(source, tree);
    }

    pub(super) fn fold(&self, tile: TileName) -> Option<Arc<Levels>> {
        let (_, tree) = self.fold.as_ref().filter(|(of, _)| *of == tile)?;
        Some(tree.clone())
    }

    pub(super) fn put_fold(&mut self, tile: TileName, tree: Arc<Levels>) {
        self.fold = Some((tile, tree));
    }
}
