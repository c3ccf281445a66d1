//! Random calls of everybody's, in random order: every invariant holds after each of them, and in the end every game has
//! a verdict, every token is where it was due and nothing is left behind.

use assay_game::{GameId, Move, Party};
use assay_protocol::{Balance, JobId, SegmentIndex};
use pallet_assay_jobs::{HoldReason as JobHold, NextJob, States};
use proptest::prelude::*;

use crate::{
    mock::*, Contests, Disputes as Stored, Dockets, Games, HoldReason, Numbers, Queue, SlashId,
    Slashes,
};

/// A call, or time.
#[derive(Clone, Copy, Debug)]
enum Step {
    Submit {
        segments: u64,
    },
    Cancel {
        job: u64,
    },
    Take {
        job: u64,
        provider: usize,
    },
    Commit {
        job: u64,
    },
    Finalise {
        job: u64,
    },
    JobTimeOut {
        job: u64,
    },
    JobCleanUp {
        job: u64,
    },
    Open {
        job: u64,
        back: u32,
        who: usize,
        interval: u32,
    },
    Answer {
        nth: usize,
    },
    Name {
        nth: usize,
        at: u8,
    },
    TimeOut {
        nth: usize,
    },
    Pull {
        nth: usize,
    },
    CleanUp {
        nth: usize,
    },
    Settle {
        nth: usize,
    },
    Refund {
        nth: usize,
    },
    Start {
        provider: usize,
    },
    SetParams {
        running: u32,
    },
    Unregister {
        provider: usize,
    },
    Pass {
        blocks: u32,
    },
    Run {
        blocks: u32,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let job = 0u64..4;
    let nth = 0usize..24;
    let provider = 0usize..3;
    let open = (job.clone(), 0u32..3, 0usize..3, 0u32..3);
    prop_oneof![
        2 => (1u64..5).prop_map(|segments| Step::Submit { segments }),
        1 => job.clone().prop_map(|job| Step::Cancel { job }),
        8 => (job.clone(), provider.clone())
            .prop_map(|(job, provider)| Step::Take { job, provider }),
        16 => job.clone().prop_map(|job| Step::Commit { job }),
        5 => job.clone().prop_map(|job| Step::Finalise { job }),
        3 => job.clone().prop_map(|job| Step::JobTimeOut { job }),
        1 => job.clone().prop_map(|job| Step::JobCleanUp { job }),
        24 => open.prop_map(|(job, back, who, interval)| Step::Open { job, back, who, interval }),
        16 => nth.clone().prop_map(|nth| Step::Answer { nth }),
        5 => (nth.clone(), 0u8..3).prop_map(|(nth, at)| Step::Name { nth, at }),
        12 => nth.clone().prop_map(|nth| Step::TimeOut { nth }),
        6 => nth.clone().prop_map(|nth| Step::Pull { nth }),
        3 => nth.prop_map(|nth| Step::CleanUp { nth }),
        3 => (0usize..3).prop_map(|nth| Step::Settle { nth }),
        1 => (0usize..3).prop_map(|nth| Step::Refund { nth }),
        6 => provider.clone().prop_map(|provider| Step::Start { provider }),
        4 => (1u32..4).prop_map(|running| Step::SetParams { running }),
        1 => provider.prop_map(|provider| Step::Unregister { provider }),
        5 => (1u32..6).prop_map(|blocks| Step::Pass { blocks }),
        5 => (1u32..6).prop_map(|blocks| Step::Run { blocks }),
    ]
}

/// A dispute among those on record.
fn nth_game(nth: usize) -> Option<GameId> {
    let mut numbers: Vec<_> = Numbers::<Test>::iter().collect();
    numbers.sort();
    let count = numbers.len().max(1);
    numbers.get(nth % count).map(|(_, id)| *id)
}

/// A game among those being played.
fn nth_running(nth: usize) -> Option<GameId> {
    let mut running: Vec<_> = Games::<Test>::iter_keys().collect();
    running.sort();
    let count = running.len().max(1);
    running.get(nth % count).copied()
}

fn nth_slash(nth: usize) -> Option<SlashId> {
    Slashes::<Test>::iter_keys().nth(nth)
}

fn committed_of(job: u64) -> u32 {
    States::<Test>::get(JobId(job)).map_or(0, |state| state.progress.committed)
}

fn commit_next(job: u64) -> bool {
    let provider =
        States::<Test>::get(JobId(job)).and_then(|state| Some(state.status.assignment()?.provider));
    provider.is_some_and(|owner| commit_by(owner, JobId(job), committed_of(job)).is_ok())
}

fn answer_once(id: GameId) -> bool {
    let defender = Stored::<Test>::get(id).unwrap().defender;
    match game(id).mover() {
        Party::Challenger => false,
        Party::Defender => {
            by_hand(id).is_some_and(|mv| send(signed_move(id, operator(defender), &mv)).is_ok())
        }
    }
}

fn name(id: GameId, at: u8) -> bool {
    let challenger = Stored::<Test>::get(id).unwrap().challenger;
    send(signed_move(id, challenger, &Move::Name(at))).is_ok()
}

/// Whether the call succeeded; many random ones do not.
fn take_step(step: Step) -> bool {
    let anyone = || signed(STRANGER);
    match step {
        Step::Submit { segments } => submit(job_of(segments)).is_ok(),
        Step::Cancel { job } => Jobs::cancel(signed(BUYER), JobId(job)).is_ok(),
        Step::Take { job, provider } => {
            let by = || signed(operator(PROVIDERS[provider]));
            Jobs::claim(by(), JobId(job)).is_ok() && Jobs::accept(by(), JobId(job)).is_ok()
        }
        Step::Commit { job } => commit_next(job),
        Step::Finalise { job } => {
            let next = States::<Test>::get(JobId(job)).map_or(0, |s| s.progress.finalised);
            Jobs::finalise_segment(anyone(), JobId(job), SegmentIndex(next)).is_ok()
        }
        Step::JobTimeOut { job } => Jobs::time_out(anyone(), JobId(job)).is_ok(),
        Step::JobCleanUp { job } => Jobs::clean_up(anyone(), JobId(job)).is_ok(),
        Step::Open {
            job,
            back,
            who,
            interval: number,
        } => {
            let segment = SegmentIndex(committed_of(job).saturating_sub(1 + back));
            let who = signed(CHALLENGERS[who]);
            Disputes::open(who, JobId(job), segment, interval(number)).is_ok()
        }
        Step::Answer { nth } => nth_running(nth).is_some_and(answer_once),
        Step::Name { nth, at } => nth_running(nth).is_some_and(|id| name(id, at)),
        Step::TimeOut { nth } => nth_running(nth).is_some_and(|id| time_out(id).is_ok()),
        Step::Pull { nth } => nth_game(nth).is_some_and(|id| pull(id).is_ok()),
        Step::CleanUp { nth } => nth_game(nth).is_some_and(|id| clean_up(id).is_ok()),
        Step::Settle { nth } => nth_slash(nth).is_some_and(|id| settle(id).is_ok()),
        Step::Refund { nth } => nth_slash(nth)
            .is_some_and(|id| Disputes::refund_slash(RuntimeOrigin::root(), id).is_ok()),
        Step::Start { provider } => Disputes::start(anyone(), PROVIDERS[provider]).is_ok(),
        Step::SetParams { running } => {
            let mut params = params();
            params.disputes.running_games = running;
            Protocol::set_params(RuntimeOrigin::root(), Box::new(params)).is_ok()
        }
        Step::Unregister { provider } => Providers::unregister(signed(PROVIDERS[provider])).is_ok(),
        Step::Pass { blocks } => {
            pass(blocks);
            true
        }
        Step::Run { blocks } => {
            run(blocks);
            true
        }
    }
}

fn all_games() -> Vec<GameId> {
    Stored::<Test>::iter_keys().collect()
}

/// Lets every clock run out and everybody have what is due.
fn wind_down() {
    for _ in 0..60 {
        run(RETENTION);
        let slashes: Vec<_> = Slashes::<Test>::iter_keys().collect();
        for id in all_games() {
            let _ = time_out(id);
        }
        for slash in slashes {
            let _ = settle(slash);
        }
        for id in all_games() {
            let _ = pull(id);
            let _ = clean_up(id);
        }
        for provider in PROVIDERS {
            let _ = Disputes::start(signed(STRANGER), provider);
        }
        for job in 0..NextJob::<Test>::get().0 {
            let _ = Jobs::time_out(signed(STRANGER), JobId(job));
            let _ = Jobs::clean_up(signed(STRANGER), JobId(job));
        }
        check_everything();
    }
    assert_eq!(all_games(), Vec::new());
    assert_eq!(Games::<Test>::iter().count(), 0);
    assert_eq!(Contests::<Test>::iter().count(), 0);
    assert_eq!(Slashes::<Test>::iter().count(), 0);
    assert_eq!(Dockets::<Test>::iter().count(), 0);
    assert_eq!(Queue::<Test>::iter().count(), 0);
    assert_eq!(States::<Test>::iter().count(), 0);
}

/// What all accounts have on hold, stakes apart.
fn on_hold() -> Balance {
    let jobs =
        [JobHold::Escrow, JobHold::Deposit, JobHold::Collateral].map(RuntimeHoldReason::from);
    let disputes =
        [HoldReason::Bond, HoldReason::Deposit, HoldReason::Slash].map(RuntimeHoldReason::from);
    let everyone = PROVIDERS.into_iter().chain(CHALLENGERS).chain([BUYER]);
    everyone
        .flat_map(|who| {
            jobs.iter()
                .chain(&disputes)
                .map(move |reason| (who, *reason))
        })
        .map(|(who, reason)| held(reason, who))
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn money_is_conserved_and_every_game_ends(steps in prop::collection::vec(step(), 100..300)) {
        TestExt::new().execute_with(|| {
            let issued = Balances::total_issuance();
            for step in steps {
                take_step(step);
                check_everything();
            }
            wind_down();
            assert_eq!(on_hold(), 0);
            assert_eq!(Balances::total_issuance(), issued, "fees and slashes are kept in this runtime");
        });
    }
}

#[test]
fn the_random_calls_reach_every_kind_of_success() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    let mut runner = TestRunner::deterministic();
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..16 {
        let steps = prop::collection::vec(step(), 400)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        TestExt::new().execute_with(|| {
            for step in steps {
                if take_step(step) {
                    let name = format!("{step:?}");
                    reached.insert(name.split(' ').next().unwrap().to_owned());
                }
            }
        });
    }
    assert_eq!(reached.len(), 20, "{reached:?}");
}
