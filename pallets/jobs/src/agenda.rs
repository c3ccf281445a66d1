//! What falls due at which block, served from what weight a block has left.
//!
//! The agenda is a convenience: an entry that finds no room is left out, and whatever is not served can be called by
//! anyone. An entry that is no longer due when it is served does nothing.

use assay_protocol::BlockNumber;
use frame_support::{
    storage::with_storage_layer,
    weights::{Weight, WeightMeter},
    BoundedVec,
};
use sp_runtime::{traits::BlockNumberProvider, DispatchError};

use crate::{types::Due, Agenda, AgendaCursor, Config, Pallet, WeightInfo};

/// Blocks after a full one in which an entry may find room.
pub(crate) const SPREAD: BlockNumber = 8;

impl<T: Config> Pallet<T> {
    /// Puts an entry on the agenda of block `at`, or of one soon after it.
    pub(crate) fn schedule(at: BlockNumber, due: Due) {
        let _ = (at..=at.saturating_add(SPREAD))
            .find(|block| Agenda::<T>::try_append(block, due).is_ok());
    }

    /// Serves entries that are due, oldest first, within `limit`; returns the weight used.
    pub(crate) fn serve_agenda(limit: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(limit);
        if meter.try_consume(T::WeightInfo::agenda_block()).is_err() {
            return Weight::zero();
        }
        let now = T::ChainTime::current_block_number();
        let first = AgendaCursor::<T>::get();
        let mut next = first;
        while next <= now && meter.try_consume(T::WeightInfo::agenda_block()).is_ok() {
            if !Self::serve_block(next, &mut meter) {
                break;
            }
            next = next.saturating_add(1);
        }
        if next != first {
            AgendaCursor::<T>::put(next);
        }
        meter.consumed()
    }

    /// Serves one block's entries; whether all of them were served.
    fn serve_block(block: BlockNumber, meter: &mut WeightMeter) -> bool {
        let mut rest = Agenda::<T>::take(block).into_inner().into_iter();
        while rest
            .as_slice()
            .first()
            .is_some_and(|due| meter.try_consume(Self::weight_of(*due)).is_ok())
        {
            rest.next().into_iter().for_each(Self::serve);
        }
        let rest = BoundedVec::truncate_from(rest.collect());
        let done = rest.is_empty();
        if !done {
            Agenda::<T>::insert(block, rest);
        }
        done
    }

    /// Serves an entry. An error means that it is not due any more, and is rolled back.
    fn serve(due: Due) {
        let _: Result<(), DispatchError> = with_storage_layer(|| match due {
            Due::TimeOut(job) => Self::do_time_out(job).map(drop),
            Due::Finalise(job, segment) => Self::do_finalise_segment(job, segment),
        });
    }

    fn weight_of(due: Due) -> Weight {
        match due {
            Due::TimeOut(_) => T::WeightInfo::time_out(),
            Due::Finalise(..) => T::WeightInfo::finalise_segment(),
        }
    }
}
