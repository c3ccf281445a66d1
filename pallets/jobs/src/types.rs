//! Short names and what only this pallet stores or emits.

use assay_commitment::{Hash, Keccak};
use assay_protocol::{BlockNumber, JobId, JobRecord, JobState, SegmentIndex, SegmentStatus};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible::Credit;
use scale_info::TypeInfo;

use crate::Config;

pub(crate) type RecordOf<T> = JobRecord<<T as frame_system::Config>::AccountId>;
pub(crate) type StateOf<T> = JobState<<T as frame_system::Config>::AccountId>;
pub(crate) type SegmentOf<T> = SegmentStatus<<T as frame_system::Config>::AccountId>;

/// Funds that have left a hold and go where the runtime sends fees or slashes.
pub type CreditOf<T> = Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

/// A clock that ran out.
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
pub enum Clock {
    /// The assigned provider's time to accept or decline.
    Acceptance,
    /// The time to commit a segment.
    Segment(SegmentIndex),
    /// The time an open or paused job waits.
    Waiting,
}

/// Something that falls due at a block.
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
pub enum Due {
    /// A clock of a job may have run out.
    TimeOut(JobId),
    /// A segment's window may be over.
    Finalise(JobId, SegmentIndex),
}

/// Open games on a job's segments, during which the job's deadlines stand still.
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
pub struct Standstill {
    /// How many; at least one.
    pub games: u32,
    /// The block since which there has been at least one.
    pub since: BlockNumber,
}

/// Whether a clean-up removed everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CleanUp {
    /// Some segments; the job's record is still there.
    Part,
    /// All; the deposit is returned.
    Whole,
}

/// Keccak-256 by the host.
pub struct HostKeccak;

impl Keccak for HostKeccak {
    fn hash(parts: &[&[u8]]) -> Hash {
        sp_io::hashing::keccak_256(&parts.concat())
    }
}
