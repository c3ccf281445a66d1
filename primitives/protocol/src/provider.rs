//! Providers, what they offer, and what a job asks of them.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{Balance, BlockNumber, Params, Url};

/// The device a program runs on.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum DeviceClass {
    /// A processor; every provider has one.
    #[default]
    Cpu,
    /// A GPU; also serves jobs that ask for a processor.
    Gpu,
}

/// What a provider offers.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Capabilities {
    /// The best device.
    pub device: DeviceClass,
    /// Bytes of memory of that device for one job.
    pub memory_bytes: u64,
    /// Jobs it takes at a time.
    pub max_jobs: u32,
}

/// What a job asks of its provider.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Requirements {
    /// The least device class.
    pub device: DeviceClass,
    /// The least memory in bytes; at least the memory the work declares.
    pub memory_bytes: u64,
    /// The least stake, beyond the protocol's own minimum.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub min_stake: Balance,
}

/// A registered provider, stored under its owner's account.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Provider<AccountId> {
    /// The key that signs work; it cannot withdraw.
    pub operator: AccountId,
    /// Where the provider serves its blobs.
    pub endpoint: Url,
    /// What it offers.
    pub capabilities: Capabilities,
    /// Stake on hold on the owner's account.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub stake: Balance,
    /// The block of registration.
    pub since: BlockNumber,
    /// Whether it takes jobs.
    pub status: ProviderStatus,
    /// Jobs it is assigned to and not yet free of.
    pub active_jobs: u32,
    /// Its history.
    pub counters: ProviderCounters,
}

/// Whether a provider takes jobs.
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
    serde(rename_all = "snake_case")
)]
pub enum ProviderStatus {
    /// Takes jobs; next: `Unbonding`.
    Active,
    /// Takes none; next: removed, once `until` is reached.
    Unbonding {
        /// The block from which the stake may be withdrawn.
        until: BlockNumber,
    },
}

/// What a provider has done, in totals.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProviderCounters {
    /// Jobs claimed.
    pub jobs_claimed: u64,
    /// Jobs declined.
    pub jobs_declined: u64,
    /// Jobs finished, by completion or by the buyer's doing.
    pub jobs_finished: u64,
    /// Segments paid.
    pub segments_paid: u64,
    /// Deadlines missed.
    pub deadlines_missed: u64,
    /// Amount earned.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub earned: Balance,
    /// Protocol fees paid on its segments: what reputation counts.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub fees: Balance,
    /// Amount slashed.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub slashed: Balance,
}

/// Why a provider may not take a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ineligible {
    /// It is unbonding.
    #[error("the provider is unbonding")]
    Unbonding,
    /// It holds as many jobs as it takes, or as the protocol lets it.
    #[error("the provider holds as many jobs as it may")]
    Busy,
    /// Its device is of a lower class.
    #[error("the job asks for a higher device class")]
    Device,
    /// It has too little memory.
    #[error("the job asks for more memory")]
    Memory,
    /// It has too little stake.
    #[error("the job or the protocol asks for more stake")]
    Stake,
}

impl<AccountId> Provider<AccountId> {
    /// Whether this provider may take a job that asks for `requirements`.
    ///
    /// # Errors
    /// [`Ineligible`] names the first requirement that is not met.
    pub fn check_eligible(
        &self,
        requirements: &Requirements,
        params: &Params,
    ) -> Result<(), Ineligible> {
        let Self {
            status,
            active_jobs,
            capabilities,
            stake,
            ..
        } = self;
        if *status != ProviderStatus::Active {
            return Err(Ineligible::Unbonding);
        }
        if *active_jobs
            >= capabilities
                .max_jobs
                .min(params.assignment.max_jobs_per_provider)
        {
            return Err(Ineligible::Busy);
        }
        if *stake < requirements.min_stake.max(params.stake.min_stake) {
            return Err(Ineligible::Stake);
        }
        capabilities.check(requirements)
    }
}

impl Capabilities {
    /// Whether a machine like this meets `requirements`.
    ///
    /// # Errors
    /// [`Ineligible::Device`] or [`Ineligible::Memory`].
    pub fn check(&self, requirements: &Requirements) -> Result<(), Ineligible> {
        if self.device < requirements.device {
            return Err(Ineligible::Device);
        }
        if self.memory_bytes < requirements.memory_bytes {
            return Err(Ineligible::Memory);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> Provider<u64> {
        Provider {
            operator: 1,
            endpoint: Url::parse("http://localhost:1").unwrap(),
            capabilities: Capabilities {
                device: DeviceClass::Gpu,
                memory_bytes: 1 << 30,
                max_jobs: 2,
            },
            stake: Params::default().stake.min_stake,
            since: 0,
            status: ProviderStatus::Active,
            active_jobs: 1,
            counters: ProviderCounters::default(),
        }
    }

    #[test]
    fn each_requirement_counts() {
        let params = Params::default();
        let asks = Requirements::default();
        assert_eq!(provider().check_eligible(&asks, &params), Ok(()));
        let busy = Provider {
            active_jobs: 2,
            ..provider()
        };
        assert_eq!(busy.check_eligible(&asks, &params), Err(Ineligible::Busy));
        let leaving = Provider {
            status: ProviderStatus::Unbonding { until: 9 },
            ..provider()
        };
        assert_eq!(
            leaving.check_eligible(&asks, &params),
            Err(Ineligible::Unbonding)
        );
        let poor = Provider {
            stake: params.stake.min_stake - 1,
            ..provider()
        };
        assert_eq!(poor.check_eligible(&asks, &params), Err(Ineligible::Stake));
        let rich = Requirements {
            min_stake: params.stake.min_stake + 1,
            ..asks
        };
        assert_eq!(
            provider().check_eligible(&rich, &params),
            Err(Ineligible::Stake)
        );
        let large = Requirements {
            memory_bytes: (1 << 30) + 1,
            ..asks
        };
        assert_eq!(
            provider().check_eligible(&large, &params),
            Err(Ineligible::Memory)
        );
        let cpu = Capabilities {
            device: DeviceClass::Cpu,
            ..provider().capabilities
        };
        let gpu = Requirements {
            device: DeviceClass::Gpu,
            ..asks
        };
        assert_eq!(cpu.check(&gpu), Err(Ineligible::Device));
    }
}
