//! Referenda on a network, from their submission to their enactment.

use assay_client::{
    governance::{calls, Conviction, Proposal, Referendum, Vote},
    At, Call, ChainClient, Until,
};
use assay_processes::market::{key, until};
use assay_protocol::UNIT;
use tokio::task::JoinSet;

/// Who votes: more than half of all tokens.
const VOTERS: [&str; 7] = [
    "//Bob",
    "//Charlie",
    "//Dave",
    "//Eve",
    "//Alice//stash",
    "//Bob//stash",
    "//Charlie//stash",
];

/// Who proposes and puts the deposits down.
const PROPOSER: &str = "//Alice";

/// Proposes a call on the track of this name, puts its deposit down and lets everybody vote for it. Returns its number.
///
/// # Panics
/// If the chain does not take any of that.
pub async fn propose(chain: &ChainClient, track: &str, call: &Call) -> u32 {
    let tracks = chain.tracks().await.unwrap();
    let track = tracks.iter().find(|one| one.name == track).unwrap();
    let bytes = chain.encode_call(call).await.unwrap();
    let proposal = Proposal::of(&bytes);
    let number = chain.referendum_count(At::Best).await.unwrap();
    let mut steps = Vec::new();
    if proposal.preimage().is_some() {
        steps.push(calls::note_preimage(&bytes));
    }
    steps.push(chain.submit_referendum(track, &proposal, 0).await.unwrap());
    steps.push(calls::place_decision_deposit(number));
    let all = chain.batch(&steps).await.unwrap();
    let sent = chain.execute(&all, &key(PROPOSER), Until::Finalised).await;
    sent.unwrap_or_else(|error| panic!("{error}"));
    vote(chain, number).await;
    number
}

/// All vote at once: the referendum may be approved as soon as most have.
async fn vote(chain: &ChainClient, number: u32) {
    let conviction: Conviction = "6".parse().unwrap();
    let vote = calls::vote(number, &Vote::Aye(900_000 * UNIT, conviction));
    let votes = VOTERS.map(|voter| {
        let (chain, vote) = (chain.clone(), vote.clone());
        async move {
            let sent = chain.execute(&vote, &key(voter), Until::InBestBlock).await;
            sent.unwrap_or_else(|error| panic!("{voter}: {error}"));
        }
    });
    let votes: JoinSet<()> = votes.into_iter().collect();
    votes.join_all().await;
}

/// Waits until a referendum has passed for ever.
///
/// # Panics
/// If it ends otherwise, or takes too long.
pub async fn until_approved(chain: &ChainClient, number: u32) {
    let ask = |at| async move { chain.referendum(number, at).await };
    let ended = |found: &Option<Referendum>| !matches!(found, None | Some(Referendum::Ongoing(_)));
    let found = until(chain, "the referendum's end", ask, ended).await;
    let approved = matches!(found, Some(Referendum::Approved(..)));
    assert!(approved, "{found:?}");
}
