//! `assay gov status` and `assay gov watch`.

use std::{
    io::{self, Write},
    time::Duration,
};

use assay_client::{
    governance::{Enactment, Ongoing, Proposal, Referendum, Track},
    At, ChainClient, ChainError, Head, H256,
};
use assay_protocol::{Balance, BlockTime, Params};
use codec::DecodeAll;
use serde::Serialize;

use super::{
    numbers::{changes, write_changes, Change},
    options::{ReferendumOptions, StatusOptions},
    phase::{Now, Phase, Votes},
    referendum,
};
use crate::{
    amount::show,
    clock,
    context::{self, Context},
    options::Wait,
    output::{field, Output},
    CliError,
};

/// How long a new block may take before the chain is asked again.
const PATIENCE: Duration = Duration::from_secs(30);

/// A referendum.
#[derive(Clone, Debug, Serialize)]
struct Shown {
    /// Its number.
    referendum: u32,
    /// The name of its track, while it is voted on.
    track: Option<String>,
    /// Where it stands.
    phase: Phase,
    /// What happens next, in words.
    next: Option<String>,
    /// What it decides about, while it is voted on.
    proposal: Option<Proposed>,
    /// Its votes, while it is voted on.
    votes: Option<Votes>,
    /// Blocks from its approval to the dispatch of its call, or more if it names a block.
    enacted_after: Option<u32>,
}

/// What a referendum decides about.
#[derive(Clone, Debug, Serialize)]
struct Proposed {
    /// `Pallet.call`, if its bytes are on the chain and the runtime knows it.
    call: Option<String>,
    /// The hash of its preimage, if it has one.
    preimage: Option<H256>,
    /// What it changes of the protocol's parameters in force.
    changes: Vec<Change>,
}

/// What a command looks at: one block.
struct View<'a> {
    chain: &'a ChainClient,
    head: Head,
    tracks: Vec<Track>,
    issuance: Balance,
    timeout: u32,
    time: BlockTime,
}

impl<'a> View<'a> {
    async fn open(chain: &'a ChainClient, at: At) -> Result<Self, CliError> {
        let head = chain.head(at).await?;
        Ok(Self {
            chain,
            head,
            tracks: chain.tracks().await?,
            issuance: chain.active_issuance(At::Block(head.hash)).await?,
            timeout: chain.constant("Referenda", "UndecidingTimeout").await?,
            time: clock::block_time(chain).await?,
        })
    }

    const fn at(&self) -> At {
        At::Block(self.head.hash)
    }

    async fn show(&self, index: u32, referendum: &Referendum) -> Result<Shown, CliError> {
        let ongoing = match referendum {
            Referendum::Ongoing(ongoing) => Some(&**ongoing),
            _ => None,
        };
        let track = |id: u16| self.tracks.iter().find(|track| track.id == id);
        let track = ongoing.and_then(|ongoing| track(ongoing.track));
        let now = Now {
            block: self.head.number,
            issuance: self.issuance,
            timeout: self.timeout,
            enactment: self.chain.enactment(index, self.at()).await?,
            track,
        };
        let phase = Phase::of(referendum, now).ok_or_else(|| unknown_track(ongoing))?;
        let both = ongoing.zip(track);
        Ok(Shown {
            referendum: index,
            track: track.map(|track| track.name.clone()),
            phase,
            next: phase.next(self.time),
            proposal: match ongoing {
                Some(ongoing) => Some(self.proposal(&ongoing.proposal).await?),
                None => None,
            },
            votes: both
                .map(|(ongoing, track)| Votes::of(ongoing, track, self.head.number, self.issuance)),
            enacted_after: both.map(|(ongoing, track)| match ongoing.enactment {
                Enactment::After(blocks) => blocks.max(track.min_enactment_period),
                Enactment::At(_) => track.min_enactment_period,
            }),
        })
    }

    async fn proposal(&self, proposal: &Proposal) -> Result<Proposed, CliError> {
        let mut shown = Proposed {
            call: None,
            preimage: proposal.preimage(),
            changes: Vec::new(),
        };
        let bytes = self.chain.proposed_call(proposal, self.at()).await?;
        let Some(bytes) = bytes else {
            return Ok(shown);
        };
        let parts = match self.chain.decode_call(&bytes).await {
            Ok(parts) => parts,
            // Anybody may propose bytes that are no call.
            Err(ChainError::Incompatible { .. }) => return Ok(shown),
            Err(error) => return Err(error.into()),
        };
        shown.call = Some(format!("{}.{}", parts.pallet, parts.name));
        if shown.call.as_deref() == Some("Protocol.set_params") {
            if let Ok(params) = Params::decode_all(&mut &parts.arguments[..]) {
                let current = context::params(self.chain).await?;
                shown.changes = changes(&current, &params, self.time);
            }
        }
        Ok(shown)
    }
}

/// The runtime has a referendum on a track that its metadata does not have.
fn unknown_track(ongoing: Option<&Ongoing>) -> CliError {
    let id = ongoing.map(|ongoing| ongoing.track).unwrap_or_default();
    CliError::NoTrack {
        name: id.to_string(),
        known: Vec::new(),
    }
}

/// Shows one referendum or lists them.
pub(super) async fn run(
    options: &StatusOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let chain = context.chain().await?;
    let view = View::open(&chain, At::Best).await?;
    match options.index {
        Some(index) => {
            let found = referendum(&chain, index, view.at()).await?;
            let shown = view.show(index, &found).await?;
            out.finish(&shown, |out| shown.write(out, view.time))
        }
        None => list(options, &view, out).await,
    }
}

async fn list(
    options: &StatusOptions,
    view: &View<'_>,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let count = view.chain.referendum_count(view.at()).await?;
    let mut listed = Vec::new();
    for index in (0..count).rev().take(options.limit as usize) {
        let Some(found) = view.chain.referendum(index, view.at()).await? else {
            continue;
        };
        let shown = view.show(index, &found).await?;
        if options.all || !shown.phase.is_over() {
            listed.push(shown);
        }
    }
    out.finish(&serde_json::json!({ "referenda": listed }), |out| {
        if listed.is_empty() {
            return writeln!(
                out,
                "no referendum is open; `assay gov status --all` lists those that are over"
            );
        }
        listed
            .iter()
            .try_for_each(|shown| writeln!(out, "{}", shown.line()))
    })
}

/// Follows a referendum until nothing more happens to it.
pub(super) async fn watch(
    options: &ReferendumOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let chain = context.chain().await?;
    let at = match options.wait {
        Wait::Best => At::Best,
        Wait::Finalised => At::Finalised,
    };
    let mut said = None;
    loop {
        let best = chain.heads().borrow().best.number;
        let view = View::open(&chain, at).await?;
        let found = chain.referendum(options.index, view.at()).await?;
        // One that has just been submitted may not be final yet.
        if found.is_none() {
            referendum(&chain, options.index, At::Best).await?;
        }
        if let Some(found) = found {
            let shown = view.show(options.index, &found).await?;
            if said != Some(shown.phase.name()) {
                eprintln!("block {}: {}", view.head.number, shown.line());
                said = Some(shown.phase.name());
            }
            if shown.phase.is_over() {
                return out.finish(&shown, |out| shown.write(out, view.time));
            }
        }
        chain.next_block(best, PATIENCE).await;
    }
}

impl Shown {
    /// All of it in one line.
    fn line(&self) -> String {
        let track = self.track.as_deref().unwrap_or("-");
        let call = self
            .proposal
            .as_ref()
            .and_then(|proposal| proposal.call.as_deref());
        let mut line = format!(
            "{:<4} {track:<20} {:<16} {}",
            self.referendum,
            self.phase.name(),
            call.unwrap_or("-"),
        );
        if let Some(next) = &self.next {
            line = format!("{line}: {next}");
        }
        line
    }

    fn write(&self, out: &mut dyn Write, time: BlockTime) -> io::Result<()> {
        field(out, "referendum", self.referendum)?;
        if let Some(track) = &self.track {
            field(out, "track", track)?;
        }
        field(out, "phase", self.phase.name())?;
        if let Some(next) = &self.next {
            field(out, "next", next)?;
        }
        if let Some(proposal) = &self.proposal {
            proposal.write(out)?;
        }
        if let Some(votes) = &self.votes {
            write_votes(votes, out)?;
        }
        match self.enacted_after {
            Some(blocks) => field(
                out,
                "enacted",
                format!("{} after its approval", clock::blocks(blocks, time)),
            ),
            None => Ok(()),
        }
    }
}

impl Proposed {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(
            out,
            "call",
            self.call
                .as_deref()
                .unwrap_or("unknown; its bytes are not on the chain"),
        )?;
        if let Some(hash) = self.preimage {
            field(out, "preimage", format!("{hash:?}"))?;
        }
        write_changes(&self.changes, out)
    }
}

fn write_votes(votes: &Votes, out: &mut dyn Write) -> io::Result<()> {
    field(out, "ayes", show(votes.ayes))?;
    field(out, "nays", show(votes.nays))?;
    let missing = |missing: Balance, what: &str| match missing {
        0 => "enough".to_owned(),
        Balance::MAX => "not to be reached against any nay".to_owned(),
        missing => format!("missing {} {what}", show(missing)),
    };
    let no_votes = votes.ayes == 0 && votes.nays == 0;
    let approval = format!(
        "{} of the {} needed now: {}",
        votes.approval,
        votes.approval_needed,
        match no_votes {
            true => "no votes yet".to_owned(),
            false => missing(votes.missing_ayes, "of weighted ayes"),
        }
    );
    field(out, "approval", approval)?;
    let support = format!(
        "{} of the {} needed now: {}",
        votes.support_share,
        votes.support_needed,
        missing(votes.missing_support, "of ayes or abstentions")
    );
    field(out, "support", support)
}
