//! What can go wrong in a store and on the way into it.

use std::{error::Error, io, time::Duration};

use crate::{BlobId, Fault};

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store has no such blob.
    #[error("the store has no {id}")]
    NotFound {
        /// The blob.
        id: BlobId,
    },
    /// The bytes are not the blob.
    #[error("{id}: {fault}")]
    Fault {
        /// The blob.
        id: BlobId,
        /// How they differ.
        fault: Fault,
    },
    /// The disk, the quota or the file size limit is used up.
    #[error("no room in {place} ({cause}); free some, or name another place with more")]
    Full {
        /// The store.
        place: String,
        /// What the system said.
        cause: String,
    },
    /// The directory cannot be made or opened.
    #[error(
        "the directory {place} cannot be used ({cause}); name another one or mend its permissions"
    )]
    Directory {
        /// The directory.
        place: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A location that is no directory and no known object store.
    #[error(
        "{location:?} is no place for blobs ({cause}); name a directory{}",
        object_store_hint()
    )]
    Location {
        /// What was given.
        location: String,
        /// What is wrong with it.
        cause: String,
    },
    /// Anything else that the store said.
    #[error("{place}: {cause}")]
    Backend {
        /// The store.
        place: String,
        /// What it said.
        cause: object_store::Error,
    },
}

const fn object_store_hint() -> &'static str {
    if cfg!(feature = "s3") {
        " or s3://bucket/prefix"
    } else {
        ""
    }
}

impl StoreError {
    /// Whether the cause is a lack of room, which may pass.
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }

    pub(crate) fn of(place: &str, id: BlobId, cause: object_store::Error) -> Self {
        match cause {
            object_store::Error::NotFound { .. } => Self::NotFound { id },
            cause => Self::of_store(place, cause),
        }
    }

    pub(crate) fn of_store(place: &str, cause: object_store::Error) -> Self {
        match no_room(&cause) {
            Some(text) => Self::Full {
                place: place.to_owned(),
                cause: text,
            },
            None => Self::Backend {
                place: place.to_owned(),
                cause,
            },
        }
    }
}

/// The system's words if somewhere behind `error` lies a lack of room.
fn no_room(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            let full = [
                io::ErrorKind::StorageFull,
                io::ErrorKind::QuotaExceeded,
                io::ErrorKind::FileTooLarge,
            ];
            if full.contains(&io.kind()) {
                return Some(io.to_string());
            }
        }
        next = error.source();
    }
    None
}

/// Why a blob did not come from a location.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not a URL.
    #[error("{url:?} is no URL ({cause}); write http://host:port or https://host")]
    Url {
        /// What was given.
        url: String,
        /// What the parser said.
        cause: String,
    },
    /// A scheme other than http and https, given or redirected to.
    #[error("{url} has the scheme {scheme}; only http and https are fetched")]
    Scheme {
        /// The location.
        url: String,
        /// Its scheme.
        scheme: String,
    },
    /// A name or address of this machine, of a private network or reserved, given or redirected to.
    #[error("{url} leads to {address}, which is not a public address; allow private addresses if the host is yours")]
    PrivateAddress {
        /// The location.
        url: String,
        /// The address it leads to.
        address: String,
    },
    /// Redirected too often.
    #[error("{url} redirects more than {limit} times")]
    Redirects {
        /// The first location.
        url: String,
        /// The most redirects followed.
        limit: u8,
    },
    /// No connection, or it broke.
    #[error("{url} cannot be reached ({cause}); check the address and that its server runs")]
    Unreachable {
        /// The location.
        url: String,
        /// What the network said.
        cause: String,
    },
    /// The server has no such blob.
    #[error("{url} does not exist")]
    NotFound {
        /// The location.
        url: String,
    },
    /// Another answer than the blob.
    #[error("{url} answers with status {status}")]
    Status {
        /// The location.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// No byte for too long.
    #[error("{url} sent nothing for {} s", idle.as_secs_f32())]
    Stalled {
        /// The location.
        url: String,
        /// How long was waited.
        idle: Duration,
    },
    /// Fewer bytes a second than the least allowed.
    #[error("{url} sends {rate} bytes a second; at least {minimum} are asked for")]
    TooSlow {
        /// The location.
        url: String,
        /// Bytes a second that came.
        rate: u64,
        /// The least allowed.
        minimum: u64,
    },
    /// The whole fetch took too long.
    #[error("{url} was not fetched within {} s", total.as_secs_f32())]
    Deadline {
        /// The location.
        url: String,
        /// The time allowed.
        total: Duration,
    },
    /// The bytes are not the blob.
    #[error("{url}: {fault}")]
    Fault {
        /// The location.
        url: String,
        /// How they differ.
        fault: Fault,
    },
    /// The blob could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No location was given and the store does not have it.
    #[error("{id} is in no known place; give a location that serves it")]
    NoLocation {
        /// The blob.
        id: BlobId,
    },
    /// Every location failed.
    #[error("{id} could not be fetched: {}", list(failures))]
    Everywhere {
        /// The blob.
        id: BlobId,
        /// What each location did, in the order tried.
        failures: Vec<FetchError>,
    },
    /// The HTTP client could not be made.
    #[error("no HTTP client: {cause}; check the system's certificates")]
    Client {
        /// What was wrong.
        cause: String,
    },
}

fn list(failures: &[FetchError]) -> String {
    failures
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

impl FetchError {
    /// Whether the same location may do better next time.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Stalled { .. } | Self::TooSlow { .. } => true,
            Self::Status { status, .. } => *status >= 500 || *status == 429 || *status == 408,
            Self::Fault { fault, .. } => matches!(fault, Fault::Truncated { .. }),
            _ => false,
        }
    }

    /// Whether this machine, not the location, is at fault for lack of room.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Store(error) => error.is_full(),
            Self::Everywhere { failures, .. } => failures.iter().any(Self::is_full),
            _ => false,
        }
    }
}
