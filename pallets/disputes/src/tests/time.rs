//! Chain time stands while nothing becomes final: nothing runs out.

use assay_game::{Entry, Standing};
use frame_support::{assert_noop, assert_ok, pallet_prelude::InvalidTransaction};
use pallet_assay_jobs::Error as JobError;

use super::real::{acquit, argue, contest, every_operator, on_chain, Player};
use crate::{mock::*, Call, Error, SlashId};

/// Longer than any clock here.
const LONG: u32 = 10_000;

#[test]
fn no_side_runs_out_of_time_while_finality_stands() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 1);
        let enter = signed_move(id, OPERATOR, &by_hand(id).unwrap());
        pass(ALLOWANCE + DEFENCE);
        let valid = validate(&enter).unwrap();
        stall(LONG);
        assert_eq!(validate(&enter), Ok(valid), "as urgent as before");
        assert_noop!(time_out(id), Error::<Test>::NotLate);
        let claim = Call::time_out { game: id };
        let future = Err(InvalidTransaction::Future.into());
        assert_eq!(validate(&claim), future);
        assert_ok!(send(enter));
        answer(id);
        let Standing::Running { deadline, .. } = Disputes::dispute(id).unwrap().standing else {
            panic!("not played");
        };
        stall(LONG);
        assert_noop!(time_out(id), Error::<Test>::NotLate);
        pass(deadline - now());
        stall(LONG);
        assert_noop!(time_out(id), Error::<Test>::NotLate);
        pass(1);
        assert_ok!(time_out(id));
    });
}

#[test]
fn windows_and_slashes_wait_for_finality() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        pass(WINDOW - 1);
        stall(LONG);
        assert_noop!(finalise(0), JobError::<Test>::TooEarly);
        let id = opened(CHALLENGER, 0, 1);
        convict(id);
        pass(DEFER - 1);
        stall(LONG);
        assert_noop!(settle(SlashId(0)), Error::<Test>::TooEarly);
        pass(1);
        assert_ok!(settle(SlashId(0)));
    });
}

#[test]
fn a_game_through_a_stall_ends_as_without() {
    let job = every_operator();
    let without = acquit(job, Entry::Segment, Player::naming(|_| 0));
    let with = on_chain(job, &job.interval_roots(), || {
        let id = contest(CHALLENGER, Entry::Segment);
        let mut defender = Player::honest_defender(job);
        let mut slow = Player::new(move |id| {
            stall(LONG);
            defender.answer(id)
        });
        argue(id, &mut slow, &mut Player::naming(|_| 0))
    });
    assert_eq!(with.verdict, without.verdict);
    assert_eq!(with.phases, without.phases);
}
