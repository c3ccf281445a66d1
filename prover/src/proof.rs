//! The last move: everything that one fold step reads, with the way up to what is agreed.

use crate::{Execution, HashTree, ProverError, TileName, TreeName, Work};
use assay_commitment::{canonical_word, tile_hash, Sha3};
use assay_game::{
    sources_of, BlockFrame, Claim, Path, Proof, Register, SourcePlace, SourceProof, TileWords,
};
use assay_numerics::{Context, Tile};
use assay_program::Source;

/// The proof of a fold step.
pub(crate) fn prove(
    work: &Work,
    execution: &mut impl Execution,
    claim: &Claim,
    frame: &BlockFrame,
) -> Result<Proof, ProverError> {
    let at = TileName::of(&frame.tile);
    execution.prepare(at.step, at.node)?;
    let mut sources = Sources {
        work,
        execution,
        step: at.step,
    };
    let (index, places) = sources.places(claim, frame)?;
    let shown: Vec<SourceProof> = places
        .iter()
        .map(|place| sources.proof(place))
        .collect::<Result<_, _>>()?;
    let index = index.map(|place| sources.proof(&place)).transpose()?;
    let (registers, before) = match frame.block.checked_sub(1) {
        None => (Vec::new(), Path::new()),
        Some(before) => (
            registers(execution, claim, frame, at)?,
            execution.tree(TreeName::Fold(at))?.path(before.into())?,
        ),
    };
    Ok(Proof {
        registers: registers.try_into().map_err(|_| ProverError::TooLarge)?,
        before,
        index,
        sources: shown.try_into().map_err(|_| ProverError::TooLarge)?,
    })
}

/// The registers before the block: words where the step or the end of the fold touches them, else the hash.
fn registers(
    execution: &mut impl Execution,
    claim: &Claim,
    frame: &BlockFrame,
    tile: TileName,
) -> Result<Vec<Register>, ProverError> {
    let operation = frame.tile.operation()?;
    let interval = frame.tile.node.step.interval;
    let ctx = Context {
        seed: &claim.header.seed,
        step: claim
            .steps(interval)
            .first
            .0
            .saturating_add(tile.step.into()),
        at: frame.tile.at()?,
    };
    let fold = operation.fold(ctx)?;
    let last = frame.block.checked_add(1) == Some(fold.blocks());
    let touched = match last {
        true => u8::MAX,
        false => fold.touches(frame.block),
    };
    let accumulator = execution.accumulator(tile, frame.block)?;
    let shown = |(number, register): (usize, &Tile)| {
        Ok(match touched >> number & 1 {
            1 => Register::Words(words(register)?),
            _ => Register::Untouched(tile_hash::<Sha3>(register)),
        })
    };
    accumulator
        .registers
        .iter()
        .enumerate()
        .map(shown)
        .collect()
}

/// Where a step's source tiles come from.
struct Sources<'a, E> {
    work: &'a Work,
    execution: &'a mut E,
    step: u32,
}

impl<E: Execution> Sources<'_, E> {
    /// The places that the block reads, the index tile's first.
    fn places(
        &mut self,
        claim: &Claim,
        frame: &BlockFrame,
    ) -> Result<(Option<SourcePlace>, Vec<SourcePlace>), ProverError> {
        let (index, places) = sources_of(claim, frame, None)?;
        let Some(place) = index else {
            return Ok((None, places));
        };
        let tile = self.execution.tile(self.step, place.source, place.tile)?;
        Ok(sources_of(claim, frame, Some(&tile))?)
    }

    fn proof(&mut self, place: &SourcePlace) -> Result<SourceProof, ProverError> {
        let (step, source) = (self.step, place.source);
        let tile = self.execution.tile(step, source, place.tile)?;
        let tiles = self.execution.tree(TreeName::Tiles { step, source })?;
        Ok(SourceProof {
            words: words(&tile)?,
            tile_path: tiles.path(place.tile)?,
            tensor_path: self.tensor_path(source)?,
        })
    }

    fn tensor_path(&mut self, source: Source) -> Result<Path, ProverError> {
        let step = self.step;
        match source {
            Source::Node(node) => self
                .execution
                .tree(TreeName::Operators { step })?
                .path(node.into()),
            Source::Slot(slot) => self
                .execution
                .tree(TreeName::Slots { step })?
                .path(slot.into()),
            Source::Constant(constant) => self.work.constant_tree().path(constant.into()),
            Source::Input(_) => Ok(Path::new()),
        }
    }
}

/// A tile's words, NaN made canonical.
fn words(tile: &Tile) -> Result<TileWords, ProverError> {
    let canonical = |word: &u32| canonical_word(tile.dtype(), *word);
    let words: Vec<u32> = tile.words().iter().map(canonical).collect();
    TileWords::try_from(words).map_err(|_| ProverError::TooLarge)
}
