//! A full pool: transfers with high tips, and moves that are none.

use assay_client::{calls, At, ChainClient, ChainError, Key, Submitted};
use assay_commitment::Sha3;
use assay_game::{signing_hash, GameId, Move, Standing, Transcript};
use assay_processes::market::key;
use assay_protocol::{Balance, UNIT};
use tokio::{sync::watch, task::JoinSet};

use super::wallet::Wallet;

/// What each transfer offers beside its fee: thousands of fees.
const TIP: Balance = UNIT;

/// Forged moves of one kind at each block.
const FORGED: u32 = 16;

/// What a flood has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Transfers that the pool took.
    pub transfers: u64,
    /// How often it was too full for another.
    pub full: u64,
    /// Forged moves, all refused.
    pub forged: u64,
}

/// Those who flood a node until they are told to stop.
pub struct Flood {
    stop: watch::Sender<bool>,
    senders: JoinSet<Tally>,
}

impl Flood {
    /// Begins: each of the keys sends transfers as fast as the pool takes them, and a stranger forges moves of the games.
    pub fn start(chain: &ChainClient, keys: Vec<Key>, games: Vec<GameId>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut senders = JoinSet::new();
        for key in keys {
            senders.spawn(transfers(chain.clone(), key, stopped.clone()));
        }
        senders.spawn(forgeries(chain.clone(), games, stopped));
        Self { stop, senders }
    }

    /// Ends it and says what it has done.
    pub async fn stop(mut self) -> Tally {
        let _ = self.stop.send(true);
        let mut all = Tally::default();
        while let Some(one) = self.senders.join_next().await {
            let one = one.unwrap();
            all.transfers += one.transfers;
            all.full += one.full;
            all.forged += one.forged;
        }
        all
    }
}

async fn transfers(chain: ChainClient, key: Key, stopped: watch::Receiver<bool>) -> Tally {
    let to = self::key("//Alice").account();
    let wallet = Wallet::new(&chain, key, to, UNIT).await;
    let (mut tally, mut heads) = (Tally::default(), chain.heads());
    let mut nonce = 0;
    while !*stopped.borrow() {
        match chain.submit(&wallet.transfer(nonce, TIP)).await {
            Ok(Submitted::Pooled) => {
                tally.transfers += 1;
                nonce += 1;
            }
            Ok(Submitted::Known | Submitted::Stale) => nonce += 1,
            Err(ChainError::Rejected { .. }) => {
                tally.full += 1;
                heads.mark_unchanged();
                heads.changed().await.unwrap();
                // Those that the pool threw out are sent again.
                let account = chain.account(&wallet.account(), At::Best).await.unwrap();
                nonce = account.nonce;
            }
            Err(error) => panic!("{error}"),
        }
    }
    tally
}

async fn forgeries(
    chain: ChainClient,
    games: Vec<GameId>,
    stopped: watch::Receiver<bool>,
) -> Tally {
    let stranger = key("//Stranger");
    let (mut tally, mut heads) = (Tally::default(), chain.heads());
    while !*stopped.borrow() {
        for game in &games {
            let view = chain.dispute(*game, At::Best).await.unwrap();
            let standing = view.map(|view| view.standing);
            let Some(Standing::Running { round, .. }) = standing else {
                continue;
            };
            for number in 0..FORGED {
                let foreign = GameId([number as u8; 32]);
                for (game, round) in [(*game, round), (*game, round + 1), (foreign, round)] {
                    forge(&chain, &stranger, game, round, number).await;
                    tally.forged += 1;
                }
            }
        }
        heads.changed().await.unwrap();
    }
    tally
}

/// Sends a move that a stranger has signed.
async fn forge(chain: &ChainClient, stranger: &Key, game: GameId, round: u32, number: u32) {
    let mv = Move::Name(number as u8);
    let signed = signing_hash::<Sha3>(game, round, Transcript([number as u8; 32]), &mv);
    let call = calls::play(game, round, &mv, &stranger.sign(&signed));
    let forged = chain.general(&call).await.unwrap();
    let taken = chain.submit_general(&forged).await;
    assert!(
        !matches!(taken, Ok(Submitted::Pooled)),
        "the pool took a forged move"
    );
}
