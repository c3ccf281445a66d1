//! A few games run, the others wait with both clocks stopped.

use assay_game::{GameId, Standing};
use assay_protocol::{JobId, SegmentIndex};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Dockets, Error, Event, Games, Queue};

fn is_running(id: &GameId) -> bool {
    Games::<Test>::contains_key(id)
}

fn is_queued(id: &GameId) -> bool {
    Disputes::dispute(*id).unwrap().standing == Standing::Queued
}

/// Opens `count` games on the first segment, one challenger each.
fn flood(count: u64) -> Vec<GameId> {
    (0..count)
        .map(|i| opened(CHALLENGERS[(i % 3) as usize], 0, 1))
        .collect()
}

#[test]
fn games_beyond_the_places_wait_in_order_of_opening() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let ids = flood(5);
        assert!(ids[..2].iter().all(is_running));
        assert!(ids[2..].iter().all(is_queued));
        acquit(ids[1]);
        assert!(is_running(&ids[2]) && is_queued(&ids[3]));
        assert_eq!(Dockets::<Test>::get(PROVIDER).running, 2);
    });
}

#[test]
fn a_waiting_game_has_its_whole_time_when_it_starts() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let ids = flood(3);
        answer(ids[1]);
        answer(ids[0]);
        events();
        pass(ALLOWANCE + DEFENCE + 1);
        assert_ok!(time_out(ids[0]));
        let deadline = now() + ALLOWANCE + DEFENCE;
        let started = Event::Started {
            game: ids[2],
            deadline,
        };
        assert!(
            events().contains(&started),
            "no time was charged in the queue"
        );
    });
}

#[test]
fn places_are_the_providers_not_the_jobs() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        assert_ok!(submit(job_of(1)));
        take(PROVIDER, JobId(1));
        assert_ok!(commit_by(PROVIDER, JobId(1), 0));
        assert_ok!(submit(job_of(1)));
        take(PROVIDERS[1], JobId(2));
        assert_ok!(commit_by(PROVIDERS[1], JobId(2), 0));
        let first = flood(2);
        let open = |job| {
            assert_ok!(Disputes::open(
                signed(CHALLENGER),
                JobId(job),
                SegmentIndex(0),
                interval(0)
            ));
            last_game()
        };
        let (same, other) = (open(1), open(2));
        assert!(is_queued(&same), "another job of the same provider");
        assert!(is_running(&other), "another provider");
        acquit(first[0]);
        assert!(is_running(&same));
    });
}

#[test]
fn flooding_convicts_nobody_who_answers() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let ids = flood(40);
        while Dockets::<Test>::iter().next().is_some() {
            let running: Vec<_> = Games::<Test>::iter_keys().collect();
            running.iter().for_each(|id| answer(*id));
            pass(ALLOWANCE + DEFENCE + 1);
            running.into_iter().for_each(|id| {
                time_out(id).unwrap();
            });
        }
        run(1);
        assert_eq!(state().progress.finalised, 1);
        ids.into_iter().for_each(|id| {
            pull(id).unwrap();
        });
        assert_eq!(free(SLASHES) - ENDOWMENT, 40 * (bond() - share(bond())));
    });
}

#[test]
fn a_segment_has_so_many_open_games_and_no_other_segment_shields_it() {
    TestExt::new().execute_with(|| {
        committed(2, 2);
        flood(64);
        assert_noop!(challenge(CHALLENGER, 0, 0), Error::<Test>::TooManyOpen);
        assert_ok!(challenge(CHALLENGER, 1, 0));
    });
}

#[test]
fn moot_games_are_passed_over() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        assert_ok!(submit(job_of(1)));
        take(PROVIDER, JobId(1));
        assert_ok!(commit_by(PROVIDER, JobId(1), 0));
        let ids = flood(9);
        assert_ok!(Disputes::open(
            signed(CHALLENGER),
            JobId(1),
            SegmentIndex(0),
            interval(0)
        ));
        let other = last_game();
        convict(ids[0]);
        assert!(is_queued(&other), "seven moot ones wait before it");
        let begin = || Disputes::start(signed(STRANGER), PROVIDER);
        assert_ok!(begin());
        assert!(is_running(&other));
        assert_noop!(begin(), Error::<Test>::NothingToStart);
        assert_eq!(Queue::<Test>::iter().count(), 0);
    });
}

#[test]
fn two_games_share_the_defenders_time() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let ids = flood(2);
        let deadline = |id: GameId| match Disputes::dispute(id).unwrap().standing {
            Standing::Running { deadline, .. } => deadline,
            other => panic!("not running: {other:?}"),
        };
        assert_eq!(deadline(ids[0]), deadline(ids[1]), "one clock serves both");
        pass(ALLOWANCE + 3);
        answer(ids[0]);
        assert_eq!(deadline(ids[1]), now() + DEFENCE - 3);
        pass(DEFENCE - 3);
        answer(ids[1]);
        assert_eq!(Disputes::dispute(ids[1]).unwrap().bond, bond());
        assert!(is_running(&ids[1]));
    });
}
