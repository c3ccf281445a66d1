//! `assay dispute open`: a challenge by hand.

use assay_client::{calls, Account, At, Head};
use assay_game::{Entry, GameId};
use assay_protocol::{
    Balance, BlockNumber, IntervalIndex, JobId, JobView, SegmentIndex, SegmentStatus, SegmentView,
};
use serde::Serialize;

use super::which::name;
use crate::{
    amount::show,
    context::{self, check_balance, Context},
    job::find,
    options::OpenOptions,
    output::{decimal, field, Output},
    CliError,
};

/// A dispute that was opened.
#[derive(Clone, Debug, Serialize)]
pub struct Opened {
    /// The game's name.
    pub game: GameId,
    /// Its number.
    pub number: u64,
    /// The job.
    pub job: JobId,
    /// The segment whose commitment is challenged.
    pub segment: SegmentIndex,
    /// What is said to be wrong.
    pub entry: Entry,
    /// The owner's account of the provider that committed.
    pub provider: Account,
    /// Who challenges.
    pub challenger: Account,
    /// What is lost if the provider is right.
    #[serde(serialize_with = "decimal")]
    pub bond: Balance,
    /// For what the dispute stores, returned by clean-up.
    #[serde(serialize_with = "decimal")]
    pub deposit: Balance,
    /// Fee of the transaction.
    #[serde(serialize_with = "decimal")]
    pub transaction_fee: Balance,
    /// Number of the block that it is in.
    pub block_number: u32,
}

/// What a challenge locks, and until when it can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stake {
    bond: Balance,
    deposit: Balance,
    window_end: BlockNumber,
}

/// Challenges a committed segment.
///
/// # Errors
/// [`CliError::NoJob`], [`CliError::NotCommitted`], [`CliError::Balance`], or what the chain says.
pub async fn run(
    options: &OpenOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let (id, segment) = (JobId(options.job), SegmentIndex(options.segment));
    let key = context.key()?;
    let chain = context.chain().await?;
    let at = At::Block(chain.head(At::Best).await?.hash);
    let job = find(&chain, id, at).await?;
    let page = chain.segments(id, segment, 1, at).await?;
    let stake = Stake::of(&job, segment, page.items.first())?;
    stake.tell();
    check_balance(
        &chain,
        key.account(),
        stake.bond.saturating_add(stake.deposit),
    )
    .await?;
    let entry = options.interval.map_or(Entry::Segment, |interval| {
        Entry::Interval(IntervalIndex(interval))
    });
    let call = calls::open_dispute(id, segment, entry);
    let included = context::send(&chain, &call, &key, options.wait).await?;
    let opened = included.event("Disputes", "Opened")?;
    let opened = Opened::new(opened, stake, included.fee()?, included.block);
    eprintln!(
        "note: the argument is played by `assay-worker verify --job {id}` with this very key"
    );
    out.finish(&opened, |out| {
        field(
            out,
            "dispute",
            format!("{} {}", opened.number, name(opened.game)),
        )?;
        field(out, "provider", opened.provider)?;
        field(out, "bond", show(opened.bond))?;
        field(out, "deposit", show(opened.deposit))?;
        field(out, "transaction fee", show(opened.transaction_fee))?;
        field(out, "block", opened.block_number)
    })
}

/// The fields of the event `Opened`.
type Event = (
    (GameId, u64, JobId, SegmentIndex, Entry),
    (Account, Account, Balance),
);

impl Opened {
    fn new(event: Event, stake: Stake, transaction_fee: Balance, block: Head) -> Self {
        let ((game, number, job, segment, entry), (provider, challenger, bond)) = event;
        Self {
            game,
            number,
            job,
            segment,
            entry,
            provider,
            challenger,
            bond,
            deposit: stake.deposit,
            transaction_fee,
            block_number: block.number,
        }
    }
}

impl Stake {
    /// For a segment as the chain has it.
    fn of(
        job: &JobView<Account>,
        segment: SegmentIndex,
        view: Option<&SegmentView<Account>>,
    ) -> Result<Self, CliError> {
        let view = view.filter(|view| view.segment == segment);
        let Some(SegmentStatus::Committed {
            reserve,
            window_end,
            ..
        }) = view.map(|view| &view.status)
        else {
            return Err(CliError::NotCommitted {
                id: job.id,
                segment,
            });
        };
        Ok(Self {
            bond: job.params.bond(reserve.price),
            deposit: job.params.disputes.deposit,
            window_end: *window_end,
        })
    }

    fn tell(&self) {
        eprintln!(
            "this locks a bond of {}, lost if the provider is right, and a deposit of {}; the window closes with block {} \
             of chain time",
            show(self.bond),
            show(self.deposit),
            self.window_end
        );
    }
}
