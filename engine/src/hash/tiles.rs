//! Hashes of tiles, straight from row-major memory.

use super::batch::Batch;
use crate::arena::LINE_WORDS;
use crate::cpu::Path;
use assay_commitment::{Hash, TilePreimage};
use assay_numerics::{DType, Tensor, TensorType, TileIndex, TILE};
use rayon::prelude::*;
use std::ops::Range;

/// Bytes of a piece of work that is worth giving to another thread.
const BYTES_WORTH_SHARING: usize = 128 << 10;

/// Some of a tensor's tiles. `words` are all its elements, row-major.
#[derive(Clone, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) ty: TensorType,
    pub(crate) words: &'a [u32],
    pub(crate) tiles: Range<u64>,
}

/// One tile of a part.
#[derive(Clone, Copy)]
struct Job {
    part: usize,
    tile: u64,
}

/// The hashes of each part's tiles, in order. Tiles that take as many blocks are hashed together, whichever part they
/// are of.
pub(super) fn leaves(path: &'static Path, parts: &[Part<'_>]) -> Vec<Vec<Hash>> {
    let count = |part: &Part<'_>| (part.tiles.end - part.tiles.start) as usize;
    let mut leaves: Vec<_> = parts
        .iter()
        .map(|part| vec![Hash::default(); count(part)])
        .collect();
    for (blocks, jobs) in by_blocks(parts) {
        for (job, hash) in jobs.iter().zip(hash_all(path, parts, blocks, &jobs)) {
            leaves[job.part][(job.tile - parts[job.part].tiles.start) as usize] = hash;
        }
    }
    leaves
}

/// All tiles by the number of their blocks.
fn by_blocks(parts: &[Part<'_>]) -> impl Iterator<Item = (usize, Vec<Job>)> {
    let mut groups = vec![Vec::new(); Batch::blocks(TilePreimage::MAX_BYTES) + 1];
    for (part, tiles) in parts.iter().enumerate() {
        for tile in tiles.tiles.clone() {
            let place = tiles.place(tile);
            groups[Batch::blocks(place.bytes())].push(Job { part, tile });
        }
    }
    let groups = groups.into_iter().enumerate();
    groups.filter(|(_, jobs)| !jobs.is_empty())
}

/// The hashes of tiles of so many blocks.
fn hash_all(path: &'static Path, parts: &[Part<'_>], blocks: usize, jobs: &[Job]) -> Vec<Hash> {
    let mut hashes = vec![Hash::default(); jobs.len()];
    let batch = || Batch::new(path, blocks);
    let bytes = blocks * TilePreimage::MAX_BYTES / Batch::blocks(TilePreimage::MAX_BYTES);
    let piece = (BYTES_WORTH_SHARING / bytes).next_multiple_of(path.hash_lanes);
    if jobs.len() <= piece {
        hash(path, &mut batch(), parts, jobs, &mut hashes);
        return hashes;
    }
    hashes
        .par_chunks_mut(piece)
        .zip(jobs.par_chunks(piece))
        .for_each_init(batch, |batch, (hashes, jobs)| {
            hash(path, batch, parts, jobs, hashes)
        });
    hashes
}

fn hash(path: &Path, batch: &mut Batch, parts: &[Part<'_>], jobs: &[Job], hashes: &mut [Hash]) {
    let lanes = path.hash_lanes;
    let mut ahead = jobs.chunks(lanes).skip(1);
    for (jobs, hashes) in jobs.chunks(lanes).zip(hashes.chunks_mut(lanes)) {
        for (lane, job) in jobs.iter().enumerate() {
            let part = &parts[job.part];
            let (place, dtype) = (part.place(job.tile), part.ty.dtype);
            let message = batch.message(lane, place.bytes());
            let (header, elements) = message.split_at_mut(TilePreimage::HEADER_BYTES);
            let (rows, cols) = (place.rows as u16, place.cols as u16);
            header.copy_from_slice(&TilePreimage::header_bytes(dtype, rows, cols));
            place.copy(path, dtype, part.words, elements);
        }
        for job in ahead.next().unwrap_or_default() {
            let part = &parts[job.part];
            part.place(job.tile).fetch(part.words);
        }
        hashes.copy_from_slice(&batch.digests()[..hashes.len()]);
    }
}

impl<'a> Part<'a> {
    /// All tiles of a tensor.
    pub(crate) fn whole(tensor: &'a Tensor) -> Self {
        let ty = tensor.ty();
        Self {
            ty,
            words: tensor.words(),
            tiles: 0..ty.dims.tiles(),
        }
    }

    fn place(&self, tile: u64) -> Place {
        Place::of(self.ty, tile).expect("a part's tiles are its tensor's; qed")
    }
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

    /// Length of the tile's preimage.
    fn bytes(&self) -> usize {
        TilePreimage::HEADER_BYTES + 4 * self.rows * self.cols
    }

    /// Asks the memory for the tile's words, whose rows lie too far apart for the processor to see what comes next.
    fn fetch(&self, words: &[u32]) {
        for row in 0..self.rows {
            let start = self.first + row * self.stride;
            for line in words[start..start + self.cols].chunks(LINE_WORDS) {
                fetch(line);
            }
        }
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

/// Asks for the line of cache in which these words begin.
fn fetch(words: &[u32]) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint that reads nothing; every processor of this architecture has it.
    unsafe {
        use core::arch::x86_64::{_mm_prefetch, _MM_HINT_T1};
        _mm_prefetch::<_MM_HINT_T1>(words.as_ptr().cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = words;
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
