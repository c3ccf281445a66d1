//! A buyer, and what it waits for.

use std::{future::Future, path::Path, sync::Arc, time::Duration};

use assay_blobs::{router, BlobStore, ReadOnly, Server};
use assay_client::{calls, Account, At, ChainClient, ChainError, Key, Until};
use assay_game::DisputeView;
use assay_protocol::{
    Balance, Capabilities, DeviceClass, JobId, JobSubmission, JobView, Requirements, UNIT,
};

use crate::small_job::SmallJob;

/// How long anything on the chain may take.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// The key of a development account.
pub fn key(secret: &str) -> Key {
    Key::from_secret(secret, "test").unwrap()
}

/// What keeps providers from each other's jobs: the higher lane has the higher stake and the smaller memory, so that a job
/// that asks for both of one lane can be had there alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane(pub u32);

impl Lane {
    /// The stake of a provider in this lane.
    pub fn stake(self) -> Balance {
        (1_000 + Balance::from(self.0)) * UNIT
    }

    /// What a provider in this lane offers.
    pub fn capabilities(self) -> Capabilities {
        Capabilities {
            device: DeviceClass::Cpu,
            memory_bytes: (1 << 30) - (u64::from(self.0) << 20),
            max_jobs: 32,
        }
    }

    /// What a job asks for that is to stay in this lane.
    pub fn requirements(self) -> Requirements {
        Requirements {
            device: DeviceClass::Cpu,
            memory_bytes: self.capabilities().memory_bytes,
            min_stake: self.stake(),
        }
    }
}

/// Endows accounts from Alice's, all at once, so that no two transfers compete for a nonce; for ever, so that whatever a node looks
/// at they have it.
pub async fn fund(chain: &ChainClient, accounts: &[Account], amount: Balance) {
    let transfers = accounts.iter().map(|to| calls::transfer(*to, amount));
    let all = chain.batch(&transfers.collect::<Vec<_>>()).await.unwrap();
    let sent = chain.execute(&all, &key("//Alice"), Until::Finalised).await;
    sent.unwrap();
}

/// Serves a job's blobs and submits it with full escrow.
pub async fn offer(chain: &ChainClient, directory: &Path, job: &SmallJob, buyer: &Key) -> JobId {
    let submission = served(chain, directory, job).await;
    submit(chain, submission, buyer).await
}

/// Serves a job's blobs; returns its submission with full escrow.
pub async fn served(chain: &ChainClient, directory: &Path, job: &SmallJob) -> JobSubmission {
    let store = BlobStore::local(directory).unwrap();
    job.publish(&store).await;
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let location = format!("http://{}", server.address());
    let routes = router(store, Arc::new(ReadOnly), Duration::from_secs(5));
    tokio::spawn(server.run(routes, std::future::pending()));
    let mut submission = JobSubmission {
        spec: job.spec(&location),
        escrow: UNIT,
    };
    let quote = chain.quote(&submission, At::Best).await.unwrap().unwrap();
    submission.escrow = quote.full_escrow;
    submission
}

/// Submits a job.
pub async fn submit(chain: &ChainClient, submission: JobSubmission, buyer: &Key) -> JobId {
    let call = calls::submit_job(submission);
    let included = chain.execute(&call, buyer, Until::InBestBlock).await;
    included.unwrap().event("Jobs", "Submitted").unwrap()
}

/// Waits until a question about the newest final block has the answer looked for. `what` names it.
pub async fn until<T, F>(
    chain: &ChainClient,
    what: &str,
    ask: impl Fn(At) -> F,
    found: impl Fn(&T) -> bool,
) -> T
where
    F: Future<Output = Result<T, ChainError>>,
{
    let mut heads = chain.heads();
    let waiting = async {
        loop {
            heads.mark_unchanged();
            match ask(At::Finalised).await {
                Ok(answer) if found(&answer) => return answer,
                Ok(_) | Err(ChainError::Unreachable { .. } | ChainError::Refused { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            heads.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("{what} does not happen"))
}

/// Waits until the finalised job satisfies a condition.
pub async fn until_job(
    chain: &ChainClient,
    id: JobId,
    what: &str,
    done: impl Fn(&JobView<Account>) -> bool,
) -> JobView<Account> {
    let ask = |at| async move { chain.job(id, at).await };
    let met = |job: &Option<JobView<Account>>| job.as_ref().is_some_and(&done);
    until(chain, what, ask, met).await.unwrap()
}

/// Waits until the best block has a dispute about a job for which a condition holds.
pub async fn until_dispute(
    chain: &ChainClient,
    job: JobId,
    what: &str,
    found: impl Fn(&DisputeView<Account>) -> bool,
) -> DisputeView<Account> {
    let ask = |_| async move { chain.disputes(0, 100, At::Best).await };
    let is = |view: &&DisputeView<Account>| view.job == job && found(view);
    let page = until(chain, what, ask, |page| {
        page.items.iter().any(|view| is(&view))
    })
    .await;
    page.items.iter().find(is).cloned().unwrap()
}
