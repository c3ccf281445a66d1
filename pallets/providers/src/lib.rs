//! pallet providers
