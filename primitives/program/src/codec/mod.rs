//! Encodings: fixed-width fields, little endian, one way to write each value.

mod error;
mod node;
mod program;
mod reader;

pub use error::DecodeError;
pub use program::MAGIC;
pub(crate) use reader::Reader;

use alloc::vec::Vec;
use assay_numerics::TensorType;

/// Bytes of an encoded type: dtype u8 | dims 4 x u32.
pub(crate) const TYPE_BYTES: usize = 17;

pub(crate) fn write_type(ty: TensorType, out: &mut Vec<u8>) {
    out.push(ty.dtype.code());
    for dim in ty.dims.get() {
        out.extend_from_slice(&dim.to_le_bytes());
    }
}
