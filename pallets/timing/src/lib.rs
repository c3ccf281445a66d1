//! pallet timing
