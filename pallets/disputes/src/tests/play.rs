//! Whole games with the real prover, and moves that are refused.

use assay_game::{Entry, Party, Reason, Standing, Verdict};
use assay_protocol::JobStatus;
use frame_support::{
    assert_ok,
    dispatch::{Pays, PostDispatchInfo},
};

use super::argument::*;
use crate::{mock::*, HoldReason};

fn verdict(id: assay_game::GameId) -> Verdict {
    match Disputes::dispute(id).unwrap().standing {
        Standing::Ended { verdict, .. } => verdict,
        other => panic!("no verdict: {other:?}"),
    }
}

#[test]
fn a_wrong_tile_is_found_and_its_provider_convicted_by_proof() {
    TestExt::new().execute_with(|| {
        let bench = Bench::new();
        bench.commit(2, &bench.cheating());
        let id = contest(CHALLENGER, Entry::Interval(WRONG));
        argue(id, bench.cheating_defender(), bench.honest_challenger());
        let Verdict { winner, reason } = verdict(id);
        assert_eq!(winner, Party::Challenger);
        assert!(
            matches!(reason, Reason::Proof { interval, step: 1, tile: 0, .. } if interval == WRONG),
            "{reason:?}"
        );
        assert!(matches!(status(), JobStatus::Open { .. }));
        assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(2));
    });
}

#[test]
fn a_provider_that_hides_its_states_is_convicted_as_well() {
    TestExt::new().execute_with(|| {
        let bench = Bench::new();
        bench.commit(2, &bench.cheating());
        let id = contest(CHALLENGER, Entry::Segment);
        argue(id, bench.cheating_defender(), bench.honest_challenger());
        assert_eq!(verdict(id).winner, Party::Challenger);
    });
}

#[test]
fn a_lying_challenger_loses_its_bond_by_proof() {
    TestExt::new().execute_with(|| {
        let bench = Bench::new();
        bench.commit(2, &bench.honest());
        let id = contest(CHALLENGER, Entry::Interval(WRONG));
        argue(id, bench.honest_defender(), lying_challenger());
        let Verdict { winner, reason } = verdict(id);
        assert_eq!(winner, Party::Defender);
        assert!(matches!(reason, Reason::Proof { .. }), "{reason:?}");
        let (provider, burnt) = (free(PROVIDER), free(SLASHES));
        assert_ok!(pull(id));
        assert_eq!(free(PROVIDER) - provider, share(bond()));
        assert_eq!(free(SLASHES) - burnt, bond() - share(bond()));
        assert!(matches!(status(), JobStatus::Running { .. }));
        run(WINDOW);
        assert_eq!(state().progress.finalised, 1);
    });
}

#[test]
fn moves_are_free_and_charged_by_their_branch() {
    TestExt::new().execute_with(|| {
        let bench = Bench::new();
        bench.commit(1, &bench.honest());
        let id = contest(CHALLENGER, Entry::Segment);
        let (mut defender, mut challenger) = (bench.honest_defender(), lying_challenger());
        let opened = defender.play(id).unwrap();
        let named = challenger.play(id).unwrap();
        assert_eq!((opened.pays_fee, named.pays_fee), (Pays::No, Pays::No));
        let time = |info: PostDispatchInfo| info.actual_weight.unwrap().ref_time();
        assert!(time(named) < time(opened));
    });
}
