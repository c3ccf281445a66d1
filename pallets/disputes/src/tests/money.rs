//! Who gets what, and that nobody gains by arguing with itself.

use assay_game::Standing;
use assay_protocol::{JobId, PerMille, SegmentIndex};
use frame_support::{assert_noop, assert_ok, traits::fungible::MutateFreeze};

use crate::{mock::*, Error, HoldReason, SlashId};

#[test]
fn all_games_that_a_conviction_ends_share_its_reward() {
    TestExt::new()
        .with(|p| p.disputes.running_games = 1)
        .execute_with(|| {
            committed(3, 2);
            let ids = [
                opened(CHALLENGERS[0], 0, 1),
                opened(CHALLENGERS[1], 0, 0),
                opened(CHALLENGERS[2], 1, 1),
            ];
            convict(ids[0]);
            for id in &ids[1..] {
                let standing = Disputes::dispute(*id).unwrap().standing;
                assert!(matches!(standing, Standing::Moot { .. }), "{standing:?}");
            }
            pass(DEFER);
            assert_ok!(settle(SlashId(0)));
            let each = share(collateral(3)) / 3;
            for (id, who) in ids.into_iter().zip(CHALLENGERS) {
                assert_ok!(pull(id));
                assert_eq!(free(who), ENDOWMENT + each - params().disputes.deposit);
            }
            let rest = collateral(3) - 3 * each;
            assert_eq!(free(SLASHES), ENDOWMENT + rest);
            assert_eq!(held(HoldReason::Slash, PROVIDER), 0);
        });
}

#[test]
fn a_confederate_that_convicts_its_friend_first_does_not_rob_the_honest() {
    TestExt::new().execute_with(|| {
        committed(3, 2);
        let (confederate, honest) = (opened(CHALLENGERS[1], 0, 0), opened(CHALLENGER, 1, 1));
        let before = wealth(PROVIDER) + wealth(CHALLENGERS[1]);
        convict(confederate);
        pass(DEFER);
        assert_ok!(settle(SlashId(0)));
        assert_ok!(pull(honest));
        assert_ok!(pull(confederate));
        assert_eq!(wealth(CHALLENGER), ENDOWMENT + share(collateral(3)) / 2);
        let lost = before - wealth(PROVIDER) - wealth(CHALLENGERS[1]);
        assert!(lost >= collateral(3) * 3 / 4);
    });
}

#[test]
fn arguing_with_oneself_loses_at_least_half_either_way() {
    TestExt::new()
        .with(|p| p.disputes.winner_share = PerMille(499))
        .execute_with(|| {
            committed(3, 1);
            let friend = CHALLENGER;
            let before = wealth(PROVIDER) + wealth(friend);
            let lost = opened(friend, 0, 1);
            acquit(lost);
            assert_ok!(pull(lost));
            let after = wealth(PROVIDER) + wealth(friend);
            assert!(before - after > bond() / 2);
        });
    TestExt::new()
        .with(|p| p.disputes.winner_share = PerMille(499))
        .execute_with(|| {
            committed(3, 1);
            let friend = CHALLENGER;
            let before = wealth(PROVIDER) + wealth(friend);
            let won = opened(friend, 0, 1);
            convict(won);
            pass(DEFER);
            assert_ok!(settle(SlashId(0)));
            assert_ok!(pull(won));
            let after = wealth(PROVIDER) + wealth(friend);
            assert!(before - after > collateral(3) / 2);
        });
}

#[test]
fn losing_on_purpose_shields_no_fraud() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let friendly = opened(CHALLENGERS[1], 0, 1);
        acquit(friendly);
        let honest = opened(CHALLENGER, 0, 1);
        convict(honest);
        assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(1));
        assert_ok!(pull(friendly));
        assert_eq!(
            wealth(CHALLENGERS[1]),
            ENDOWMENT - bond(),
            "who has lost shares nothing"
        );
        pass(DEFER);
        assert_ok!(settle(SlashId(1)));
        assert_ok!(pull(honest));
        assert_eq!(wealth(CHALLENGER), ENDOWMENT + share(collateral(1)));
    });
}

#[test]
fn convicting_oneself_on_a_tiny_job_saves_no_large_one() {
    TestExt::new().execute_with(|| {
        committed(3, 1);
        let tiny = JobId(1);
        assert_ok!(submit(job_of(1)));
        take(PROVIDER, tiny);
        assert_ok!(commit_by(PROVIDER, tiny, 0));
        let honest = opened(CHALLENGER, 0, 1);
        let friend = signed(CHALLENGERS[1]);
        assert_ok!(Disputes::open(friend, tiny, SegmentIndex(0), interval(1)));
        convict(last_game());
        assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(1));
        let standing = Disputes::dispute(honest).unwrap().standing;
        assert!(matches!(standing, Standing::Running { .. }), "{standing:?}");
        assert_ok!(time_out(honest));
        let slashed = held(HoldReason::Slash, PROVIDER);
        assert_eq!(slashed, collateral(1) + collateral(3));
        pass(DEFER);
        assert_ok!(settle(SlashId(0)));
        assert_ok!(pull(honest));
        assert_eq!(wealth(CHALLENGER), ENDOWMENT + share(collateral(3)));
    });
}

#[test]
fn a_game_on_an_earlier_segment_goes_on_and_shares_the_slash() {
    TestExt::new().execute_with(|| {
        committed(3, 3);
        let later = opened(CHALLENGERS[1], 2, 0);
        let earlier = opened(CHALLENGER, 0, 0);
        answer(earlier);
        convict(later);
        assert_eq!(state().progress.committed, 2);
        let standing = Disputes::dispute(earlier).unwrap().standing;
        assert!(matches!(standing, Standing::Running { .. }));
        pass(DEFER);
        assert_noop!(settle(SlashId(0)), Error::<Test>::GamesOpen);
        // Its challenger has run out of time meanwhile: the segment stands.
        assert_ok!(time_out(earlier));
        assert_ok!(settle(SlashId(0)));
    });
    TestExt::new().execute_with(|| {
        committed(3, 3);
        let later = opened(CHALLENGERS[1], 2, 0);
        pass(1);
        let earlier = opened(CHALLENGER, 0, 0);
        pass(ALLOWANCE + DEFENCE);
        assert_ok!(time_out(later));
        pass(1);
        assert_ok!(time_out(earlier));
        assert_eq!(state().progress.committed, 0);
        assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(3));
        pass(DEFER);
        assert_ok!(settle(SlashId(0)));
        for (id, who) in [(later, CHALLENGERS[1]), (earlier, CHALLENGER)] {
            assert_ok!(pull(id));
            assert_eq!(wealth(who), ENDOWMENT + share(collateral(3)) / 2);
        }
    });
}

#[test]
fn an_open_game_has_nothing_to_pull() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 0);
        assert_noop!(pull(id), Error::<Test>::NotOver);
        acquit(id);
        assert_ok!(pull(id));
        assert_noop!(pull(id), Error::<Test>::NothingDue);
    });
}

#[test]
fn nobody_freezes_what_it_may_lose() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let lost = opened(CHALLENGER, 0, 1);
        assert_ok!(Balances::set_freeze(&(), &CHALLENGER, ENDOWMENT));
        assert_ok!(Balances::set_freeze(&(), &PROVIDER, ENDOWMENT));
        acquit(lost);
        assert_ok!(pull(lost));
        let won = opened(CHALLENGERS[1], 0, 1);
        convict(won);
        assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(1));
        pass(DEFER);
        assert_ok!(settle(SlashId(1)));
        assert_ok!(pull(won));
        assert_eq!(wealth(CHALLENGERS[1]), ENDOWMENT + share(collateral(1)));
    });
}

#[test]
fn effects_go_to_the_parties_whoever_calls() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 0);
        convict(id);
        let before = wealth(STRANGER);
        let pulled = Disputes::pull(signed(STRANGER), id).unwrap();
        assert_eq!(pulled.pays_fee, frame_support::dispatch::Pays::No);
        assert_eq!(wealth(STRANGER), before);
        assert_eq!(held(HoldReason::Bond, CHALLENGER), 0);
    });
}
