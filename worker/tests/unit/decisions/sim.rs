//! The worker beside its chain.

use std::collections::{BTreeMap, BTreeSet};

use assay_protocol::{SegmentIndex, StateRoot};
use assay_worker::{
    decide::{decide, Have, Preparation, Room, Seen, Trained},
    Intent,
};

use super::{
    chain::{Chain, Transaction},
    trained, US,
};

/// A worker reduced to what decisions depend on.
#[derive(Default)]
pub(super) struct Sim {
    // Kept over crashes.
    starts: BTreeMap<SegmentIndex, StateRoot>,
    whole: BTreeSet<SegmentIndex>,
    pub(super) kept: BTreeMap<Intent, Transaction>,
    // Lost in crashes.
    pub(super) preparation: Preparation,
    next_id: u32,
}

impl Sim {
    fn have(&self, best: &Chain) -> Have {
        let segment = best.state.status.training();
        let whole = segment.is_some_and(|segment| {
            self.whole.contains(&segment) && self.starts.get(&segment) == Some(&best.resume().state)
        });
        Have {
            preparation: self.preparation,
            room: Room::Free,
            in_flight: self.kept.keys().copied().collect(),
            resting: BTreeSet::new(),
            trained: if whole { Trained::Whole } else { Trained::No },
        }
    }

    /// Drops kept transactions that are final or have expired for good.
    fn settle(&mut self, finalised: &Chain) {
        self.kept.retain(|_, transaction| {
            !finalised.included.contains(&transaction.id) && finalised.now < transaction.expires
        });
    }

    pub(super) fn pass(&mut self, best: &Chain, finalised: &Chain, pool: &mut Vec<Transaction>) {
        self.settle(finalised);
        let (best_view, final_view, committed) = (best.view(), finalised.view(), best.committed());
        let seen = Seen {
            us: &US,
            now: best.now,
            best: &best_view,
            finalised: &final_view,
            committed: &committed,
        };
        let decision = decide(&seen, &self.have(best));
        if decision.prepare {
            self.preparation = Preparation::Ready;
        }
        if let Some(intent) = decision.send {
            assert!(!self.kept.contains_key(&intent), "{intent:?} signed twice");
            self.sign(intent, best, finalised);
        }
        if let Some(goal) = decision.train {
            assert_eq!(best.state.status.training(), Some(goal.first));
            if self.starts.get(&goal.first) != Some(&goal.start) {
                self.starts.retain(|segment, _| *segment < goal.first);
                self.whole.retain(|segment| *segment < goal.first);
                self.starts.insert(goal.first, goal.start);
            }
            // One segment a pass.
            let next = (goal.first.0..=goal.last.0)
                .map(SegmentIndex)
                .find(|segment| !self.whole.contains(segment));
            if let Some(segment) = next {
                let start = self.starts[&segment];
                self.whole.insert(segment);
                self.starts.insert(segment.next(), trained(start, segment));
            }
        }
        if decision.forget {
            self.preparation = Preparation::Missing;
        }
        pool.extend(
            self.kept
                .values()
                .filter(|kept| !pool.iter().any(|pooled| pooled.id == kept.id))
                .copied()
                .collect::<Vec<_>>(),
        );
    }

    fn sign(&mut self, intent: Intent, best: &Chain, finalised: &Chain) {
        let root = match intent {
            Intent::Commit(segment) => trained(best.resume().state, segment),
            _ => StateRoot::default(),
        };
        self.next_id += 1;
        let expires = finalised.now + 64;
        self.kept.insert(
            intent,
            Transaction {
                id: self.next_id,
                intent,
                root,
                expires,
            },
        );
    }
}
