//! Element types.

/// The type of a tensor's elements. Codes are part of every hash; reserved ones are not accepted in version 1
/// (i32 2, i64 3, bf16 4, f16 5, i8 6, u8 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DType {
    /// IEEE 754 binary32.
    F32 = 0,
    /// Unsigned 32-bit integer, arithmetic wraps.
    U32 = 1,
}

impl DType {
    /// The code that stands for this type in encodings and hashes.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The type with this code, if version 1 accepts it.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::F32),
            1 => Some(Self::U32),
            _ => None,
        }
    }
}
