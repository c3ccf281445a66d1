//! Random calls, honest and hostile, in random order: money is conserved after every one of them, and every job comes
//! to an end and leaves nothing behind.

use assay_protocol::{Balance, DeclineReason, JobId, JobStatus, SegmentIndex};
use proptest::prelude::*;

use crate::{mock::*, HoldReason, NextJob, Records, Segments, States};

/// A call, or time.
#[derive(Clone, Copy, Debug)]
enum Step {
    Submit {
        segments: u64,
        funded: u64,
    },
    TopUp {
        job: u64,
        thousandths: u128,
    },
    Cancel {
        job: u64,
    },
    Claim {
        job: u64,
        provider: usize,
    },
    Accept {
        job: u64,
        provider: usize,
    },
    Decline {
        job: u64,
        provider: usize,
        reason: DeclineReason,
    },
    Commit {
        job: u64,
        provider: usize,
        off: u32,
    },
    Finalise {
        job: u64,
        off: u32,
    },
    TimeOut {
        job: u64,
    },
    CleanUp {
        job: u64,
    },
    SetParams {
        pipeline: u32,
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
    let job = 0u64..6;
    let provider = 0usize..3;
    let reason = prop_oneof![
        Just(DeclineReason::ProgramInvalid),
        Just(DeclineReason::NoCapacity)
    ];
    let off = prop_oneof![9 => Just(0u32), 1 => 0u32..3];
    prop_oneof![
        2 => (1u64..5, 1u64..5).prop_map(|(segments, funded)| Step::Submit { segments, funded }),
        2 => (job.clone(), 1u128..3_000).prop_map(|(job, thousandths)| Step::TopUp { job, thousandths }),
        1 => job.clone().prop_map(|job| Step::Cancel { job }),
        6 => (job.clone(), provider.clone()).prop_map(|(job, provider)| Step::Claim { job, provider }),
        6 => (job.clone(), provider.clone()).prop_map(|(job, provider)| Step::Accept { job, provider }),
        1 => (job.clone(), provider.clone(), reason)
            .prop_map(|(job, provider, reason)| Step::Decline { job, provider, reason }),
        12 => (job.clone(), provider.clone(), off.clone())
            .prop_map(|(job, provider, off)| Step::Commit { job, provider, off }),
        6 => (job.clone(), off).prop_map(|(job, off)| Step::Finalise { job, off }),
        3 => job.clone().prop_map(|job| Step::TimeOut { job }),
        1 => job.prop_map(|job| Step::CleanUp { job }),
        1 => (1u32..5).prop_map(|pipeline| Step::SetParams { pipeline }),
        1 => provider.prop_map(|provider| Step::Unregister { provider }),
        4 => (1u32..8).prop_map(|blocks| Step::Pass { blocks }),
        4 => (1u32..8).prop_map(|blocks| Step::Run { blocks }),
    ]
}

/// Whether the call succeeded; most random ones do not.
fn take(step: Step) -> bool {
    let by = |provider: usize| signed(operator(PROVIDERS[provider]));
    let progress = |job| {
        States::<Test>::get(JobId(job))
            .map(|state| state.progress)
            .unwrap_or_default()
    };
    match step {
        Step::Submit { segments, funded } => {
            submit(job_funded_for(segments, funded.min(segments))).is_ok()
        }
        Step::TopUp { job, thousandths } => {
            Jobs::top_up(signed(BUYER), JobId(job), COST * thousandths / 1_000).is_ok()
        }
        Step::Cancel { job } => Jobs::cancel(signed(BUYER), JobId(job)).is_ok(),
        Step::Claim { job, provider } => Jobs::claim(by(provider), JobId(job)).is_ok(),
        Step::Accept { job, provider } => Jobs::accept(by(provider), JobId(job)).is_ok(),
        Step::Decline {
            job,
            provider,
            reason,
        } => Jobs::decline(by(provider), JobId(job), reason).is_ok(),
        Step::Commit { job, provider, off } => {
            let segment = SegmentIndex(progress(job).committed + off);
            let roots = Box::new(commitment(JobId(job), segment));
            Jobs::commit_segment(by(provider), JobId(job), segment, roots).is_ok()
        }
        Step::Finalise { job, off } => {
            let segment = SegmentIndex(progress(job).finalised + off);
            Jobs::finalise_segment(signed(STRANGER), JobId(job), segment).is_ok()
        }
        Step::TimeOut { job } => Jobs::time_out(signed(STRANGER), JobId(job)).is_ok(),
        Step::CleanUp { job } => Jobs::clean_up(signed(STRANGER), JobId(job)).is_ok(),
        Step::SetParams { pipeline } => {
            let mut params = params();
            params.segments.pipeline_limit = pipeline;
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

/// Lets every clock run out, then removes every job.
fn wind_down() {
    for _ in 0..6 {
        run(60);
        (0..NextJob::<Test>::get().0).for_each(|job| {
            let _ = Jobs::time_out(signed(STRANGER), JobId(job));
        });
        check_everything();
    }
    for (id, state) in States::<Test>::iter() {
        assert!(
            matches!(state.status, JobStatus::Ended { .. }),
            "{id} never ends: {:?}",
            state.status
        );
    }
    pass(30);
    Records::<Test>::iter_keys()
        .collect::<Vec<_>>()
        .into_iter()
        .for_each(|job| {
            Jobs::clean_up(signed(STRANGER), job).unwrap();
        });
    assert_eq!(Segments::<Test>::iter().count(), 0);
    let reasons = || {
        [
            HoldReason::Escrow,
            HoldReason::Deposit,
            HoldReason::Collateral,
        ]
        .into_iter()
    };
    for who in PROVIDERS.into_iter().chain([BUYER]) {
        assert_eq!(
            reasons().map(|reason| held(reason, who)).sum::<Balance>(),
            0
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn money_is_conserved_and_every_job_ends(steps in prop::collection::vec(step(), 100..300)) {
        TestExt::new().execute_with(|| {
            let issued = Balances::total_issuance();
            for step in steps {
                take(step);
                check_everything();
            }
            wind_down();
            assert_eq!(Balances::total_issuance(), issued, "fees and slashes are kept in this runtime");
        });
    }
}

#[test]
fn the_random_calls_reach_every_kind_of_success() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    let mut runner = TestRunner::deterministic();
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let steps = prop::collection::vec(step(), 250)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        TestExt::new().execute_with(|| {
            for step in steps {
                if take(step) {
                    let name = format!("{step:?}");
                    reached.insert(name.split(' ').next().unwrap().to_owned());
                }
            }
        });
    }
    assert_eq!(reached.len(), 14, "{reached:?}");
}
