//! The referee: one fold step, run by the chain.

use crate::{
    frames::{BlockFrame, SlotFrame},
    moves::{Proof, Register, ShowSlot, SourceProof, TileWords},
    verdict::{Party, Reason, Verdict},
    Claim, MoveError,
};
use alloc::vec::Vec;
use assay_commitment::{
    canonical_word, fold_leaf, fold_path, state_root_from_tree, tensor_root, tile_hash, Hash,
    Keccak,
};
use assay_numerics::{
    Accumulator, Context, FoldError, JudgedFold, Operation, SourceTile, TensorType, Tile,
    TileIndex, TileShape,
};
use assay_program::{Input, Source};

/// Where a source tile of a fold step lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// The tensor.
    pub source: Source,
    /// The tensor's type as the node declares it.
    pub ty: TensorType,
    /// Number of the tile in it.
    pub tile: u64,
}

/// The node in dispute.
struct Disputed {
    operation: Operation,
    inputs: Vec<Input>,
}

/// A fold step in dispute with everything that the chain derives about it.
struct FoldStep<'a> {
    claim: &'a Claim,
    frame: &'a BlockFrame,
    inputs: &'a [Input],
    fold: JudgedFold<'a>,
}

/// The index tile of a fold step and then the tiles that it reads; the latter depend on the index tile's content, which
/// `index` gives. `None` for what the frame's node does not have.
pub fn sources_of(
    claim: &Claim,
    frame: &BlockFrame,
    index: Option<&Tile>,
) -> Result<(Option<SourcePlace>, Vec<SourcePlace>), MoveError> {
    let node = Disputed::new(frame)?;
    let step = FoldStep::new(claim, frame, &node)?;
    let place = |source: SourceTile| step.place(source);
    let first = step.fold.index_source(frame.block).map(place);
    let rest = step.fold.sources(frame.block, index);
    Ok((
        first.transpose()?,
        rest.into_iter().map(place).collect::<Result<_, _>>()?,
    ))
}

/// Runs the fold step in dispute and judges.
pub(crate) fn prove<K: Keccak>(
    claim: &Claim,
    frame: &BlockFrame,
    proof: &Proof,
) -> Result<Verdict, MoveError> {
    let node = Disputed::new(frame)?;
    let step = FoldStep::new(claim, frame, &node)?;
    let index = step.index::<K>(proof)?;
    let sources = step.sources::<K>(proof, index.as_ref())?;
    let (before, hashes) = step.registers::<K>(proof)?;
    let computed = step
        .run::<K>(before, hashes, index.as_ref(), &sources)
        .map_err(|_| MoveError::Sources)?;
    let winner = match computed == frame.leaf {
        true => Party::Defender,
        false => Party::Challenger,
    };
    let reason = Reason::Proof {
        interval: frame.tile.node.step.interval,
        step: frame.tile.node.step.step,
        node: frame.tile.node.node,
        tile: frame.tile.tile,
        block: frame.block,
        claimed: frame.leaf,
        computed,
    };
    Ok(Verdict { winner, reason })
}

/// Compares a slot of the next state with the output of the node that gives it.
pub(crate) fn show_slot<K: Keccak>(
    claim: &Claim,
    frame: &SlotFrame,
    mv: &ShowSlot,
) -> Result<Verdict, MoveError> {
    let nodes = claim.header.nodes;
    // The slots' nodes are the last but `Commit`, in slot order.
    let node = nodes
        .checked_sub(claim.header.slots.saturating_add(1))
        .and_then(|first| first.checked_add(frame.slot))
        .ok_or(MoveError::IllFormedNode)?;
    let root = fold_path::<K>(mv.node.hash, node.into(), nodes.into(), &mv.node.path)?;
    if root != frame.node.operators {
        return Err(MoveError::WrongRoot);
    }
    let winner = match mv.node.hash == frame.root {
        true => Party::Defender,
        false => Party::Challenger,
    };
    let reason = Reason::Slot {
        interval: frame.node.step.interval,
        step: frame.node.step.step,
        slot: frame.slot,
        claimed: frame.root,
        computed: mv.node.hash,
    };
    Ok(Verdict { winner, reason })
}

impl Disputed {
    fn new(frame: &BlockFrame) -> Result<Self, MoveError> {
        let node = frame.tile.decoded()?;
        Ok(Self {
            operation: node.operation(),
            inputs: node.inputs,
        })
    }
}

impl<'a> FoldStep<'a> {
    fn new(claim: &'a Claim, frame: &'a BlockFrame, node: &'a Disputed) -> Result<Self, MoveError> {
        let Disputed { operation, inputs } = node;
        let at = &frame.tile.node.step;
        let first = claim.steps(at.interval).first.0;
        let dims = operation.output.dims;
        let ctx = Context {
            seed: &claim.header.seed,
            step: first.saturating_add(at.step.into()),
            at: TileIndex::of_tile(dims, frame.tile.tile).ok_or(MoveError::IllFormedNode)?,
        };
        let fold = operation.fold(ctx).map_err(|_| MoveError::IllFormedNode)?;
        Ok(Self {
            claim,
            frame,
            inputs,
            fold,
        })
    }

    fn is_last(&self) -> bool {
        self.frame.block.checked_add(1) == Some(self.fold.blocks())
    }

    fn place(&self, source: SourceTile) -> Result<SourcePlace, MoveError> {
        let input = self.inputs.get(source.input).ok_or(MoveError::Sources)?;
        Ok(SourcePlace {
            source: input.source,
            ty: input.ty,
            tile: source.tile,
        })
    }

    fn index<K: Keccak>(&self, proof: &Proof) -> Result<Option<Tile>, MoveError> {
        let source = self.fold.index_source(self.frame.block);
        match (source, &proof.index) {
            (None, None) => Ok(None),
            (Some(source), Some(shown)) => self.tile::<K>(source, shown).map(Some),
            _ => Err(MoveError::Sources),
        }
    }

    fn sources<K: Keccak>(
        &self,
        proof: &Proof,
        index: Option<&Tile>,
    ) -> Result<Vec<Tile>, MoveError> {
        let expected = self.fold.sources(self.frame.block, index);
        if expected.len() != proof.sources.len() {
            return Err(MoveError::Sources);
        }
        expected
            .into_iter()
            .zip(&proof.sources)
            .map(|(source, shown)| self.tile::<K>(source, shown))
            .collect()
    }

    /// A source tile, proved to lie under an agreed root.
    fn tile<K: Keccak>(&self, source: SourceTile, shown: &SourceProof) -> Result<Tile, MoveError> {
        let place = self.place(source)?;
        let shape = place.ty.tile_shape(place.tile).ok_or(MoveError::Sources)?;
        let tile = tile_of(shape, &shown.words)?;
        let tiles = place.ty.dims.tiles();
        let leaf = tile_hash::<K>(&tile);
        let tree = fold_path::<K>(leaf, place.tile, tiles, &shown.tile_path)?;
        self.check_tensor::<K>(place.source, tensor_root::<K>(place.ty, tree).0, shown)?;
        Ok(tile)
    }

    fn check_tensor<K: Keccak>(
        &self,
        source: Source,
        root: Hash,
        shown: &SourceProof,
    ) -> Result<(), MoveError> {
        let header = &self.claim.header;
        let up = |index: u32, count: u32| {
            fold_path::<K>(root, index.into(), count.into(), &shown.tensor_path)
        };
        let step = &self.frame.tile.node;
        let agreed = match source {
            Source::Node(node) => up(node, header.nodes)? == step.operators,
            Source::Slot(slot) => {
                let tree = up(slot, header.slots)?;
                state_root_from_tree::<K>(header.slots.into(), tree).0 == step.step.start
            }
            Source::Constant(index) => up(index, header.constants)? == header.constants_root,
            Source::Input(index) => {
                shown.tensor_path.is_empty()
                    && self.claim.datasets.get(index as usize) == Some(&root)
            }
        };
        match agreed {
            true => Ok(()),
            false => Err(MoveError::WrongRoot),
        }
    }

    /// The accumulator before the block, with the hash of each register that the step does not touch.
    fn registers<K: Keccak>(
        &self,
        proof: &Proof,
    ) -> Result<(Accumulator, Vec<Option<Hash>>), MoveError> {
        let initial = self.fold.init();
        if self.frame.block == 0 {
            return match proof.registers.is_empty() && proof.before.is_empty() {
                true => Ok((initial, Vec::new())),
                false => Err(MoveError::Registers),
            };
        }
        if initial.registers.len() != proof.registers.len() {
            return Err(MoveError::Registers);
        }
        let touched = self.touched();
        let mut registers = Vec::new();
        let mut untouched = Vec::new();
        let mut hashes = Vec::new();
        for (number, (blank, shown)) in initial
            .registers
            .into_iter()
            .zip(&proof.registers)
            .enumerate()
        {
            let (tile, kept) = match (touched >> number & 1 == 1, shown) {
                (true, Register::Words(words)) => (tile_of(blank.shape(), words)?, None),
                (false, Register::Untouched(hash)) => (blank, Some(*hash)),
                _ => return Err(MoveError::Registers),
            };
            hashes.push(kept.unwrap_or_else(|| tile_hash::<K>(&tile)));
            registers.push(tile);
            untouched.push(kept);
        }
        self.check_before::<K>(&hashes, &proof.before)?;
        Ok((Accumulator { registers }, untouched))
    }

    /// The registers that the step, or finishing the tile, reads or writes.
    fn touched(&self) -> u8 {
        match self.is_last() {
            true => u8::MAX,
            false => self.fold.touches(self.frame.block),
        }
    }

    fn check_before<K: Keccak>(&self, hashes: &[Hash], path: &[Hash]) -> Result<(), MoveError> {
        let before = u64::from(self.frame.block).saturating_sub(1);
        let blocks = u64::from(self.fold.blocks());
        let leaf = fold_leaf::<K>(before, blocks, hashes);
        match fold_path::<K>(leaf, before, blocks, path)? == self.frame.fold {
            true => Ok(()),
            false => Err(MoveError::WrongRoot),
        }
    }

    /// The leaf that the step leads to.
    fn run<K: Keccak>(
        &self,
        before: Accumulator,
        untouched: Vec<Option<Hash>>,
        index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<Hash, FoldError> {
        let block = self.frame.block;
        let after = self.fold.step(block, before, index, sources)?;
        if self.is_last() {
            let output = self.fold.finish(after)?;
            return Ok(tile_hash::<K>(&output));
        }
        let hashes: Vec<Hash> = after
            .registers
            .iter()
            .enumerate()
            .map(|(number, tile)| {
                let kept = untouched.get(number).copied().flatten();
                kept.unwrap_or_else(|| tile_hash::<K>(tile))
            })
            .collect();
        let blocks = self.fold.blocks();
        Ok(fold_leaf::<K>(block.into(), blocks.into(), &hashes))
    }
}

/// A tile of that shape, its NaNs canonical.
fn tile_of(shape: TileShape, words: &TileWords) -> Result<Tile, MoveError> {
    let canonical = |word: &u32| canonical_word(shape.dtype, *word) == *word;
    if !words.iter().all(canonical) {
        return Err(MoveError::Tile);
    }
    Tile::new(shape.dtype, shape.rows, shape.cols, words.to_vec()).map_err(|_| MoveError::Tile)
}
