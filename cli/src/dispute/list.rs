//! `assay dispute list`.

use std::io::{self, Write};

use assay_client::{Account, At, ChainClient, Head};
use assay_game::{DisputeView, GameId, Party, Standing};
use assay_protocol::{JobId, SegmentIndex, MAX_PAGE};
use serde::Serialize;

use super::{status_name, story::party};
use crate::{context::Context, options::DisputesOptions, output::Output, CliError};

/// A dispute in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Its number.
    pub number: u64,
    /// The game's name.
    pub game: GameId,
    /// The job.
    pub job: JobId,
    /// The segment whose commitment is challenged.
    pub segment: SegmentIndex,
    /// Where it stands, in one word.
    pub status: &'static str,
    /// Who is to move, while it is played.
    pub mover: Option<Party>,
    /// The owner's account of the provider that committed.
    pub provider: Account,
    /// Who challenges.
    pub challenger: Account,
}

/// A part of the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Listed {
    /// The disputes, in order of opening.
    pub disputes: Vec<Line>,
    /// The number that the next part starts from; none after the last.
    pub next: Option<u64>,
}

/// Lists disputes.
///
/// # Errors
/// What the connection says.
pub async fn run(
    options: &DisputesOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let chain = context.chain().await?;
    let best = chain.head(At::Best).await?;
    let listed = read(&chain, options, best).await?;
    out.finish(&listed, |out| listed.write(out))
}

async fn read(
    chain: &ChainClient,
    options: &DisputesOptions,
    best: Head,
) -> Result<Listed, CliError> {
    let mut listed = Listed {
        next: Some(options.from),
        ..Listed::default()
    };
    while let Some(from) = listed.next.filter(|_| !listed.is_full(options)) {
        let page = chain.disputes(from, MAX_PAGE, At::Block(best.hash)).await?;
        listed.take(options, page.items, page.next);
    }
    Ok(listed)
}

impl Listed {
    fn is_full(&self, options: &DisputesOptions) -> bool {
        self.disputes.len() >= usize::try_from(options.limit).unwrap_or(usize::MAX)
    }

    /// Takes in a page of the chain's, behind which the next begins at `next`.
    fn take(
        &mut self,
        options: &DisputesOptions,
        items: Vec<DisputeView<Account>>,
        next: Option<u64>,
    ) {
        self.next = next;
        let wanted = |view: &DisputeView<Account>| options.job.is_none_or(|job| job == view.job.0);
        for view in items.into_iter().filter(wanted) {
            if self.is_full(options) {
                self.next = Some(view.number);
                return;
            }
            self.disputes.push(view.into());
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{:>7}  {:>6}  {:>7}  {:<22}  challenger",
            "dispute", "job", "segment", "status"
        )?;
        self.disputes.iter().try_for_each(|line| {
            let status = match line.mover {
                Some(mover) => format!("{}: {}", line.status, party(mover)),
                None => line.status.to_owned(),
            };
            writeln!(
                out,
                "{:>7}  {:>6}  {:>7}  {status:<22}  {}",
                line.number, line.job.0, line.segment.0, line.challenger
            )
        })
    }
}

impl From<DisputeView<Account>> for Line {
    fn from(view: DisputeView<Account>) -> Self {
        Self {
            number: view.number,
            game: view.game,
            job: view.job,
            segment: view.segment,
            status: status_name(&view.standing),
            mover: match view.standing {
                Standing::Running { mover, .. } => Some(mover),
                _ => None,
            },
            provider: view.defender,
            challenger: view.challenger,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispute::example;

    fn view(number: u64, job: u64) -> DisputeView<Account> {
        DisputeView {
            number,
            job: JobId(job),
            ..example::view(Standing::Queued)
        }
    }

    fn options(limit: u32, job: Option<u64>) -> DisputesOptions {
        DisputesOptions {
            job,
            from: 0,
            limit,
        }
    }

    fn numbers(listed: &Listed) -> Vec<u64> {
        listed.disputes.iter().map(|line| line.number).collect()
    }

    #[test]
    fn a_list_ends_at_its_limit_and_says_where_it_goes_on() {
        let (options, mut listed) = (options(3, None), Listed::default());
        listed.take(&options, vec![view(0, 5), view(1, 5)], Some(2));
        assert!(!listed.is_full(&options));
        listed.take(&options, vec![view(2, 6), view(4, 5)], None);
        assert_eq!((numbers(&listed), listed.next), (vec![0, 1, 2], Some(4)));
        assert!(listed.is_full(&options));
    }

    #[test]
    fn a_jobs_disputes_are_picked() {
        let (options, mut listed) = (options(2, Some(5)), Listed::default());
        listed.take(&options, vec![view(0, 5), view(1, 6), view(2, 5)], None);
        assert_eq!((numbers(&listed), listed.next), (vec![0, 2], None));
    }

    #[test]
    fn the_table_names_who_is_to_move() {
        let running = Standing::Running {
            interval: None,
            phase: assay_game::PhaseName::Name,
            mover: Party::Challenger,
            deadline: 9,
            round: 2,
        };
        let mut listed = Listed::default();
        let views = vec![DisputeView {
            standing: running,
            ..view(4, 5)
        }];
        listed.take(&options(9, None), views, None);
        let mut out = Vec::new();
        listed.write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("      4       5        1  running: challenger"),
            "{text}"
        );
    }
}
