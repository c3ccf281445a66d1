//! A chain with its files, and what happens on it.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::path::Path;

use assay_blobs::{BlobId, BlobStore, Expected, HttpClient, Limits, Reach};
use assay_client::{Account, At, ChainClient};
use assay_game::{DisputeView, Standing, Verdict};
use assay_protocol::{EndReason, JobId, JobStatus, JobView, SegmentIndex, SegmentStatus};
use assay_worker::commitment_of;

use assay_processes::{
    daemon::Daemon,
    market::{key, offer, until, until_job},
    node::{alone, Node, Pace},
    small_job::SmallJob,
};

/// A chain with its files.
pub struct World {
    pub directory: tempfile::TempDir,
    pub node: Node,
    pub chain: ChainClient,
}

impl World {
    /// A development chain of its own, at another pace.
    pub async fn at(pace: Pace) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let arguments = alone(directory.path(), pace);
        Self::within(directory, &arguments).await
    }

    /// The chain of a node with these arguments.
    pub async fn with(arguments: &[impl AsRef<str>]) -> Self {
        Self::within(tempfile::tempdir().unwrap(), arguments).await
    }

    async fn within(directory: tempfile::TempDir, arguments: &[impl AsRef<str>]) -> Self {
        let node = Node::with(directory.path(), "node", arguments).await;
        let chain = ChainClient::connect(&node.url(), None).await.unwrap();
        Self {
            directory,
            node,
            chain,
        }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Submits a job as Charlie, its blobs in a directory of that name.
    pub async fn offer(&self, name: &str, job: &SmallJob) -> JobId {
        let directory = self.path().join(name);
        offer(&self.chain, &directory, job, &key("//Charlie")).await
    }

    /// The disputes about a job.
    pub async fn disputes(&self, job: JobId, at: At) -> Vec<DisputeView<Account>> {
        let page = self.chain.disputes(0, 100, at).await.unwrap();
        let all = page.items.into_iter();
        all.filter(|view| view.job == job).collect()
    }

    /// Waits until the only dispute about a job has its verdict, for ever.
    pub async fn verdict(&self, job: JobId) -> (DisputeView<Account>, Verdict) {
        let chain = &self.chain;
        let ask = |at| async move { chain.disputes(0, 100, at).await };
        let over = |view: &DisputeView<Account>| {
            view.job == job && matches!(view.standing, Standing::Ended { .. })
        };
        let page = until(chain, "the verdict", ask, |page| {
            page.items.iter().any(over)
        })
        .await;
        let about: Vec<_> = page.items.iter().filter(|view| view.job == job).collect();
        assert_eq!(about.len(), 1, "one challenge is enough: {about:?}");
        let Standing::Ended { verdict, .. } = about[0].standing else {
            panic!("{about:?}");
        };
        (about[0].clone(), verdict)
    }

    /// Copies the state at a segment's end from a provider to the buyer of the job, so that the next provider finds it.
    pub async fn keep_state(
        &self,
        from: &Daemon,
        name: &str,
        job: &SmallJob,
        segment: SegmentIndex,
    ) {
        let roots = &job.reference()[segment.0 as usize];
        let id = BlobId::state(roots.last().unwrap().0);
        let expected = Expected::State(job.program.get().slots.clone());
        let http = HttpClient::new(Limits::default(), Reach::Any).unwrap();
        let buyers = BlobStore::local(&self.path().join(name)).unwrap();
        http.fetch(&from.endpoint(), &id, &expected, &buyers)
            .await
            .unwrap();
    }

    /// Waits until a dispute's bond has gone where it was due.
    pub async fn settled(&self, view: &DisputeView<Account>) {
        let (chain, game) = (&self.chain, view.game);
        let ask = |at| async move { chain.dispute(game, at).await };
        let pulled =
            |view: &Option<DisputeView<Account>>| view.as_ref().is_none_or(|view| view.bond == 0);
        until(chain, "the bond's settlement", ask, pulled).await;
    }

    /// Checks that a job was completed with the very roots that training gives, by these providers.
    pub async fn check_result(&self, id: JobId, job: &SmallJob, by: &[Account]) {
        let done = |job: &JobView<Account>| matches!(job.state.status, JobStatus::Ended { .. });
        let ended = until_job(&self.chain, id, "the job's end", done).await;
        let completed = matches!(
            ended.state.status,
            JobStatus::Ended {
                reason: EndReason::Completed,
                ..
            }
        );
        assert!(completed, "{:?}", ended.state.status);
        let page = self
            .chain
            .segments(id, SegmentIndex(0), 100, At::Finalised)
            .await
            .unwrap();
        let reference = job.reference();
        assert_eq!(page.items.len(), reference.len());
        assert_eq!(by.len(), reference.len());
        for ((segment, roots), by) in page.items.iter().zip(&reference).zip(by) {
            let SegmentStatus::Final {
                provider,
                trace,
                final_state,
                ..
            } = &segment.status
            else {
                panic!("{segment:?} is not final");
            };
            let expected = commitment_of(roots);
            assert_eq!(
                (provider, *trace, *final_state),
                (by, expected.trace, expected.final_state),
                "segment {}",
                segment.segment
            );
        }
    }
}
