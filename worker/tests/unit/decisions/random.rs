//! Whatever happens between two looks of the worker, the job is finished.

use assay_protocol::{Assignment, DeclineReason, EndReason, JobStatus, SegmentIndex, UNIT};
use assay_worker::{
    decide::{decide, Have, Preparation, Seen, Trained},
    Intent,
};
use proptest::prelude::*;

use super::{
    chain::{Chain, Transaction},
    sim::Sim,
    OTHER, US,
};

/// What happens between two looks of the worker.
#[derive(Clone, Debug)]
enum Event {
    /// A block, with those of the pool's transactions whose bit is set, which makes blocks `lag` behind it final.
    Block { include: u8, lag: usize },
    /// The newest blocks that are not final are undone.
    Fork { depth: usize },
    /// The worker dies and starts again.
    Crash,
    /// The node loses its pool.
    PoolLost,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (any::<u8>(), 0usize..5).prop_map(|(include, lag)| Event::Block { include, lag }),
        1 => (1usize..5).prop_map(|depth| Event::Fork { depth }),
        1 => Just(Event::Crash),
        1 => Just(Event::PoolLost),
    ];
    prop::collection::vec(event, 0..120)
}

struct World {
    /// The canonical chain, one entry a block.
    blocks: Vec<Chain>,
    /// The number of final blocks.
    finalised: usize,
    pool: Vec<Transaction>,
    worker: Sim,
}

impl World {
    fn new() -> Self {
        Self {
            blocks: vec![Chain::new()],
            finalised: 1,
            pool: Vec::new(),
            worker: Sim::default(),
        }
    }

    fn best(&self) -> Chain {
        self.blocks[self.blocks.len() - 1].clone()
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Block { include, lag } => {
                let mut next = self.best();
                next.now += 1;
                for (bit, transaction) in self.pool.iter().enumerate() {
                    let chosen = bit >= 8 || include & (1 << bit) != 0;
                    if chosen
                        && !next.included.contains(&transaction.id)
                        && next.now < transaction.expires
                    {
                        next.apply(transaction);
                    }
                }
                self.blocks.push(next);
                self.finalised = self
                    .finalised
                    .max(self.blocks.len().saturating_sub(*lag))
                    .max(1);
            }
            Event::Fork { depth } => {
                let keep = self.blocks.len().saturating_sub(*depth).max(self.finalised);
                self.blocks.truncate(keep);
            }
            Event::Crash => self.worker.preparation = Preparation::Missing,
            Event::PoolLost => self.pool.clear(),
        }
        let (best, finalised) = (self.best(), self.blocks[self.finalised - 1].clone());
        self.pool.retain(|transaction| {
            !finalised.included.contains(&transaction.id) && finalised.now < transaction.expires
        });
        self.worker.pass(&best, &finalised, &mut self.pool);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_job_is_finished_whatever_happens(events in events()) {
        let mut world = World::new();
        events.iter().for_each(|event| world.happen(event));
        for _ in 0..400 {
            world.happen(&Event::Block { include: 0xff, lag: 1 });
        }
        let end = world.best();
        let completed = matches!(end.state.status, JobStatus::Ended { reason: EndReason::Completed, .. });
        prop_assert!(completed, "{:?}", end.state.status);
        prop_assert_eq!(end.commits, (0..3).map(SegmentIndex).collect::<Vec<_>>(), "each segment once, in order");
        prop_assert!(world.worker.kept.is_empty());
    }

    #[test]
    fn another_providers_job_is_left_alone(preparation in preparations(), in_flight in any::<bool>()) {
        let mut chain = Chain::new();
        let to = Assignment { provider: OTHER, price_per_segment: UNIT, collateral: 1 };
        chain.state.status = chain.state.status.clone().claim(to, 1, 100).unwrap();
        let view = chain.view();
        let have = Have {
            preparation,
            in_flight: in_flight.then_some(Intent::Claim).into_iter().collect(),
            trained: Trained::Whole,
            ..Have::default()
        };
        let decision = decide(&Seen { us: &US, now: 5, best: &view, finalised: &view, committed: &[] }, &have);
        prop_assert!(decision.forget && decision.send.is_none() && decision.train.is_none() && !decision.prepare);
    }
}

fn preparations() -> impl Strategy<Value = Preparation> {
    prop_oneof![
        Just(Preparation::Missing),
        Just(Preparation::Running),
        Just(Preparation::Ready),
        Just(Preparation::Unavailable(DeclineReason::DataUnavailable)),
        Just(Preparation::Hopeless(DeclineReason::ProgramInvalid)),
    ]
}
