//! The disputes in which this party has a side.

use std::collections::BTreeSet;

use assay_client::{Account, At, ChainClient, ChainError, Heads};
use assay_game::{DisputeView, GameId, Party};
use assay_protocol::MAX_PAGE;

use super::decide::concerns;

/// The disputes in which this party has a side, found by their numbers: each number is looked at until it is final.
#[derive(Debug)]
pub struct Docket {
    side: Party,
    /// Every number before this one is final and was looked at.
    scanned: u64,
    /// Those that are final.
    finalised: BTreeSet<GameId>,
    /// Those that the best block alone has.
    fresh: BTreeSet<GameId>,
}

impl Docket {
    /// An empty one.
    pub const fn new(side: Party) -> Self {
        Self {
            side,
            scanned: 0,
            finalised: BTreeSet::new(),
            fresh: BTreeSet::new(),
        }
    }

    /// Looks for disputes that came since the last time.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn refresh(
        &mut self,
        chain: &ChainClient,
        heads: &Heads,
        us: &Account,
    ) -> Result<(), ChainError> {
        let (mut found, last) = self
            .scan(chain, At::Block(heads.finalised.hash), us)
            .await?;
        self.finalised.append(&mut found);
        self.scanned = last;
        let (fresh, _) = self.scan(chain, At::Block(heads.best.hash), us).await?;
        self.fresh = fresh;
        Ok(())
    }

    /// All of them.
    pub fn games(&self) -> BTreeSet<GameId> {
        self.finalised.union(&self.fresh).copied().collect()
    }

    /// Lets go of one with which nothing is left to do.
    pub fn forget(&mut self, game: &GameId) {
        self.finalised.remove(game);
    }

    /// The disputes of this party that were not looked at, and the number behind the last dispute.
    async fn scan(
        &self,
        chain: &ChainClient,
        at: At,
        us: &Account,
    ) -> Result<(BTreeSet<GameId>, u64), ChainError> {
        let (mut found, mut from) = (BTreeSet::new(), self.scanned);
        loop {
            let page = chain.disputes(from, MAX_PAGE, at).await?;
            let ours = page.items.iter().filter(|view| self.is_ours(view, us));
            found.extend(ours.map(|view| view.game));
            if let Some(last) = page.items.last() {
                from = last.number.saturating_add(1);
            }
            match page.next {
                Some(next) => from = next,
                None => return Ok((found, from)),
            }
        }
    }

    fn is_ours(&self, view: &DisputeView<Account>, us: &Account) -> bool {
        let account = match self.side {
            Party::Defender => &view.defender,
            Party::Challenger => &view.challenger,
        };
        account == us && concerns(self.side, view)
    }
}
