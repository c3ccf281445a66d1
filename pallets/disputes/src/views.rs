//! Read models.

use alloc::vec::Vec;
use assay_game::{DisputeView, GameId, PhaseName, Share, Standing};
use assay_protocol::{JobId, Page, SegmentIndex, MAX_PAGE};

use crate::{
    case::Case,
    types::{Reward, SlashStatus, Stage},
    Config, Games, NextNumber, Numbers, OnSegment, Pallet, Slashes,
};

/// Numbers looked at for one page, since cleaned-up disputes leave gaps.
const MAX_SCAN: u64 = 1_000;

impl<T: Config> Pallet<T> {
    /// A dispute, unless it never was or has been cleaned up.
    pub fn dispute_view(id: GameId) -> Option<DisputeView<T::AccountId>> {
        let case = Case::<T>::load(id).ok()?;
        let (standing, share) = (case.standing()?, case.share());
        let dispute = case.dispute;
        Some(DisputeView {
            game: id,
            number: dispute.number,
            job: dispute.job,
            segment: dispute.segment,
            entry: dispute.entry,
            defender: dispute.defender,
            challenger: dispute.challenger,
            bond: dispute.stake.bond,
            share,
            standing,
        })
    }

    /// Up to `limit` disputes from number `from` on.
    pub fn disputes_page(from: u64, limit: u32) -> Page<DisputeView<T::AccountId>> {
        let last = NextNumber::<T>::get();
        let end = last.min(from.saturating_add(MAX_SCAN));
        let mut items = Vec::new();
        for number in from..end {
            if items.len() >= page_size(limit) {
                return Page {
                    items,
                    next: Some(number),
                };
            }
            items.extend(Numbers::<T>::get(number).and_then(Self::dispute_view));
        }
        Page {
            items,
            next: (end < last).then_some(end),
        }
    }

    /// Up to `limit` disputes about a segment.
    pub fn disputes_of(
        job: JobId,
        segment: SegmentIndex,
        limit: u32,
    ) -> Vec<DisputeView<T::AccountId>> {
        OnSegment::<T>::iter_key_prefix((job, segment))
            .take(page_size(limit))
            .filter_map(Self::dispute_view)
            .collect()
    }
}

impl<T: Config> Case<T> {
    /// The slash from which the challenger has not pulled its share.
    fn share(&self) -> Option<Share> {
        let open = self.dispute.reward == Reward::Open;
        let id = self.dispute.end(&self.contest)?.slash.filter(|_| open)?;
        let held_until = match Slashes::<T>::get(id)?.status {
            SlashStatus::Held { until, .. } => Some(until),
            SlashStatus::Settled { .. } | SlashStatus::Refunded { .. } => None,
        };
        Some(Share {
            slash: id.0,
            held_until,
        })
    }

    fn standing(&self) -> Option<Standing> {
        Some(
            match (self.dispute.stage, self.dispute.end(&self.contest)) {
                (Stage::Ended { verdict, at }, _) => Standing::Ended { verdict, at },
                (_, Some(end)) => Standing::Moot { at: end.at },
                (Stage::Queued { .. }, None) => Standing::Queued,
                (Stage::Running, None) => {
                    let game = Games::<T>::get(self.id)?;
                    Standing::Running {
                        interval: game.interval(),
                        phase: PhaseName::from(&game.phase),
                        mover: game.mover(),
                        deadline: game.deadline(&self.contest.defence),
                        round: game.round,
                    }
                }
            },
        )
    }
}

fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_PAGE)).unwrap_or(usize::MAX)
}
