//! What a blob must be, and the check that it is.

use assay_commitment::{constants_root, Hash, Sha3, StateHasher, StreamError, TensorHasher};
use assay_numerics::TensorType;
use assay_program::Program;

use crate::BlobKind;

/// What is known of a blob before its first byte is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A program file, of at most [`Program::MAX_BYTES`].
    Program,
    /// A tensor of this type; the type gives the exact length.
    Tensor(TensorType),
    /// A state with these slots; the types give the exact length.
    State(Vec<TensorType>),
    /// A program's constants, of these types; the types give the exact length.
    Constants(Vec<TensorType>),
}

/// Why bytes are not the blob that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More bytes than a blob of this kind and shape can have.
    #[error("it is larger than {limit} bytes, the most that its shape allows")]
    TooLarge {
        /// The most bytes allowed.
        limit: u64,
    },
    /// The bytes end before the shape is filled.
    #[error("it ends after {found} of {expected} bytes")]
    Truncated {
        /// Bytes of the shape.
        expected: u64,
        /// Bytes that came.
        found: u64,
    },
    /// The bytes are no program file.
    #[error("it is not a program file: {cause}")]
    Malformed {
        /// What the decoder said.
        cause: String,
    },
    /// The bytes have another root: they were altered, or are another blob.
    #[error(
        "its root is 0x{}, not 0x{}: it was altered or is another blob",
        hex::encode(found),
        hex::encode(expected)
    )]
    WrongRoot {
        /// The root asked for.
        expected: Hash,
        /// The root of the bytes.
        found: Hash,
    },
}

impl Expected {
    /// The kind of blob.
    pub const fn kind(&self) -> BlobKind {
        match self {
            Self::Program => BlobKind::Program,
            Self::Tensor(_) => BlobKind::Tensor,
            Self::State(_) => BlobKind::State,
            Self::Constants(_) => BlobKind::Constants,
        }
    }

    /// The most bytes the blob can have.
    pub fn limit(&self) -> u64 {
        self.length().unwrap_or(Program::MAX_BYTES as u64)
    }

    /// The exact number of bytes, where the shape gives it.
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::Program => None,
            Self::Tensor(ty) => Some(ty.bytes()),
            Self::State(types) | Self::Constants(types) => Some(
                types
                    .iter()
                    .fold(0, |sum: u64, ty| sum.saturating_add(ty.bytes())),
            ),
        }
    }

    /// A check of bytes that are still to come.
    pub fn verifier(&self) -> Verifier {
        Verifier {
            limit: self.limit(),
            received: 0,
            hasher: Hasher::new(self),
        }
    }

    /// Checks bytes that are all here.
    ///
    /// # Errors
    /// [`Fault`] says how they differ from the blob with this root.
    pub fn check(&self, root: &Hash, bytes: &[u8]) -> Result<(), Fault> {
        let mut verifier = self.verifier();
        verifier.update(bytes)?;
        verifier.finish(root)
    }
}

/// Computes a blob's root from bytes that come in pieces of any length.
///
/// Memory: a tensor or a state needs one band of 32 rows, a program all its bytes (at most
/// [`Program::MAX_BYTES`]).
#[derive(Clone, Debug)]
pub struct Verifier {
    limit: u64,
    received: u64,
    hasher: Hasher,
}

#[derive(Clone, Debug)]
enum Hasher {
    Program(Vec<u8>),
    Tensor(Box<TensorHasher<Sha3>>),
    State(Box<StateHasher<Sha3>>),
    Constants(Box<StateHasher<Sha3>>),
}

impl Hasher {
    fn new(expected: &Expected) -> Self {
        match expected {
            Expected::Program => Self::Program(Vec::new()),
            Expected::Tensor(ty) => Self::Tensor(Box::new(TensorHasher::new(*ty))),
            Expected::State(slots) => Self::State(Box::new(StateHasher::new(slots))),
            Expected::Constants(types) => Self::Constants(Box::new(StateHasher::new(types))),
        }
    }

    fn update(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        match self {
            Self::Program(file) => {
                file.extend_from_slice(bytes);
                Ok(())
            }
            Self::Tensor(hasher) => hasher.update(bytes),
            Self::State(hasher) | Self::Constants(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> Result<Hash, Fault> {
        match self {
            Self::Program(file) => program_root(&file),
            Self::Tensor(hasher) => Ok(hasher.finish()?.into()),
            Self::State(hasher) => Ok(hasher.finish()?.into()),
            Self::Constants(hasher) => Ok(constants_root::<Sha3>(&hasher.finish_slots()?)),
        }
    }
}

fn program_root(file: &[u8]) -> Result<Hash, Fault> {
    let program = Program::decode(file).map_err(|cause| Fault::Malformed {
        cause: cause.to_string(),
    })?;
    Ok(program.root::<Sha3>().into())
}

impl From<StreamError> for Fault {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::TooLong { expected } => Self::TooLarge { limit: expected },
            StreamError::TooShort { expected, found } => Self::Truncated { expected, found },
        }
    }
}

impl Verifier {
    /// Bytes taken so far.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] as soon as there are too many.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let received = self.received.saturating_add(bytes.len() as u64);
        if received > self.limit {
            return Err(Fault::TooLarge { limit: self.limit });
        }
        self.received = received;
        Ok(self.hasher.update(bytes)?)
    }

    /// Compares the root of all bytes with the one asked for.
    ///
    /// # Errors
    /// [`Fault`] says how they differ.
    pub fn finish(self, expected: &Hash) -> Result<(), Fault> {
        let found = self.hasher.finish()?;
        if found != *expected {
            return Err(Fault::WrongRoot {
                expected: *expected,
                found,
            });
        }
        Ok(())
    }
}
