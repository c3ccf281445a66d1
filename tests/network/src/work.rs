//! A market on a network: a job and a dispute that are open while something goes wrong.

use assay_client::{Account, At};
use assay_game::{DisputeView, Party, Standing};
use assay_processes::{
    daemon::Daemon,
    market::{key, offer, until, until_dispute, until_job, Lane},
    small_job::SmallJob,
};
use assay_protocol::{EndReason, JobId, JobStatus, JobView, SegmentIndex, SegmentStatus};

use crate::network::{Network, GATE};

/// What the liar says that it found: its loss at a step of the first segment's second interval.
const LIE: [&str; 4] = ["--fault", "other-loss", "--at-step", "13"];

/// An honest provider, and a challenger that finds its work wrong. Both ask the gate.
pub struct Market {
    /// Runs as long as the market is open.
    _provider: Daemon,
    liar: Daemon,
    job: SmallJob,
    jobs: u32,
}

impl Market {
    /// Registers the provider and starts it.
    pub async fn open(network: &Network) -> Self {
        let (directory, chain) = (network.directory(), network.chain(GATE));
        let node = network.url(GATE);
        let mut provider = Daemon::provider(directory, &node, "//Eve//operator");
        provider.register(chain, &key("//Eve"), Lane(0)).await;
        provider.start();
        Self {
            _provider: provider,
            liar: Daemon::liar(directory, &node, "//Ferdie", &["--all"], &LIE),
            job: SmallJob::new(2, 2, 10, 0.05),
            jobs: 0,
        }
    }

    /// Offers a job and waits until the liar has challenged it.
    pub async fn begin(&mut self, network: &Network) -> JobId {
        self.liar.start();
        self.jobs += 1;
        let directory = network.directory().join(format!("job-{}", self.jobs));
        let chain = network.chain(GATE);
        let id = offer(chain, &directory, &self.job, &key("//Ferdie//stash")).await;
        let running =
            |view: &DisputeView<Account>| matches!(view.standing, Standing::Running { .. });
        until_dispute(chain, id, "the challenge", running).await;
        id
    }

    /// Waits until the provider has won its game and finished the job, for ever, with the states that training gives.
    pub async fn finish(&mut self, network: &Network, id: JobId) {
        let chain = network.chain(GATE);
        let ask = |at| async move { chain.disputes(0, 100, at).await };
        let over = |view: &DisputeView<Account>| {
            view.job == id && matches!(view.standing, Standing::Ended { .. })
        };
        let page = until(chain, "the verdict", ask, |page| {
            page.items.iter().any(over)
        })
        .await;
        self.liar.kill();
        for view in page.items.iter().filter(|view| over(view)) {
            let Standing::Ended { verdict, .. } = &view.standing else {
                continue;
            };
            assert_eq!(verdict.winner, Party::Defender, "{verdict:?}");
        }
        let ended = |job: &JobView<Account>| matches!(job.state.status, JobStatus::Ended { .. });
        let job = until_job(chain, id, "the job's end", ended).await;
        let completed = matches!(
            job.state.status,
            JobStatus::Ended {
                reason: EndReason::Completed,
                ..
            }
        );
        assert!(completed, "{:?}", job.state.status);
        self.check_states(network, id).await;
    }

    async fn check_states(&self, network: &Network, id: JobId) {
        let chain = network.chain(GATE);
        let page = chain
            .segments(id, SegmentIndex(0), 100, At::Finalised)
            .await;
        let segments = page.unwrap_or_else(|error| panic!("{error}")).items;
        let reference = self.job.reference();
        assert_eq!(segments.len(), reference.len());
        for (segment, roots) in segments.iter().zip(&reference) {
            let SegmentStatus::Final { final_state, .. } = &segment.status else {
                panic!("{segment:?} is not final");
            };
            assert_eq!(
                Some(final_state),
                roots.last(),
                "segment {}",
                segment.segment
            );
        }
    }
}
