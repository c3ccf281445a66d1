//! Plays the games in which a party has a side.

mod look;
mod speak;
mod think;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use assay_blobs::Fetcher;
use assay_client::{Account, At, ChainClient, ChainError, Heads, Key};
use assay_game::{DisputeView, Game, GameId, Party, Standing};
use assay_protocol::{BlockNumber, JobId};
use tokio::sync::Notify;

use super::{
    decide::Turn, docket::Docket, materials::Materials, record::Record, shelf::Shelf,
    thought::Thought,
};
use crate::{metrics::Metrics, train::Shop};

/// How long nothing may happen before the chain is looked at again.
const QUIET: Duration = Duration::from_secs(6);

/// The wait after a failure of the connection.
const CHAIN_PAUSE: Duration = Duration::from_secs(1);

/// What a player is made of. Cloning is cheap; clones share it.
#[derive(Clone)]
pub struct Seat {
    /// On which side it sits: a defender's key is its provider's operator key, a challenger's key is its account's own.
    pub side: Party,
    /// The chain.
    pub chain: ChainClient,
    /// The key that signs moves.
    pub key: Key,
    /// Store and HTTP client.
    pub fetcher: Fetcher,
    /// Journal, machine and metrics.
    pub shop: Shop,
}

/// Plays all games of one party, those with the earliest deadlines first. It keeps nothing: what it knows comes from the
/// chain's state and from the journal, so that it goes on after a crash in the middle of a game with the same moves.
pub struct Player {
    seat: Seat,
    docket: Docket,
    records: BTreeMap<GameId, Record>,
    /// The disputes as the best block had them when they were last read.
    views: BTreeMap<GameId, DisputeView<Account>>,
    materials: Materials,
    kept: BTreeSet<JobId>,
    shelf: Shelf,
    thought: Option<Thought>,
    wake: Arc<Notify>,
}

/// A turn that needs an answer.
struct Candidate {
    deadline: BlockNumber,
    view: DisputeView<Account>,
    turn: Turn,
    game: Game,
}

/// The chain at one look.
#[derive(Clone, Copy)]
struct Look {
    heads: Heads,
    /// Chain time at the best block.
    now: BlockNumber,
}

impl Player {
    /// A player that has not looked at the chain yet. `wake` is told whenever it should look again.
    pub fn new(seat: Seat, wake: Arc<Notify>) -> Self {
        let capacity = seat.shop.capacity();
        let (chain, fetcher) = (seat.chain.clone(), seat.fetcher.clone());
        Self {
            docket: Docket::new(seat.side),
            records: BTreeMap::new(),
            views: BTreeMap::new(),
            materials: Materials::new(chain, fetcher, capacity, wake.clone()),
            kept: BTreeSet::new(),
            shelf: Shelf::default(),
            thought: None,
            wake,
            seat,
        }
    }

    /// Plays until no waiting can help.
    pub async fn run(mut self) -> ChainError {
        let mut heads = self.seat.chain.heads();
        loop {
            match self.pass().await {
                Ok(()) => {}
                Err(error) if error.is_transient() => {
                    Metrics::count(&self.seat.shop.metrics.chain_errors);
                    tracing::warn!(%error, "trying again");
                    tokio::time::sleep(CHAIN_PAUSE).await;
                }
                Err(error) => return error,
            }
            tokio::select! {
                changed = heads.changed() => drop(changed),
                () = self.wake.notified() => {}
                () = tokio::time::sleep(QUIET) => {}
            }
        }
    }

    /// The party's disputes as the best block had them when they were last read.
    pub fn views(&self) -> impl Iterator<Item = &DisputeView<Account>> {
        self.views.values()
    }

    /// Programs and data, those of `jobs` kept beside those of games.
    pub fn materials(&mut self, jobs: BTreeSet<JobId>) -> &mut Materials {
        self.kept = jobs;
        &mut self.materials
    }

    /// Looks at every game once.
    ///
    /// # Errors
    /// What the connection says. A game that fails by itself is told and does not stop the others.
    pub async fn pass(&mut self) -> Result<(), ChainError> {
        let heads = self.seat.chain.fetch_heads().await?;
        self.collect(heads.best.number);
        let Some(us) = self.account(At::Block(heads.finalised.hash)).await? else {
            return Ok(());
        };
        self.docket.refresh(&self.seat.chain, &heads, &us).await?;
        let games = self.docket.games();
        self.records.retain(|id, _| games.contains(id));
        self.views.retain(|id, _| games.contains(id));
        let now = self
            .seat
            .chain
            .chain_time(At::Block(heads.best.hash))
            .await?;
        let look = Look { heads, now };
        let mut candidates = Vec::new();
        for id in games {
            match self.look(id, &look).await {
                Ok(candidate) => candidates.extend(candidate),
                Err(error) => {
                    tracing::warn!(game = %name(id), %error, "the game is looked at again")
                }
            }
        }
        self.keep_materials();
        let playing = self.views.values().filter(|view| is_open(view)).count();
        Metrics::set(&self.seat.shop.metrics.games, playing as u64);
        self.think(candidates, &look).await;
        Ok(())
    }

    /// The account that this party plays for.
    async fn account(&self, at: At) -> Result<Option<Account>, ChainError> {
        let signer = self.seat.key.account();
        match self.seat.side {
            Party::Challenger => Ok(Some(signer)),
            Party::Defender => {
                let provider = self.seat.chain.provider_of_operator(&signer, at).await?;
                Ok(provider.map(|view| view.owner))
            }
        }
    }

    /// Lets go of programs and data that no game needs.
    fn keep_materials(&mut self) {
        let open = self.views.values().filter(|view| is_open(view));
        let mut jobs: BTreeSet<_> = open.map(|view| view.job).collect();
        jobs.extend(&self.kept);
        self.materials.retain(&jobs);
        self.shelf.retain(&jobs);
    }
}

/// Whether a game is still to be played.
fn is_open(view: &DisputeView<Account>) -> bool {
    matches!(view.standing, Standing::Queued | Standing::Running { .. })
}

/// A game's name in logs.
pub fn name(game: GameId) -> String {
    format!("0x{}", hex::encode(game.0))
}
