//! The agenda of due transitions.

use assay_protocol::{EndReason, JobStatus};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};

use crate::{mock::*, types::Due, Agenda, AgendaCursor, WeightInfo};

fn idle(limit: Weight) -> Weight {
    Jobs::on_idle(now(), limit)
}

#[test]
fn a_whole_life_needs_nobody_to_call_the_clock() {
    TestExt::new().execute_with(|| {
        start(job_of(2));
        assert_ok!(commit(0));
        run(DEADLINE + 1);
        assert!(matches!(status(), JobStatus::Open { .. }));
        run(51);
        assert!(matches!(
            status(),
            JobStatus::Ended {
                reason: EndReason::NoProvider,
                ..
            }
        ));
        run(20);
        assert_eq!(Agenda::<Test>::iter().count(), 0, "nothing is left behind");
        assert_eq!(AgendaCursor::<Test>::get(), now() + 1);
    });
}

#[test]
fn what_is_no_longer_due_does_nothing() {
    TestExt::new().execute_with(|| {
        start(job_of(2));
        assert_ok!(commit(0));
        pass(5);
        assert_ok!(finalise(0));
        let before = state();
        assert!(idle(Weight::MAX).ref_time() > 0);
        assert_eq!(state(), before);
    });
}

#[test]
fn a_block_without_weight_serves_nothing_and_the_next_catches_up() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        assert_ok!(commit(0));
        for _ in 0..10 {
            pass(1);
            assert_eq!(idle(Weight::zero()), Weight::zero());
        }
        assert!(matches!(status(), JobStatus::Waiting { .. }));
        pass(1);
        let used = idle(Weight::MAX);
        assert!(used.all_gte(<() as WeightInfo>::finalise_segment()));
        assert!(matches!(status(), JobStatus::Ended { .. }));
    });
}

#[test]
fn the_weight_used_never_exceeds_the_limit() {
    TestExt::new().execute_with(|| {
        for _ in 0..4 {
            assert_ok!(submit(job_of(1)));
        }
        pass(60);
        let limit =
            <() as WeightInfo>::time_out().saturating_mul(2) + <() as WeightInfo>::agenda_block();
        let mut calls = 0;
        while AgendaCursor::<Test>::get() <= now() {
            assert!(limit.all_gte(idle(limit)));
            calls += 1;
            assert!(calls < 100, "the agenda does not advance");
        }
        assert!(matches!(status(), JobStatus::Ended { .. }));
    });
}

#[test]
fn a_full_block_spills_into_the_next_ones_and_then_into_permissionless_calls() {
    TestExt::new().execute_with(|| {
        let room = 4 * 9;
        for _ in 0..room + 2 {
            assert_ok!(submit(job_of(1)));
        }
        let entries: usize = Agenda::<Test>::iter().map(|(_, due)| due.len()).sum();
        assert_eq!(entries, room);
        assert!(Agenda::<Test>::get(53).contains(&Due::TimeOut(assay_protocol::JobId(4))));
        run(60);
        let last = assay_protocol::JobId(room as u64 + 1);
        let open = |id| {
            matches!(
                crate::States::<Test>::get(id).unwrap().status,
                JobStatus::Open { .. }
            )
        };
        assert!(open(last) && !open(assay_protocol::JobId(room as u64 - 1)));
        assert_ok!(Jobs::time_out(signed(STRANGER), last));
        assert!(!open(last));
    });
}
