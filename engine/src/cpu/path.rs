//! The kernels of each instruction set as tables of functions, so that the choice is made once.

use super::lanes::Lanes;
use super::map::block::{self, Step, MAX_VALUES};
use super::matmul::tile::{self, TileArgs, TileFn, SLIM_VECTORS};
use super::matmul::turned::{self, TURNED_VECTORS};
use super::reduce_lanes as reduce;
use super::scatter;
use crate::hash::full::{self, FullTiles};
use crate::hash::{keccak, place, words::Words};

/// A kernel that reduces rows: `(x, rows, cols, to)`.
pub(crate) type RowFn = unsafe fn(*const f32, usize, usize, *mut f32);
/// A kernel that reduces columns: `(x, rows, stride, columns, to)`.
pub(crate) type ColFn = unsafe fn(*const f32, usize, usize, usize, *mut f32);
/// A kernel that adds the sum of some rows to another one: `(x, stride, rows, columns, to)`.
pub(crate) type AddRowsFn = unsafe fn(*const f32, usize, &[u16], usize, *mut f32);
/// A kernel that packs an operand: `(from, stride, terms, columns, to, width)`.
pub(crate) type PackFn = unsafe fn(*const f32, usize, usize, usize, *mut f32, usize);
/// A kernel that runs a Map's code over a block: `(steps, places, n)`.
pub(crate) type MapFn = unsafe fn(&[Step], &[*mut f32; MAX_VALUES], usize);

/// A kernel that hashes messages at once: `(messages, blocks, digests)`.
pub(crate) type SpongeFn = unsafe fn(*const *const u64, usize, &mut keccak::Digests);
/// A kernel that hashes full tiles at once: `(tiles, those that come next, digests)`.
pub(crate) type FullTilesFn = unsafe fn(&FullTiles, Option<&FullTiles>, &mut keccak::Digests);
/// A kernel that copies floats with every NaN made canonical: `(from, to, n)`.
pub(crate) type CanonicalFn = unsafe fn(*const u32, *mut u32, usize);

/// The kernels of one instruction set. Each asks for that set and for what its generic form documents.
pub(crate) struct Path {
    /// Lanes of a vector.
    pub(crate) lanes: usize,
    /// Register blocks by rows - 1, then by vectors - 1 (one or two).
    pub(crate) tiles: &'static [[TileFn; 2]],
    /// Slim blocks by rows - 1, then by vectors - 1.
    pub(crate) slim: &'static [[TileFn; SLIM_VECTORS]],
    /// Slim blocks whose right operand is transposed, by rows - 1, then by vectors - 1.
    pub(crate) turned: &'static [[TileFn; TURNED_VECTORS]],
    pub(crate) pack_rows: PackFn,
    pub(crate) pack_strips: PackFn,
    pub(crate) pack_transposed: PackFn,
    pub(crate) map: MapFn,
    pub(crate) row_sum: RowFn,
    pub(crate) row_max: RowFn,
    pub(crate) col_sum: ColFn,
    pub(crate) col_max: ColFn,
    pub(crate) add_rows: AddRowsFn,
    /// Messages or tiles that are hashed at once.
    pub(crate) hash_lanes: usize,
    pub(crate) sponge: SpongeFn,
    pub(crate) full_tiles: FullTilesFn,
    pub(crate) canonical: CanonicalFn,
}

/// Instantiates every kernel for one instruction set. All functions in it are unsafe for the reasons of the generic
/// forms that they call, and for the instruction set.
macro_rules! path {
    ($name:ident, $module:ident, $lanes:ty, $words:ty, rows: [$($r:literal)+], slim: [$($s:literal)+] $(, $feature:meta)?) => {
        mod $module {
            use super::*;

            $(#[$feature])?
            unsafe fn tile<const ROWS: usize, const VECTORS: usize>(args: &TileArgs) {
                // SAFETY: the caller's promise, passed on; so in every function here.
                unsafe { tile::tile::<$lanes, ROWS, VECTORS>(args) }
            }
            $(#[$feature])?
            unsafe fn slim<const ROWS: usize, const VECTORS: usize>(args: &TileArgs) {
                unsafe { tile::slim::<$lanes, ROWS, VECTORS>(args) }
            }
            $(#[$feature])?
            unsafe fn turned<const ROWS: usize, const VECTORS: usize>(args: &TileArgs) {
                unsafe { turned::turned::<$lanes, ROWS, VECTORS>(args) }
            }
            $(#[$feature])?
            unsafe fn pack_rows(from: *const f32, stride: usize, terms: usize, columns: usize, to: *mut f32, width: usize) {
                unsafe { tile::pack_rows::<$lanes>(from, stride, terms, columns, to, width) }
            }
            $(#[$feature])?
            unsafe fn pack_strips(from: *const f32, stride: usize, terms: usize, columns: usize, to: *mut f32, width: usize) {
                unsafe { tile::pack_strips::<$lanes>(from, stride, terms, columns, to, width) }
            }
            $(#[$feature])?
            unsafe fn pack_transposed(from: *const f32, stride: usize, terms: usize, columns: usize, to: *mut f32, width: usize) {
                unsafe { tile::pack_transposed::<$lanes>(from, stride, terms, columns, to, width) }
            }
            $(#[$feature])?
            unsafe fn map(steps: &[Step], places: &[*mut f32; MAX_VALUES], n: usize) {
                unsafe { block::run::<$lanes>(steps, places, n) }
            }
            $(#[$feature])?
            unsafe fn row_sum(x: *const f32, rows: usize, cols: usize, to: *mut f32) {
                unsafe { reduce::row_sum::<$lanes, { 32 / <$lanes as Lanes>::COUNT }>(x, rows, cols, to) }
            }
            $(#[$feature])?
            unsafe fn row_max(x: *const f32, rows: usize, cols: usize, to: *mut f32) {
                unsafe { reduce::row_max::<$lanes>(x, rows, cols, to) }
            }
            $(#[$feature])?
            unsafe fn col_sum(x: *const f32, rows: usize, stride: usize, columns: usize, to: *mut f32) {
                unsafe { reduce::col_sum::<$lanes>(x, rows, stride, columns, to) }
            }
            $(#[$feature])?
            unsafe fn col_max(x: *const f32, rows: usize, stride: usize, columns: usize, to: *mut f32) {
                unsafe { reduce::col_max::<$lanes>(x, rows, stride, columns, to) }
            }
            $(#[$feature])?
            unsafe fn add_rows(x: *const f32, stride: usize, rows: &[u16], columns: usize, to: *mut f32) {
                unsafe { scatter::add_rows::<$lanes>(x, stride, rows, columns, to) }
            }
            $(#[$feature])?
            unsafe fn sponge(messages: *const *const u64, blocks: usize, digests: &mut keccak::Digests) {
                unsafe { keccak::sponge::<$words>(messages, blocks, digests) }
            }
            $(#[$feature])?
            unsafe fn full_tiles(tiles: &FullTiles, ahead: Option<&FullTiles>, digests: &mut keccak::Digests) {
                unsafe { full::sponge::<$words>(tiles, ahead, digests) }
            }
            $(#[$feature])?
            unsafe fn canonical(from: *const u32, to: *mut u32, n: usize) {
                unsafe { place::canonical(from, to, n) }
            }

            pub(crate) static PATH: Path = Path {
                lanes: <$lanes as Lanes>::COUNT,
                tiles: &[$([tile::<$r, 1>, tile::<$r, 2>]),+],
                slim: &[$([slim::<$s, 1>, slim::<$s, 2>, slim::<$s, 3>, slim::<$s, 4>, slim::<$s, 5>, slim::<$s, 6>]),+],
                turned: &[$([turned::<$s, 1>, turned::<$s, 2>]),+],
                pack_rows,
                pack_strips,
                pack_transposed,
                map,
                row_sum,
                row_max,
                col_sum,
                col_max,
                add_rows,
                hash_lanes: <$words as Words>::COUNT,
                sponge,
                full_tiles,
                canonical,
            };
        }

        pub(crate) use $module::PATH as $name;
    };
}

path!(
    SCALAR, scalar, super::super::lanes::Scalar, crate::hash::words::Scalar, rows: [1 2 3 4], slim: [1 2]
);
#[cfg(target_arch = "x86_64")]
path!(
    AVX2, avx2, super::super::lanes::Avx2, crate::hash::words::Avx2, rows: [1 2 3 4 5 6], slim: [1 2],
    target_feature(enable = "avx2,fma")
);
#[cfg(target_arch = "x86_64")]
path!(
    AVX512, avx512, super::super::lanes::Avx512, crate::hash::words::Avx512, rows: [1 2 3 4 5 6 7 8 9 10 11 12 13 14],
    slim: [1 2 3 4], target_feature(enable = "avx512f,avx2,fma")
);
#[cfg(target_arch = "aarch64")]
path!(
    NEON, neon, super::super::lanes::Neon, crate::hash::words::Scalar, rows: [1 2 3 4 5 6 7 8 9 10 11 12],
    slim: [1 2 3 4], target_feature(enable = "neon")
);
