//! A market on a network: a job and a dispute that are open while something goes wrong.

use assay_client::{Account, At};
use assay_game::{DisputeView, Party, Reason, Standing};
use assay_processes::{
    daemon::Daemon,
    market::{key, offer, until, until_dispute, until_job, Lane},
    small_job::SmallJob,
};
use assay_protocol::{
    BlockNumber, EndReason, JobId, JobStatus, JobView, SegmentIndex, SegmentStatus,
};

use crate::network::{Network, GATE};

/// What the liar says that it found: its loss at a step of the first segment's second interval.
const LIE: [&str; 4] = ["--fault", "other-loss", "--at-step", "13"];

/// Seconds that a segment is said to take: few, so that a silent player's budget is soon over, but enough that a provider whose
/// commitment is lost with its fork sends it again in time.
const SECONDS: u32 = 3;

/// An honest provider, and a challenger that finds its work wrong. Both ask the gate.
pub struct Market {
    /// Runs as long as the market is open.
    _provider: Daemon,
    liar: Daemon,
    job: SmallJob,
    jobs: u32,
    /// The newest one, until it is seen to its end.
    open: Option<JobId>,
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
            job: SmallJob {
                seconds: SECONDS,
                ..SmallJob::new(2, 2, 10, 0.05)
            },
            jobs: 0,
            open: None,
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
        self.open = Some(id);
        id
    }

    /// As [`begin`](Self::begin), if the job before is at its end.
    pub async fn keep_open(&mut self, network: &Network) {
        if !self.is_open(network).await {
            self.finish(network).await;
            self.begin(network).await;
        }
    }

    /// Whether there is a job that has not ended.
    pub async fn is_open(&self, network: &Network) -> bool {
        let Some(id) = self.open else { return false };
        let job = network.chain(GATE).job(id, At::Best).await;
        let job = job.unwrap_or_else(|error| panic!("{error}"));
        job.is_some_and(|job| !has_ended(&job))
    }

    /// The challenger makes no move until it [goes on](Self::go_on).
    pub fn silence(&mut self) {
        self.liar.kill();
    }

    /// The challenger plays again.
    pub fn go_on(&mut self) {
        self.liar.start();
    }

    /// Until when, in chain time, the silent challenger has to move.
    ///
    /// # Panics
    /// If it does not have to.
    pub async fn deadline(&self, network: &Network) -> BlockNumber {
        let page = network.chain(GATE).disputes(0, 100, At::Best).await;
        let page = page.unwrap_or_else(|error| panic!("{error}"));
        let ours = page.items.iter().filter(|view| Some(view.job) == self.open);
        let owed = |view: &DisputeView<Account>| match view.standing {
            Standing::Running {
                mover: Party::Challenger,
                deadline,
                ..
            } => Some(deadline),
            _ => None,
        };
        let mut owed = ours.filter_map(owed);
        owed.next()
            .unwrap_or_else(|| panic!("the challenger owes no move: {page:?}"))
    }

    /// Waits until the provider has won its game, by argument, and finished the job, for ever, with the states that training
    /// gives. Does nothing if there is no job.
    pub async fn finish(&mut self, network: &Network) {
        let Some(id) = self.open.take() else { return };
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
            assert_ne!(verdict.reason, Reason::TimeOut, "{verdict:?}");
        }
        let job = until_job(chain, id, "the job's end", has_ended).await;
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

fn has_ended(job: &JobView<Account>) -> bool {
    matches!(job.state.status, JobStatus::Ended { .. })
}
