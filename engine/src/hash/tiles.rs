//! Hashes of tiles, straight from row-major memory.

use super::{batch::Batch, keccak::MAX_LANES};
use crate::cpu::Path;
use assay_commitment::{Hash, TilePreimage};
use assay_numerics::{DType, TensorType, TileIndex, TILE};
use rayon::prelude::*;
use std::ops::Range;

/// Fewest batches that are worth giving to another thread.
const BATCHES_WORTH_SHARING: usize = 2;

/// The hashes of some of a tensor's tiles, in order. `words` are all its elements, row-major.
pub(super) fn leaves(
    path: &'static Path,
    ty: TensorType,
    words: &[u32],
    tiles: Range<u64>,
) -> Vec<Hash> {
    let mut hashes = vec![Hash::default(); (tiles.end - tiles.start) as usize];
    let shapes = by_shape(ty, tiles.clone());
    let batches: Vec<(usize, &[u64])> = shapes
        .iter()
        .flat_map(|tiles| tiles.chunks(path.hash_lanes))
        .enumerate()
        .collect();
    let hashed: Vec<[Hash; MAX_LANES]> = batches
        .par_iter()
        .with_min_len(BATCHES_WORTH_SHARING)
        .map(|(_, tiles)| hash(path, ty, words, tiles))
        .collect();
    for ((_, numbers), digests) in batches.iter().zip(hashed) {
        for (number, digest) in numbers.iter().zip(digests) {
            hashes[(number - tiles.start) as usize] = digest;
        }
    }
    hashes
}

/// The tiles of a range by their extents: whole ones, and those at the right edge, the lower edge and in the corner.
fn by_shape(ty: TensorType, tiles: Range<u64>) -> [Vec<u64>; 4] {
    let mut shapes = [const { Vec::new() }; 4];
    for tile in tiles {
        let Some(at) = TileIndex::of_tile(ty.dims, tile) else {
            break;
        };
        let (rows, cols) = ty.dims.tile_extent(at.tile_row, at.tile_col);
        shapes[usize::from(rows < TILE) + 2 * usize::from(cols < TILE)].push(tile);
    }
    shapes
}

/// Hashes tiles of one shape, at least one and as many as there are lanes at most.
fn hash(path: &'static Path, ty: TensorType, words: &[u32], tiles: &[u64]) -> [Hash; MAX_LANES] {
    let place = |tile| Place::of(ty, tile).expect("the tile is the tensor's; qed");
    let first = place(tiles[0]);
    let len = TilePreimage::HEADER_BYTES + 4 * first.rows * first.cols;
    let mut batch = Batch::new(path, len);
    let header = TilePreimage::header_bytes(ty.dtype, first.rows as u16, first.cols as u16);
    for (lane, tile) in tiles.iter().enumerate() {
        let message = batch.lane(lane);
        message[..header.len()].copy_from_slice(&header);
        place(*tile).copy(path, ty.dtype, words, &mut message[header.len()..len]);
    }
    batch.digests()
}

/// Where a tile lies among row-major elements.
struct Place {
    first: usize,
    stride: usize,
    rows: usize,
    cols: usize,
}

impl Place {
    fn of(ty: TensorType, tile: u64) -> Option<Self> {
        let at = TileIndex::of_tile(ty.dims, tile)?;
        let (rows, cols) = ty.dims.tile_extent(at.tile_row, at.tile_col);
        let row = at.batch * u64::from(ty.dims.rows()) + u64::from(at.tile_row * TILE);
        let stride = ty.dims.cols() as usize;
        Some(Self {
            first: row as usize * stride + (at.tile_col * TILE) as usize,
            stride,
            rows: rows as usize,
            cols: cols as usize,
        })
    }

    /// Copies the tile's words as they are hashed.
    fn copy(&self, path: &Path, dtype: DType, words: &[u32], to: &mut [u8]) {
        let to: &mut [u32] = bytemuck::cast_slice_mut(to);
        for (row, to) in to.chunks_exact_mut(self.cols).enumerate().take(self.rows) {
            let start = self.first + row * self.stride;
            let from = &words[start..start + self.cols];
            match dtype {
                // SAFETY: the path was chosen for this processor; both have that many words.
                DType::F32 => unsafe {
                    (path.canonical)(from.as_ptr(), to.as_mut_ptr(), from.len())
                },
                DType::U32 => to.copy_from_slice(from),
            }
            if cfg!(target_endian = "big") {
                to.iter_mut().for_each(|word| *word = word.to_le());
            }
        }
    }
}

/// Copies words, every NaN made canonical. In a form that the compiler turns into vector instructions.
///
/// # Safety
/// `from` and `to` are `n` words each that do not overlap.
#[inline(always)]
pub(crate) unsafe fn canonical(from: *const u32, to: *mut u32, n: usize) {
    // SAFETY: the caller's promise.
    let (from, to) = unsafe {
        (
            core::slice::from_raw_parts(from, n),
            core::slice::from_raw_parts_mut(to, n),
        )
    };
    for (to, from) in to.iter_mut().zip(from) {
        *to = assay_commitment::canonical_word(DType::F32, *from);
    }
}
