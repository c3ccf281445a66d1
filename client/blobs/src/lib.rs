//! Content-addressed blobs over a directory, HTTP or an object store, verified while streaming.
//!
//! Programs, datasets and states are too large for a chain, which keeps their roots only. A [`BlobId`] is such a root with
//! the kind of what it names. Whoever reads a blob knows beforehand what it must be ([`Expected`]): a program file of bounded
//! length, or a tensor or a state whose types give the exact length. The root is computed while the bytes pass and a blob
//! becomes visible in a [`BlobStore`] only if it is right, so where the bytes come from need not be trusted.
//!
//! - [`BlobStore`]: a directory or an object store.
//! - [`HttpClient`]: fetches from and sends to servers, within [`Limits`] of time and a [`Reach`] of addresses.
//! - [`Fetcher`]: both together.
//! - [`router`] and [`Server`]: serve a store to others.
//! - [`tensor_bytes`], [`state_bytes`] and their reverse: tensors as bytes.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use assay_blobs::{tensor_bytes, BlobId, BlobStore, Expected};
//! use assay_commitment::{tensor_root_of, Sha3};
//! use assay_numerics::{Dims, Tensor};
//!
//! let directory = tempfile::tempdir().unwrap();
//! let store = BlobStore::local(directory.path()).unwrap();
//! let tensor = Tensor::from_f32(Dims::matrix(1, 2).unwrap(), &[0.5, -1.0]).unwrap();
//! let id = BlobId::from(tensor_root_of::<Sha3>(&tensor));
//! let expected = Expected::Tensor(tensor.ty());
//!
//! store.put(id, &expected, tensor_bytes(&tensor)).await.unwrap();
//! assert_eq!(store.read(&id, &expected).await.unwrap(), tensor_bytes(&tensor));
//! assert!(store.put(BlobId::tensor([0; 32]), &expected, tensor_bytes(&tensor)).await.is_err());
//! # });
//! ```
//!
//! **Invariant:** nothing lies in a store under a root that its bytes did not have when they were put there.

mod address;
mod error;
mod expected;
mod fetch;
mod guard;
mod http;
mod id;
mod limits;
mod pace;
mod server;
mod staging;
mod store;
mod tensors;
mod writer;

pub use address::is_public;
pub use error::{FetchError, StoreError};
pub use expected::{Expected, Fault, Verifier};
pub use fetch::Fetcher;
pub use http::HttpClient;
pub use id::{BlobId, BlobKind, ParseIdError};
pub use limits::{Limits, Reach};
pub use server::{router, ListenError, ReadOnly, Server, Uploads};
pub use store::BlobStore;
pub use tensors::{state_bytes, state_from_bytes, tensor_bytes, tensor_from_bytes};
pub use writer::VerifiedWriter;
