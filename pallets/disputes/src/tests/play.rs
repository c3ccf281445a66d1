//! What making a move costs.

use assay_game::Entry;
use frame_support::dispatch::{Pays, PostDispatchInfo};

use super::real::{contest, every_operator, on_chain, Player};
use crate::mock::CHALLENGER;

#[test]
fn moves_are_free_and_charged_by_their_branch() {
    let job = every_operator();
    on_chain(job, &job.interval_roots(), || {
        let id = contest(CHALLENGER, Entry::Segment);
        let opened = Player::honest_defender(job).play(id).unwrap().unwrap();
        let named = Player::naming(|_| 0).play(id).unwrap().unwrap();
        assert_eq!((opened.pays_fee, named.pays_fee), (Pays::No, Pays::No));
        let time = |info: PostDispatchInfo| info.actual_weight.unwrap().ref_time();
        assert!(time(named) < time(opened));
    });
}
