//! The benchmarks of our own pallets. The SDK's come with weights of their own.

use crate::{AllPalletsWithSystem, Disputes, Jobs, Protocol, Providers, Timing};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{
    add_benchmark, list_benchmark, BenchmarkBatch, BenchmarkConfig, BenchmarkList,
};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};

/// What there is to measure, and the storage of all pallets.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
    let mut list = Vec::new();
    list_benchmark!(list, extra, pallet_assay_timing, Timing);
    list_benchmark!(list, extra, pallet_assay_protocol, Protocol);
    list_benchmark!(list, extra, pallet_assay_providers, Providers);
    list_benchmark!(list, extra, pallet_assay_jobs, Jobs);
    list_benchmark!(list, extra, pallet_assay_disputes, Disputes);
    (list, AllPalletsWithSystem::storage_info())
}

/// Runs one of them.
///
/// # Errors
/// If it cannot be set up or fails.
pub fn dispatch(config: &BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
    let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
    let mut batches = Vec::new();
    let params = (config, &whitelist);
    add_benchmark!(params, batches, pallet_assay_timing, Timing);
    add_benchmark!(params, batches, pallet_assay_protocol, Protocol);
    add_benchmark!(params, batches, pallet_assay_providers, Providers);
    add_benchmark!(params, batches, pallet_assay_jobs, Jobs);
    add_benchmark!(params, batches, pallet_assay_disputes, Disputes);
    Ok(batches)
}
