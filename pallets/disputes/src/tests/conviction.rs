//! A provider that is convicted, and what becomes of its job and its collateral.

use assay_game::{Party, Reason, Verdict};
use assay_protocol::{JobStatus, SegmentIndex};
use frame_support::{assert_noop, assert_ok};
use pallet_assay_jobs::HoldReason as JobHold;

use crate::{mock::*, Error, Event, HoldReason, SlashId, SlashStatus, Slashes};

const SLASH: SlashId = SlashId(0);

#[test]
fn a_provider_that_does_not_answer_is_convicted_and_the_job_opens_again() {
    TestExt::new().execute_with(|| {
        committed(3, 1);
        let id = opened(CHALLENGER, 0, 1);
        pass(ALLOWANCE + DEFENCE);
        assert_noop!(time_out(id), Error::<Test>::NotLate);
        pass(1);
        assert_ok!(time_out(id));
        assert!(matches!(status(), JobStatus::Open { .. }));
        assert_eq!(state().progress.committed, 0);
        assert_eq!(state().ledger.escrow, 3 * COST, "no reserve is left");
        assert_eq!(held(JobHold::Collateral, PROVIDER), 0);
        assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(3));
    });
}

#[test]
fn a_conviction_is_told_by_events() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        events();
        let id = opened(CHALLENGER, 0, 0);
        convict(id);
        let (job, segment, entry) = (JOB, SegmentIndex(0), interval(0));
        let deadline = 1 + ALLOWANCE + DEFENCE;
        let at = deadline + 1;
        assert_eq!(
            events(),
            vec![
                Event::Opened {
                    game: id,
                    number: 0,
                    job,
                    segment,
                    entry,
                    defender: PROVIDER,
                    challenger: CHALLENGER,
                    bond: bond(),
                },
                Event::Started { game: id, deadline },
                Event::Judged {
                    game: id,
                    job,
                    segment,
                    rounds: 0,
                    verdict: Verdict {
                        winner: Party::Challenger,
                        reason: Reason::TimeOut
                    },
                },
                Event::Convicted {
                    game: id,
                    job,
                    segment,
                    provider: PROVIDER,
                    slash: SLASH,
                    amount: collateral(1),
                    shares: 1,
                    until: at + DEFER,
                },
            ]
        );
    });
}

#[test]
fn the_winner_pulls_its_bond_at_once_and_its_reward_when_the_slash_is_settled() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 0);
        assert_eq!(at_stake(CHALLENGER), bond() + params().disputes.deposit);
        convict(id);
        assert_ok!(pull(id));
        assert_eq!(at_stake(CHALLENGER), params().disputes.deposit);
        assert_noop!(pull(id), Error::<Test>::NothingDue);

        pass(DEFER - 1);
        assert_noop!(settle(SLASH), Error::<Test>::TooEarly);
        pass(1);
        let (before, burnt) = (free(CHALLENGER), free(SLASHES));
        assert_ok!(settle(SLASH));
        assert_noop!(settle(SLASH), Error::<Test>::NotHeld);
        let reward = share(collateral(1));
        assert_eq!(free(SLASHES) - burnt, collateral(1) - reward);
        assert_ok!(pull(id));
        assert_eq!(free(CHALLENGER) - before, reward);
        assert_eq!(held(HoldReason::Slash, PROVIDER), 0);
        assert!(Slashes::<Test>::get(SLASH).is_none());
    });
}

#[test]
fn root_gives_a_held_slash_back_and_the_verdict_stands() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 0);
        convict(id);
        let refund = |origin| Disputes::refund_slash(origin, SLASH);
        assert_noop!(
            refund(signed(PROVIDER)),
            sp_runtime::DispatchError::BadOrigin
        );
        let before = free(PROVIDER);
        assert_ok!(refund(RuntimeOrigin::root()));
        assert_noop!(refund(RuntimeOrigin::root()), Error::<Test>::NotHeld);
        assert_eq!(free(PROVIDER) - before, collateral(1));
        assert!(matches!(status(), JobStatus::Open { .. }));
        let free_before = free(CHALLENGER);
        assert_ok!(pull(id));
        assert_eq!(free(CHALLENGER) - free_before, bond(), "no reward");
        assert!(Slashes::<Test>::get(SLASH).is_none());
    });
}

#[test]
fn a_settled_slash_is_not_given_back() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        convict(opened(CHALLENGER, 0, 0));
        pass(DEFER);
        assert_ok!(settle(SLASH));
        let slash = Slashes::<Test>::get(SLASH).unwrap();
        let each = share(collateral(1));
        assert_eq!(slash.status, SlashStatus::Settled { each, unpulled: 1 });
        assert_noop!(
            Disputes::refund_slash(RuntimeOrigin::root(), SLASH),
            Error::<Test>::NotHeld
        );
    });
}
