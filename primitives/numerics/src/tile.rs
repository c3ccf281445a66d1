//! Tiles: the unit that is hashed, and that a fold step reads and writes.

use crate::{scalar, DType, TensorError};
use alloc::vec::Vec;
use core::fmt;

/// Edge of a full tile.
pub const TILE: u32 = 32;

/// Element type and extents of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileShape {
    /// Element type.
    pub dtype: DType,
    /// Height, 1 to 32.
    pub rows: u16,
    /// Width, 1 to 32.
    pub cols: u16,
}

impl fmt::Display for TileShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} x {}", self.dtype, self.rows, self.cols)
    }
}

/// At most 32 x 32 elements, row-major, as bit patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    dtype: DType,
    rows: u16,
    cols: u16,
    words: Vec<u32>,
}

impl Tile {
    /// Takes a tile's words; extents are 1 to 32 and their product is the number of words.
    pub fn new(dtype: DType, rows: u16, cols: u16, words: Vec<u32>) -> Result<Self, TensorError> {
        let dims = [1, 1, u32::from(rows), u32::from(cols)];
        if rows == 0 || cols == 0 {
            return Err(TensorError::ZeroDim { dims });
        }
        if u32::from(rows) > TILE || u32::from(cols) > TILE {
            return Err(TensorError::TooManyTiles { dims });
        }
        let expected = u64::from(rows) * u64::from(cols);
        if words.len() as u64 != expected {
            return Err(TensorError::WrongLength {
                expected,
                found: words.len() as u64,
            });
        }
        Ok(Self {
            dtype,
            rows,
            cols,
            words,
        })
    }

    /// A tile with every element `word`; extents are clamped to 1..=32.
    pub fn filled(dtype: DType, rows: u16, cols: u16, word: u32) -> Self {
        let (rows, cols) = (rows.clamp(1, TILE as u16), cols.clamp(1, TILE as u16));
        Self {
            dtype,
            rows,
            cols,
            words: alloc::vec![word; usize::from(rows) * usize::from(cols)],
        }
    }

    /// Type and extents together.
    pub const fn shape(&self) -> TileShape {
        TileShape {
            dtype: self.dtype,
            rows: self.rows,
            cols: self.cols,
        }
    }

    /// Element type.
    pub const fn dtype(&self) -> DType {
        self.dtype
    }

    /// Height, 1 to 32.
    pub const fn rows(&self) -> u16 {
        self.rows
    }

    /// Width, 1 to 32.
    pub const fn cols(&self) -> u16 {
        self.cols
    }

    /// The elements, row-major.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The elements for writing.
    pub fn words_mut(&mut self) -> &mut [u32] {
        &mut self.words
    }

    /// The elements of a row; none outside.
    pub fn row(&self, r: usize) -> &[u32] {
        self.words.get(self.row_range(r)).unwrap_or(&[])
    }

    /// The elements of a row for writing; none outside.
    pub fn row_mut(&mut self, r: usize) -> &mut [u32] {
        let range = self.row_range(r);
        self.words.get_mut(range).unwrap_or(&mut [])
    }

    fn row_range(&self, r: usize) -> core::ops::Range<usize> {
        let cols = usize::from(self.cols);
        let start = r.saturating_mul(cols);
        start..start.saturating_add(cols)
    }

    /// The element at row `r`, column `c`; +0 outside, so that padding is neutral.
    pub fn get(&self, r: u32, c: u32) -> u32 {
        if r >= u32::from(self.rows) || c >= u32::from(self.cols) {
            return 0;
        }
        self.words
            .get((r * u32::from(self.cols) + c) as usize)
            .copied()
            .unwrap_or(0)
    }

    /// Writes the element at row `r`, column `c`; outside, nothing happens.
    pub fn set(&mut self, r: u32, c: u32, word: u32) {
        if r >= u32::from(self.rows) || c >= u32::from(self.cols) {
            return;
        }
        if let Some(target) = self.words.get_mut((r * u32::from(self.cols) + c) as usize) {
            *target = word;
        }
    }

    /// The element at row `r`, column `c` as a float; +0 outside.
    pub fn float(&self, r: u32, c: u32) -> f32 {
        f32::from_bits(self.get(r, c))
    }

    /// Writes a float, any NaN as [`scalar::CANONICAL_NAN`]: an interpreter may choose payloads freely, and two
    /// machines must not differ. Outside, nothing happens.
    pub fn set_float(&mut self, r: u32, c: u32, value: f32) {
        self.set(r, c, scalar::canonical(value.to_bits()));
    }
}
