//! `assay validator status`.

use std::io::{self, Write};

use assay_client::{
    governance::Share,
    staking::{Chunk, Exposure, Ledger},
    Account, At, ChainClient, ChainError,
};
use assay_protocol::Balance;
use serde::Serialize;

use super::standing::{Facts, Standing};
use crate::{
    amount::show,
    context::Context,
    options::AccountOptions,
    output::{decimal, field, Output},
    CliError,
};

/// Points for a block.
const POINTS_PER_BLOCK: u32 = 20;

/// A validator or nominator.
#[derive(Clone, Debug, Serialize)]
struct Shown {
    /// The account.
    account: Account,
    /// Where it stands.
    standing: Standing,
    /// Whether it makes no blocks for the rest of the era because of an offence.
    disabled: bool,
    /// What to do next in order to make blocks, in words.
    next: Option<&'static str>,
    /// Its session keys in hexadecimal digits.
    session_keys: Option<String>,
    /// Whether the node has their secret parts; none if it does not tell.
    keys_at_node: Option<bool>,
    /// The session.
    session: u32,
    /// Validators of the session.
    validators: usize,
    /// The era.
    era: Option<u32>,
    /// What it has bonded.
    bond: Option<Bond>,
    /// The share of the reward that it takes first, in billionths, if it offers itself as a validator.
    commission: Option<Share>,
    /// What stands behind it in this era.
    backing: Option<Backing>,
    /// The validators that it nominates.
    nominations: Vec<Account>,
    /// Its points in this era.
    points: u32,
    /// All points of this era.
    all_points: u32,
    /// Blocks that it has made in this era.
    blocks: u32,
}

/// What is bonded.
#[derive(Clone, Debug, Serialize)]
struct Bond {
    /// What counts in elections.
    #[serde(serialize_with = "decimal")]
    active: Balance,
    /// All of it.
    #[serde(serialize_with = "decimal")]
    total: Balance,
    /// What is being unbonded.
    unbonding: Vec<Unbonding>,
}

/// An amount that is being unbonded.
#[derive(Clone, Debug, Serialize)]
struct Unbonding {
    /// How much.
    #[serde(serialize_with = "decimal")]
    amount: Balance,
    /// The era from which on it may be withdrawn.
    era: u32,
}

/// What stands behind a validator.
#[derive(Clone, Debug, Serialize)]
struct Backing {
    /// Its own.
    #[serde(serialize_with = "decimal")]
    own: Balance,
    /// All of it.
    #[serde(serialize_with = "decimal")]
    total: Balance,
    /// Nominators.
    nominators: u32,
}

impl From<Ledger> for Bond {
    fn from(ledger: Ledger) -> Self {
        let unbonding = |chunk: Chunk| Unbonding {
            amount: chunk.value,
            era: chunk.era,
        };
        Self {
            active: ledger.active,
            total: ledger.total,
            unbonding: ledger.unlocking.into_iter().map(unbonding).collect(),
        }
    }
}

impl From<Exposure> for Backing {
    fn from(exposure: Exposure) -> Self {
        Self {
            own: exposure.own,
            total: exposure.total,
            nominators: exposure.nominator_count,
        }
    }
}

/// Shows where an account stands.
pub(super) async fn run(
    options: &AccountOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let account = context.account_or_own(options.address)?;
    let chain = context.chain().await?;
    tell(&chain, account, At::Best, out).await
}

/// Shows where an account stands in a block.
pub(super) async fn tell(
    chain: &ChainClient,
    account: Account,
    at: At,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let at = At::Block(chain.head(at).await?.hash);
    let shown = read(chain, account, at).await?;
    out.finish(&shown, |out| shown.write(out))
}

async fn read(chain: &ChainClient, account: Account, at: At) -> Result<Shown, CliError> {
    let keys = chain.session_keys(&account, at).await?;
    let keys_at_node = match &keys {
        Some(keys) => at_node(chain, keys).await?,
        None => None,
    };
    let validators = chain.validators(at).await?;
    let ledger = chain.ledger(&account, at).await?;
    let prefs = chain.validator_prefs(&account, at).await?;
    let nominations = chain.nominations(&account, at).await?;
    let facts = Facts {
        in_session: validators.contains(&account),
        offers: prefs.is_some(),
        nominates: !nominations.is_empty(),
        bonded: ledger.is_some(),
        keys: keys.is_some(),
        at_node: keys_at_node,
    };
    let era = chain.active_era(at).await?;
    let backing = match era {
        Some(era) => chain.exposure(era, &account, at).await?,
        None => None,
    };
    let points = match era {
        Some(era) => chain.era_points(era, at).await?,
        None => Default::default(),
    };
    let standing = Standing::of(facts);
    Ok(Shown {
        account,
        standing,
        disabled: chain.disabled(at).await?.contains(&account),
        next: standing.next(facts),
        session_keys: keys.map(|keys| format!("0x{}", hex::encode(keys))),
        keys_at_node,
        session: chain.session(at).await?,
        validators: validators.len(),
        era,
        bond: ledger.map(Bond::from),
        commission: prefs.map(|prefs| prefs.commission),
        backing: backing.map(Backing::from),
        nominations,
        points: points.of(&account),
        all_points: points.total,
        blocks: points.of(&account) / POINTS_PER_BLOCK,
    })
}

/// Whether the node has the keys' secret parts; nothing if it does not tell strangers.
async fn at_node(chain: &ChainClient, keys: &[u8]) -> Result<Option<bool>, CliError> {
    match chain.has_session_keys(keys).await {
        Ok(has) => Ok(Some(has)),
        Err(ChainError::Refused { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Shown {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "account", self.account)?;
        field(out, "standing", self.standing.name())?;
        if self.disabled {
            field(
                out,
                "disabled",
                "until the era's end, because of an equivocation",
            )?;
        }
        if let Some(next) = self.next {
            field(out, "next", next)?;
        }
        self.write_keys(out)?;
        field(
            out,
            "session",
            format!("{}, {} validators", self.session, self.validators),
        )?;
        match self.era {
            Some(era) => field(out, "era", era)?,
            None => field(out, "era", "none yet")?,
        }
        if let Some(bond) = &self.bond {
            bond.write(out)?;
        }
        if let Some(commission) = self.commission {
            field(out, "commission", commission)?;
        }
        if let Some(backing) = &self.backing {
            let text = format!(
                "{}, of it {} its own, the rest of {} nominators",
                show(backing.total),
                show(backing.own),
                backing.nominators
            );
            field(out, "elected with", text)?;
        }
        for target in &self.nominations {
            field(out, "nominates", target)?;
        }
        let points = format!("{} of {} in this era", self.points, self.all_points);
        field(out, "points", points)?;
        field(out, "blocks", format!("{} in this era", self.blocks))
    }

    fn write_keys(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(keys) = &self.session_keys else {
            return field(out, "session keys", "not set");
        };
        field(out, "session keys", keys)?;
        let place = match self.keys_at_node {
            Some(true) => "at this node",
            Some(false) => "not at this node",
            None => "this node does not tell; ask it locally",
        };
        field(out, "secret parts", place)
    }
}

impl Bond {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "bonded", show(self.active))?;
        self.unbonding.iter().try_for_each(|chunk| {
            let text = format!("{} until era {}", show(chunk.amount), chunk.era);
            field(out, "unbonding", text)
        })
    }
}
