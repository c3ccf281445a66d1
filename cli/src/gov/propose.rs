//! `assay gov propose`.

use std::io::{self, Write};

use assay_client::{
    governance::{calls, Proposal, Track},
    At, ChainClient, ChainError, H256,
};
use assay_protocol::Balance;
use serde::Serialize;

use super::{
    numbers::{changes, write_changes, Change},
    options::{ProposeCommand, Terms},
    params, track, upgrade,
};
use crate::{
    amount::show,
    clock,
    context::{self, check_balance, Context},
    output::{decimal, field, Output},
    CliError,
};

/// A call and the track it is for.
struct Draft {
    track: Track,
    call: Vec<u8>,
    changes: Vec<Change>,
}

/// A referendum that was submitted, or would be.
#[derive(Clone, Debug, Serialize)]
struct Submitted {
    /// Its number, once it has been submitted.
    referendum: Option<u32>,
    /// The name of its track.
    track: String,
    /// `Pallet.call`.
    call: String,
    /// The call's bytes in hexadecimal digits.
    bytes: String,
    /// The hash of its preimage, if it has one.
    preimage: Option<H256>,
    /// What it changes of the protocol's parameters in force.
    changes: Vec<Change>,
    /// What submitting holds, without the preimage's deposit.
    #[serde(serialize_with = "decimal")]
    submission_deposit: Balance,
    /// What must be put down before it is decided.
    #[serde(serialize_with = "decimal")]
    decision_deposit: Balance,
    /// Whether that has been done.
    deposit_placed: bool,
}

/// Submits a referendum.
pub(super) async fn run(
    command: &ProposeCommand,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let (draft, terms, chain) = draft(command, context).await?;
    let proposal = Proposal::of(&draft.call);
    let parts = chain.decode_call(&draft.call).await?;
    let mut submitted = Submitted {
        referendum: None,
        track: draft.track.name.clone(),
        call: format!("{}.{}", parts.pallet, parts.name),
        bytes: format!("0x{}", hex::encode(&draft.call)),
        preimage: proposal.preimage(),
        changes: draft.changes.clone(),
        submission_deposit: chain.constant("Referenda", "SubmissionDeposit").await?,
        decision_deposit: draft.track.decision_deposit,
        deposit_placed: false,
    };
    if !terms.dry_run {
        submit(&mut submitted, &draft, &proposal, terms, &chain, context).await?;
    }
    out.finish(&submitted, |out| submitted.write(out))
}

/// Reads what is proposed and checks it before the chain is asked to.
async fn draft<'a>(
    command: &'a ProposeCommand,
    context: &Context,
) -> Result<(Draft, &'a Terms, ChainClient), CliError> {
    match command {
        ProposeCommand::Params { file, terms } => {
            let params = params::read(file)?;
            let chain = context.chain().await?;
            let current = context::params(&chain).await?;
            let time = clock::block_time(&chain).await?;
            params.validate(time)?;
            let changes = changes(&current, &params, time);
            if changes.is_empty() {
                return Err(CliError::NoChange { path: file.clone() });
            }
            let draft = Draft {
                track: track(&chain, "parameter_admin").await?,
                call: chain.encode_call(&calls::set_params(&params)).await?,
                changes,
            };
            Ok((draft, terms, chain))
        }
        ProposeCommand::Remark {
            text,
            track: name,
            terms,
        } => {
            let chain = context.chain().await?;
            let call = chain.encode_call(&calls::remark(text)).await?;
            Ok((plain(&chain, name, call).await?, terms, chain))
        }
        ProposeCommand::Call {
            call,
            track: name,
            terms,
        } => {
            let malformed = |cause: String| CliError::Call { cause };
            let digits = call.strip_prefix("0x").unwrap_or(call);
            let bytes = hex::decode(digits).map_err(|cause| malformed(cause.to_string()))?;
            let chain = context.chain().await?;
            match chain.decode_call(&bytes).await {
                Err(ChainError::Incompatible { cause, .. }) => return Err(malformed(cause)),
                other => other?,
            };
            Ok((plain(&chain, name, bytes).await?, terms, chain))
        }
        ProposeCommand::Upgrade { wasm, terms } => {
            let code = upgrade::read(wasm)?;
            let chain = context.chain().await?;
            let call = chain
                .encode_call(&calls::authorize_upgrade(code.hash))
                .await?;
            Ok((plain(&chain, "root", call).await?, terms, chain))
        }
    }
}

async fn plain(chain: &ChainClient, name: &str, call: Vec<u8>) -> Result<Draft, CliError> {
    Ok(Draft {
        track: track(chain, name).await?,
        call,
        changes: Vec::new(),
    })
}

/// Submits it with its preimage, and then its decision deposit: only when it has been submitted is its number sure.
async fn submit(
    submitted: &mut Submitted,
    draft: &Draft,
    proposal: &Proposal,
    terms: &Terms,
    chain: &ChainClient,
    context: &Context,
) -> Result<(), CliError> {
    let key = context.key()?;
    let decision = match terms.deposit {
        true => submitted.decision_deposit,
        false => 0,
    };
    let deposits = submitted.submission_deposit.saturating_add(decision);
    check_balance(chain, key.account(), deposits).await?;
    let submission = chain
        .submit_referendum(&draft.track, proposal, terms.after)
        .await?;
    let call = match chain.proposed_call(proposal, At::Best).await? {
        Some(_) => submission,
        None => {
            chain
                .batch(&[calls::note_preimage(&draft.call), submission])
                .await?
        }
    };
    let included = context::send(chain, &call, &key, terms.wait).await?;
    let (index, _): (u32, u16) = included.event("Referenda", "Submitted")?;
    submitted.referendum = Some(index);
    if terms.deposit {
        let call = calls::place_decision_deposit(index);
        context::send(chain, &call, &key, terms.wait).await?;
        submitted.deposit_placed = true;
    }
    Ok(())
}

impl Submitted {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.referendum {
            Some(index) => field(out, "referendum", index)?,
            None => field(out, "referendum", "not submitted")?,
        }
        field(out, "track", &self.track)?;
        field(out, "call", &self.call)?;
        match self.preimage {
            Some(hash) => field(out, "preimage", format!("{hash:?}"))?,
            None => field(out, "bytes", &self.bytes)?,
        }
        write_changes(&self.changes, out)?;
        field(out, "submission deposit", show(self.submission_deposit))?;
        let deposit = show(self.decision_deposit);
        match (self.deposit_placed, self.referendum) {
            (true, _) => field(out, "decision deposit", format!("{deposit}, put down")),
            (false, Some(index)) => field(
                out,
                "decision deposit",
                format!("{deposit}, missing: `assay gov deposit {index}` puts it down"),
            ),
            (false, None) => field(out, "decision deposit", deposit),
        }
    }
}
