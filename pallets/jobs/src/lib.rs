//! pallet jobs
