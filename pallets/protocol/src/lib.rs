//! pallet protocol
