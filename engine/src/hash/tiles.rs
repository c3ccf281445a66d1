//! Hashes of tiles, straight from row-major memory.

use super::batch::{self, Batch};
use super::full::FullTiles;
use super::keccak::{Digests, MAX_LANES};
use super::place::Part;
use crate::cpu::Path;
use assay_commitment::{Hash, TilePreimage};
use assay_numerics::DType;
use rayon::prelude::*;

/// Bytes of a piece of work that is worth giving to another thread.
pub(crate) const BYTES_WORTH_SHARING: usize = 128 << 10;

/// One tile of a part.
#[derive(Clone, Copy)]
struct Job {
    part: usize,
    tile: u64,
}

/// What tiles that are hashed together have in common.
#[derive(Clone, Copy)]
enum Kind {
    /// All rows and columns, and the type.
    Full(DType),
    /// How many blocks they take.
    Blocks(usize),
}

/// The hashes of each part's tiles, in order. Tiles of one kind are hashed together, whichever part they are of.
pub(super) fn leaves(path: &'static Path, parts: &[Part<'_>]) -> Vec<Vec<Hash>> {
    let count = |part: &Part<'_>| (part.tiles.end - part.tiles.start) as usize;
    let mut leaves: Vec<_> = parts
        .iter()
        .map(|part| vec![Hash::default(); count(part)])
        .collect();
    for (kind, jobs) in by_kind(parts) {
        for (job, hash) in jobs.iter().zip(hash_all(path, parts, kind, &jobs)) {
            leaves[job.part][(job.tile - parts[job.part].tiles.start) as usize] = hash;
        }
    }
    leaves
}

/// All tiles by what they have in common.
fn by_kind(parts: &[Part<'_>]) -> impl Iterator<Item = (Kind, Vec<Job>)> {
    let kinds = [Kind::Full(DType::F32), Kind::Full(DType::U32)]
        .into_iter()
        .chain((1..=Batch::blocks(TilePreimage::MAX_BYTES)).map(Kind::Blocks));
    let mut groups: Vec<(Kind, Vec<Job>)> = kinds.map(|kind| (kind, Vec::new())).collect();
    for (part, tiles) in parts.iter().enumerate() {
        for tile in tiles.tiles.clone() {
            let place = tiles.place(tile);
            let group = match tiles.ty.dtype {
                DType::F32 if place.absorbs() => 0,
                DType::U32 if place.absorbs() => 1,
                _ => 1 + Batch::blocks(place.bytes()),
            };
            groups[group].1.push(Job { part, tile });
        }
    }
    groups.into_iter().filter(|(_, jobs)| !jobs.is_empty())
}

/// The hashes of tiles of a kind.
fn hash_all(path: &'static Path, parts: &[Part<'_>], kind: Kind, jobs: &[Job]) -> Vec<Hash> {
    match kind {
        Kind::Full(dtype) => share(
            path,
            TilePreimage::MAX_BYTES,
            jobs,
            || (),
            |(), jobs, hashes| hash_full(path, parts, dtype, jobs, hashes),
        ),
        Kind::Blocks(blocks) => share(
            path,
            Batch::bytes(blocks),
            jobs,
            || Batch::new(path, blocks),
            |batch, jobs, hashes| hash(path, batch, parts, jobs, hashes),
        ),
    }
}

/// Has pieces of the jobs, each of which takes about so many bytes, hashed by all threads. `state` is what a thread
/// keeps from one piece to the next.
fn share<S>(
    path: &Path,
    bytes: usize,
    jobs: &[Job],
    state: impl Fn() -> S + Sync + Send,
    hash: impl Fn(&mut S, &[Job], &mut [Hash]) + Sync + Send,
) -> Vec<Hash> {
    let mut hashes = vec![Hash::default(); jobs.len()];
    let piece = (BYTES_WORTH_SHARING / bytes).next_multiple_of(path.hash_lanes);
    if jobs.len() <= piece {
        hash(&mut state(), jobs, &mut hashes);
        return hashes;
    }
    hashes
        .par_chunks_mut(piece)
        .zip(jobs.par_chunks(piece))
        .for_each_init(state, |state, (hashes, jobs)| hash(state, jobs, hashes));
    hashes
}

/// Tiles that are copied into messages, as many at once as there are lanes.
fn hash(path: &Path, batch: &mut Batch, parts: &[Part<'_>], jobs: &[Job], hashes: &mut [Hash]) {
    let lanes = path.hash_lanes;
    for (jobs, hashes) in jobs.chunks(lanes).zip(hashes.chunks_mut(lanes)) {
        for (lane, job) in jobs.iter().enumerate() {
            let part = &parts[job.part];
            let place = part.place(job.tile);
            let message = batch.message(lane, place.bytes());
            let (header, elements) = message.split_at_mut(TilePreimage::HEADER_BYTES);
            header.copy_from_slice(&place.header());
            place.copy(path, part.words, elements);
        }
        hashes.copy_from_slice(&batch.digests()[..hashes.len()]);
    }
}

/// Full tiles of one type, which are not copied.
fn hash_full(path: &Path, parts: &[Part<'_>], dtype: DType, jobs: &[Job], hashes: &mut [Hash]) {
    let lanes = path.hash_lanes;
    let mut batches = jobs
        .chunks(lanes)
        .map(|jobs| full(parts, dtype, jobs))
        .peekable();
    for hashes in hashes.chunks_mut(lanes) {
        let Some(tiles) = batches.next() else { return };
        let mut digests = Digests::default();
        // SAFETY: the path was chosen for this processor; every lane has a full tile of words that live longer.
        unsafe { (path.full_tiles)(&tiles, batches.peek(), &mut digests) };
        hashes.copy_from_slice(&batch::hashes(digests)[..hashes.len()]);
    }
}

/// Up to as many tiles as there are lanes; lanes without one have the first.
fn full(parts: &[Part<'_>], dtype: DType, jobs: &[Job]) -> FullTiles {
    let places = core::array::from_fn::<_, MAX_LANES, _>(|lane| {
        let job = jobs.get(lane).unwrap_or(&jobs[0]);
        let part = &parts[job.part];
        let place = part.place(job.tile);
        (place.header(), place.first(part.words), place.stride)
    });
    FullTiles {
        header: u64::from_le_bytes(places[0].0),
        float: dtype == DType::F32,
        first: places.map(|(_, first, _)| first),
        strides: places.map(|(_, _, stride)| stride),
    }
}
