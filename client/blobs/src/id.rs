//! What a blob is called.

use std::{fmt, str::FromStr};

use assay_commitment::{Hash, ProgramRoot, StateRoot, TensorRoot};

/// What a blob holds, hence how its root is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlobKind {
    /// A program file.
    Program,
    /// A tensor: row-major little-endian words.
    Tensor,
    /// A state: its slots' tensors one after the other.
    State,
    /// A program's constants: their tensors one after the other, under the header's root over their roots.
    Constants,
}

impl BlobKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Program, Self::Tensor, Self::State, Self::Constants];

    /// The name in paths: `program`, `tensor`, `state`, `constants`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Tensor => "tensor",
            Self::State => "state",
            Self::Constants => "constants",
        }
    }
}

impl fmt::Display for BlobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A blob's kind and root: the address under which anyone may hold it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId {
    /// What it holds.
    pub kind: BlobKind,
    /// The root that its bytes must have.
    pub root: Hash,
}

/// A path segment that names no kind, or a root that is not 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} names no blob; write program, tensor, state or constants, a slash, and the root's 64 lower-case hexadecimal digits")]
pub struct ParseIdError {
    /// What was given.
    pub text: String,
}

impl BlobId {
    /// The program with this root.
    pub fn program(root: impl Into<Hash>) -> Self {
        Self {
            kind: BlobKind::Program,
            root: root.into(),
        }
    }

    /// The tensor with this root.
    pub fn tensor(root: impl Into<Hash>) -> Self {
        Self {
            kind: BlobKind::Tensor,
            root: root.into(),
        }
    }

    /// The state with this root.
    pub fn state(root: impl Into<Hash>) -> Self {
        Self {
            kind: BlobKind::State,
            root: root.into(),
        }
    }

    /// The constants of a program whose header has this root over them.
    pub fn constants(root: impl Into<Hash>) -> Self {
        Self {
            kind: BlobKind::Constants,
            root: root.into(),
        }
    }

    /// `kind/root`, the path in a store and behind `/blobs/` on a server; the root without `0x`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.kind, hex::encode(self.root))
    }

    /// The blob of a kind with the root in hexadecimal digits.
    ///
    /// # Errors
    /// [`ParseIdError`] if the kind is unknown or the root is not in canonical form: a blob has one path only.
    pub fn from_parts(kind: &str, root: &str) -> Result<Self, ParseIdError> {
        let wrong = || ParseIdError {
            text: format!("{kind}/{root}"),
        };
        let kind = BlobKind::ALL
            .into_iter()
            .find(|k| k.name() == kind)
            .ok_or_else(wrong)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(root, &mut bytes).map_err(|_| wrong())?;
        if root.bytes().any(|digit| digit.is_ascii_uppercase()) {
            return Err(wrong());
        }
        Ok(Self { kind, root: bytes })
    }
}

impl FromStr for BlobId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let (kind, root) = text.split_once('/').ok_or_else(|| ParseIdError {
            text: text.to_owned(),
        })?;
        Self::from_parts(kind, root)
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 0x{}", self.kind, hex::encode(self.root))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

impl From<ProgramRoot> for BlobId {
    fn from(root: ProgramRoot) -> Self {
        Self::program(root)
    }
}

impl From<TensorRoot> for BlobId {
    fn from(root: TensorRoot) -> Self {
        Self::tensor(root)
    }
}

impl From<StateRoot> for BlobId {
    fn from(root: StateRoot) -> Self {
        Self::state(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_both_ways() {
        let id = BlobId::state([0xab; 32]);
        assert_eq!(id.path(), format!("state/{}", "ab".repeat(32)));
        assert_eq!(id.path().parse(), Ok(id));
    }

    #[test]
    fn other_paths_are_refused() {
        let hash = "ab".repeat(32);
        let texts = [
            String::new(),
            hash.clone(),
            format!("model/{hash}"),
            format!("state/0x{hash}"),
            format!("state/{}", hash.to_uppercase()),
            format!("state/{}", &hash[1..]),
            format!("state/../{hash}"),
        ];
        for text in texts {
            assert!(text.parse::<BlobId>().is_err(), "{text}");
        }
    }
}
