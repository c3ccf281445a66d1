//! A dispute taken out of storage with the contest it belongs to.

use assay_game::{Claim, GameId};
use pallet_assay_jobs::Challenged;

use crate::{
    open,
    types::{Contest, DisputeOf, End},
    Config, Contests, Disputes, Error,
};

/// A stored dispute and its contest.
pub(crate) struct Case<T: Config> {
    pub(crate) id: GameId,
    pub(crate) dispute: DisputeOf<T>,
    pub(crate) contest: Contest,
}

impl<T: Config> Case<T> {
    pub(crate) fn load(id: GameId) -> Result<Self, Error<T>> {
        let dispute = Disputes::<T>::get(id).ok_or(Error::<T>::UnknownGame)?;
        let contest = Contests::<T>::get(dispute.contest).ok_or(Error::<T>::UnknownGame)?;
        Ok(Self {
            id,
            dispute,
            contest,
        })
    }

    pub(crate) fn store(&self) {
        Disputes::<T>::insert(self.id, &self.dispute);
        Contests::<T>::insert(self.dispute.contest, &self.contest);
    }

    /// What its game is about; `None` if the segment is not committed any more.
    pub(crate) fn claim(&self) -> Option<Claim> {
        let segment = self.dispute.segment;
        let commitment = T::Jobs::commitment(self.dispute.job, segment).ok()?;
        Some(open::claim(segment, &commitment))
    }

    /// How the dispute has ended.
    ///
    /// # Errors
    /// [`Error::NotOver`] while it is open.
    pub(crate) fn end(&self) -> Result<End, Error<T>> {
        self.dispute.end(&self.contest).ok_or(Error::<T>::NotOver)
    }
}
