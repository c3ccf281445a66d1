//! What the chain says about those at stake.

use assay_protocol::Balance;
use subxt::ext::scale_decode::DecodeAsType;

use crate::{governance::Share, Account, At, ChainClient, ChainError};

const STAKING: &str = "Staking";
const SESSION: &str = "Session";

/// What is slashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffenceKind {
    /// Two blocks in a slot.
    TwoBlocks,
    /// Two votes in a round.
    TwoVotes,
}

impl OffenceKind {
    /// As the chain calls it.
    const fn name(self) -> &'static [u8; 16] {
        match self {
            Self::TwoBlocks => b"babe:equivocatio",
            Self::TwoVotes => b"grandpa:equivoca",
        }
    }
}

/// What an account has bonded.
#[derive(Clone, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Ledger {
    /// All that is bonded, what is being unbonded included.
    pub total: Balance,
    /// What counts in elections.
    pub active: Balance,
    /// What is being unbonded.
    pub unlocking: Vec<Chunk>,
}

/// An amount that is being unbonded.
#[derive(Clone, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Chunk {
    /// How much.
    pub value: Balance,
    /// The era from which on it may be withdrawn.
    pub era: u32,
}

/// What a validator asks of its nominators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefs {
    /// The share of the reward that it takes first.
    pub commission: Share,
    /// Whether it takes no new nominations.
    pub blocked: bool,
}

/// What stands behind a validator in an era.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Exposure {
    /// All of it.
    pub total: Balance,
    /// Its own.
    pub own: Balance,
    /// Nominators.
    pub nominator_count: u32,
    /// Pages of nominators, each of which is paid by a call of its own.
    pub page_count: u32,
}

/// What validators have earned of an era's reward.
#[derive(Clone, Debug, Default, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Points {
    /// By all of them.
    pub total: u32,
    /// By each.
    pub individual: Vec<(Account, u32)>,
}

impl Points {
    /// What one of them has earned.
    pub fn of(&self, account: &Account) -> u32 {
        let found = self.individual.iter().find(|(who, _)| who == account);
        found.map(|(_, points)| *points).unwrap_or_default()
    }
}

/// Preferences as the chain keeps them: the share is a bare number where it is compact.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct StoredPrefs {
    commission: u32,
    blocked: bool,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Nominations {
    targets: Vec<Account>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ActiveEra {
    index: u32,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Spans {
    prior: Vec<u32>,
}

impl ChainClient {
    /// The number of the session.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime keeps it in another form, else what the connection says.
    pub async fn session(&self, at: At) -> Result<u32, ChainError> {
        let index = self.entry(SESSION, "CurrentIndex", (), at).await?;
        Ok(index.unwrap_or_default())
    }

    /// The validators of the session.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn validators(&self, at: At) -> Result<Vec<Account>, ChainError> {
        let found = self.entry(SESSION, "Validators", (), at).await?;
        Ok(found.unwrap_or_default())
    }

    /// The validators of the session that make no blocks for the rest of the era because of an offence.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn disabled(&self, at: At) -> Result<Vec<Account>, ChainError> {
        let places: Option<Vec<(u32, u32)>> =
            self.entry(SESSION, "DisabledValidators", (), at).await?;
        let validators = self.validators(at).await?;
        let places = places.unwrap_or_default().into_iter();
        let found = places.filter_map(|(place, _)| validators.get(place as usize));
        Ok(found.copied().collect())
    }

    /// How many times one validator or several at once are known to have offended in this way.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn offences(&self, kind: OffenceKind, at: At) -> Result<u32, ChainError> {
        let under = (*kind.name(),);
        self.count::<([u8; 16], Vec<u8>)>("Offences", "ConcurrentReportsIndex", under, at)
            .await
    }

    /// The number of the era that is being rewarded.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn active_era(&self, at: At) -> Result<Option<u32>, ChainError> {
        let found: Option<ActiveEra> = self.entry(STAKING, "ActiveEra", (), at).await?;
        Ok(found.map(|era| era.index))
    }

    /// What an account has bonded, if it has.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn ledger(&self, stash: &Account, at: At) -> Result<Option<Ledger>, ChainError> {
        let key = (stash.0,);
        let controller: Option<Account> = self.entry(STAKING, "Bonded", key, at).await?;
        match controller {
            Some(controller) => self.entry(STAKING, "Ledger", (controller.0,), at).await,
            None => Ok(None),
        }
    }

    /// An account's preferences as a validator, if it offers itself as one.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn validator_prefs(
        &self,
        stash: &Account,
        at: At,
    ) -> Result<Option<Prefs>, ChainError> {
        let found = self.entry(STAKING, "Validators", (stash.0,), at).await?;
        Ok(found.map(|stored: StoredPrefs| Prefs {
            commission: Share(stored.commission),
            blocked: stored.blocked,
        }))
    }

    /// The validators that an account nominates; none if it is no nominator.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn nominations(&self, stash: &Account, at: At) -> Result<Vec<Account>, ChainError> {
        let found: Option<Nominations> = self.entry(STAKING, "Nominators", (stash.0,), at).await?;
        Ok(found
            .map(|nominations| nominations.targets)
            .unwrap_or_default())
    }

    /// What stands behind a validator in an era, if it was elected.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn exposure(
        &self,
        era: u32,
        validator: &Account,
        at: At,
    ) -> Result<Option<Exposure>, ChainError> {
        self.entry(STAKING, "ErasStakersOverview", (era, validator.0), at)
            .await
    }

    /// The points of an era.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn era_points(&self, era: u32, at: At) -> Result<Points, ChainError> {
        let found = self.entry(STAKING, "ErasRewardPoints", (era,), at).await?;
        Ok(found.unwrap_or_default())
    }

    /// How many payouts of a validator's reward for an ended era are still to be called for.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn unpaid_pages(
        &self,
        era: u32,
        validator: &Account,
        at: At,
    ) -> Result<u32, ChainError> {
        let reward: Option<Balance> = self
            .entry(STAKING, "ErasValidatorReward", (era,), at)
            .await?;
        let earned = self.era_points(era, at).await?.of(validator);
        let exposure = self.exposure(era, validator, at).await?;
        let (Some(_), Some(exposure), 1..) = (reward, exposure, earned) else {
            return Ok(0);
        };
        let key = (era, validator.0);
        let claimed: Option<Vec<u32>> = self.entry(STAKING, "ClaimedRewards", key, at).await?;
        let claimed = claimed.map_or(0, |pages| pages.len());
        let claimed = u32::try_from(claimed).unwrap_or(u32::MAX);
        Ok(exposure.page_count.max(1).saturating_sub(claimed))
    }

    /// How often an account may have been slashed, as the withdrawal of all it has bonded must say.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub async fn slashing_spans(&self, stash: &Account, at: At) -> Result<u32, ChainError> {
        let found: Option<Spans> = self.entry(STAKING, "SlashingSpans", (stash.0,), at).await?;
        let spans = found.map_or(0, |spans| spans.prior.len().saturating_add(1));
        Ok(u32::try_from(spans).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_by_account() {
        let points = Points {
            total: 60,
            individual: vec![(Account([1; 32]), 40), (Account([2; 32]), 20)],
        };
        assert_eq!(points.of(&Account([2; 32])), 20);
        assert_eq!(points.of(&Account([3; 32])), 0);
    }
}
