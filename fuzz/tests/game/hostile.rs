//! What a stranger sends.

use bolero::TypeGenerator;

/// Anything, or a right encoding with a few changes.
#[derive(Clone, Debug, TypeGenerator)]
pub enum Hostile {
    /// These bytes.
    Any(Vec<u8>),
    /// One of the right ones, changed.
    Changed(u16, Changes),
}

impl Hostile {
    /// The bytes, made of one of these encodings.
    pub fn bytes(&self, right: &[Vec<u8>]) -> Vec<u8> {
        match self {
            Self::Any(bytes) => bytes.clone(),
            Self::Changed(which, changes) => changes.of(&right[usize::from(*which) % right.len()]),
        }
    }
}

/// One to three changes, one after the other.
#[derive(Clone, Debug, TypeGenerator)]
pub struct Changes(Change, Option<Change>, Option<Change>);

/// A change at a place, counted from the beginning and around.
#[derive(Clone, Debug, TypeGenerator)]
struct Change {
    at: u16,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum Kind {
    /// The bytes end here.
    Cut,
    /// So many bytes from here come again at the end.
    Repeat(u8),
    /// A byte too many.
    Insert(u8),
    /// The greatest compact number of four bytes.
    LongLength,
    /// The greatest word.
    GreatestWord,
    /// Another bit.
    Flip(u8),
}

impl Changes {
    /// The bytes with these changes.
    pub fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let Self(first, second, third) = self;
        let mut bytes = bytes.to_vec();
        for change in [Some(first), second.as_ref(), third.as_ref()]
            .into_iter()
            .flatten()
        {
            change.make(&mut bytes);
        }
        bytes
    }
}

impl Change {
    fn make(&self, bytes: &mut Vec<u8>) {
        let at = usize::from(self.at) % (bytes.len() + 1);
        let word = at..(at + 4).min(bytes.len());
        match self.kind {
            Kind::Cut => bytes.truncate(at),
            Kind::Repeat(count) => {
                let end = (at + usize::from(count)).min(bytes.len());
                bytes.extend_from_within(at..end);
            }
            Kind::Insert(byte) => bytes.insert(at, byte),
            Kind::LongLength => drop(bytes.splice(word, [0xfe, 0xff, 0xff, 0xff])),
            Kind::GreatestWord => drop(bytes.splice(word, [0xff; 4])),
            Kind::Flip(bit) => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (bit % 8);
                }
            }
        }
    }
}
