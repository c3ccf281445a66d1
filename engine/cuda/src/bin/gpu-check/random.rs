//! Random tensors, tame and hostile.

use assay_numerics::{Dims, Tensor, TensorError, TensorType};

/// Numbers at which arithmetic has its edges, as bit patterns.
pub const SPECIAL: [u32; 24] = [
    0x0000_0000,
    0x8000_0000,
    0x0000_0001,
    0x8000_0001,
    0x007f_ffff,
    0x0080_0000,
    0x8080_0000,
    0x3f80_0000,
    0xbf80_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc0_0001,
    0x1a00_0001,
    0x19ff_fffe,
    0x0040_0001,
    0x42b1_7218,
    0xc2d0_0000,
    0xc2ae_ac50,
    0x3f2a_aaab,
    0x4111_999a,
    0x3300_0000,
];

/// How wild a tensor's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Ordinary numbers of both signs, so that the order of a sum shows.
    Tame,
    /// One in eight special, and none so large that a sum of any length has an infinity or a NaN.
    Finite,
    /// One in 8192 special, so that some long sums have an infinity or a NaN, and most do not.
    Rare,
    /// One in eight special.
    Wild,
    /// Any bit pattern.
    Any,
}

impl Values {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Tame, Self::Finite, Self::Rare, Self::Wild, Self::Any];
    /// Those whose long sums are not all the same NaN.
    pub const LONG: [Self; 3] = [Self::Tame, Self::Finite, Self::Rare];
}

/// A small generator (splitmix64).
pub struct Random(pub u64);

impl Random {
    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: u32) -> u32 {
        (self.next() % u64::from(n)) as u32
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most - least + 1)
    }

    /// A word as wild as this.
    pub fn word(&mut self, values: Values) -> u32 {
        let special = SPECIAL[self.below(SPECIAL.len() as u32) as usize];
        let tame = ((self.below(1 << 24) as f32 - 8_388_608.0) / 4_194_304.0).to_bits();
        match values {
            Values::Any => self.next() as u32,
            Values::Wild if self.below(8) == 0 => special,
            Values::Finite if self.below(8) == 0 && f32::from_bits(special).abs() < 1e6 => special,
            Values::Rare if self.below(1 << 13) == 0 => special,
            _ => tame,
        }
    }

    /// A tensor of a type.
    pub fn tensor(&mut self, ty: TensorType, values: Values) -> Tensor {
        filled(ty, || self.word(values))
    }

    /// A float tensor of these dimensions.
    pub fn floats(&mut self, dims: Dims, values: Values) -> Tensor {
        self.tensor(TensorType::f32(dims), values)
    }

    /// NaN with payloads and signs.
    pub fn nans(&mut self, dims: Dims) -> Tensor {
        filled(TensorType::f32(dims), || self.next() as u32 | 0x7f80_0001)
    }

    /// Small floats, as a model's weights are.
    pub fn weights(&mut self, ty: TensorType, bound: f32) -> Tensor {
        filled(ty, || {
            let unit = self.below(1 << 24) as f32 / 8_388_608.0 - 1.0;
            (unit * bound).to_bits()
        })
    }

    /// An index column, of which a few are out of range.
    pub fn indices(&mut self, count: u32, range: u32) -> Result<Tensor, TensorError> {
        let ty = TensorType::u32(Dims::matrix(count, 1)?);
        Ok(filled(ty, || match self.below(10) {
            0 => range,
            1 => u32::MAX,
            _ => self.below(range),
        }))
    }
}

/// A tensor of these words.
pub fn filled(ty: TensorType, mut word: impl FnMut() -> u32) -> Tensor {
    let words = (0..ty.dims.elements()).map(|_| word()).collect();
    Tensor::new(ty, words).expect("there is a word for each element; qed")
}
