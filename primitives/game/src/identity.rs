//! What a signature of a move covers.

use crate::{Entry, Move};
use assay_commitment::{Hash, Keccak};
use assay_protocol::{JobId, SegmentIndex};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// First byte of everything hashed here.
const DOMAIN: u8 = 0x09;

/// Names a game for ever: no other game, on this chain or another, has it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct GameId(
    #[cfg_attr(feature = "serde", serde(with = "assay_protocol::json::hash"))] pub Hash,
);

/// Hash over all moves so far.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct Transcript(
    #[cfg_attr(feature = "serde", serde(with = "assay_protocol::json::hash"))] pub Hash,
);

/// `H(0x09 | 0 | genesis | job u64 | segment u32 | trace | entry u32 | challenger | nonce u64)`.
#[allow(clippy::too_many_arguments)]
pub fn game_id<K: Keccak>(
    genesis: &Hash,
    job: JobId,
    segment: SegmentIndex,
    trace: &Hash,
    entry: Entry,
    challenger: &[u8],
    nonce: u64,
) -> GameId {
    GameId(K::hash(&[
        &[DOMAIN, 0],
        genesis,
        &job.0.to_le_bytes(),
        &segment.0.to_le_bytes(),
        trace,
        &entry.code().to_le_bytes(),
        challenger,
        &nonce.to_le_bytes(),
    ]))
}

/// What the mover signs: `H(0x09 | 1 | game | round u32 | transcript | move)`, the move in SCALE.
pub fn signing_hash<K: Keccak>(
    game: GameId,
    round: u32,
    transcript: Transcript,
    mv: &Move,
) -> Hash {
    K::hash(&[
        &[DOMAIN, 1],
        &game.0,
        &round.to_le_bytes(),
        &transcript.0,
        &mv.encode(),
    ])
}

impl Transcript {
    /// Before the first move it is the game's own name.
    pub const fn start(game: GameId) -> Self {
        Self(game.0)
    }

    /// `H(0x09 | 2 | transcript | move)`.
    pub fn after<K: Keccak>(self, mv: &Move) -> Self {
        Self(K::hash(&[&[DOMAIN, 2], &self.0, &mv.encode()]))
    }
}
