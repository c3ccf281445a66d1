//! Removing ended jobs.

use assay_protocol::{JobId, ParamsVersion};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use pallet_assay_protocol::ProtocolParams;

use crate::{mock::*, Error, Event, HoldReason, Records, Segments, States, WeightInfo};

fn clean_up(job: JobId) -> frame_support::dispatch::DispatchResultWithPostInfo {
    Jobs::clean_up(signed(STRANGER), job)
}

fn complete(segments: u64) {
    start(job_of(segments));
    for segment in 0..segments {
        assert_ok!(commit(u32::try_from(segment).unwrap()));
        run(5);
    }
}

#[test]
fn an_ended_job_is_removed_after_the_retention() {
    TestExt::new().execute_with(|| {
        complete(2);
        pass(29);
        assert_noop!(clean_up(JOB), Error::<Test>::TooEarly);
        pass(1);
        let post = clean_up(JOB).unwrap();
        assert_eq!(
            (post.pays_fee, post.actual_weight),
            (Pays::No, Some(<() as WeightInfo>::clean_up_whole()))
        );
        assert!(Records::<Test>::get(JOB).is_none() && States::<Test>::get(JOB).is_none());
        assert_eq!(Segments::<Test>::iter().count(), 0);
        assert_eq!(held(HoldReason::Deposit, BUYER), 0);
        assert_eq!(free(BUYER), ENDOWMENT - 2 * COST);
        let deposit = params().deposit(2);
        System::assert_last_event(Event::CleanedUp { job: JOB, deposit }.into());
        assert_noop!(clean_up(JOB), Error::<Test>::UnknownJob);
    });
}

#[test]
fn a_living_job_is_not_removed() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        pass(1_000);
        assert_noop!(clean_up(JOB), Error::<Test>::NotEnded);
        assert_noop!(clean_up(JOB.next()), Error::<Test>::UnknownJob);
    });
}

#[test]
fn a_job_of_many_segments_is_removed_in_parts() {
    TestExt::new().execute_with(|| {
        complete(130);
        pass(30);
        let part = Some(<() as WeightInfo>::clean_up_part());
        for left in [66, 2] {
            assert_eq!(clean_up(JOB).unwrap().actual_weight, part);
            assert_eq!(Segments::<Test>::iter_prefix(JOB).count(), left);
            check_everything();
        }
        assert_ok!(clean_up(JOB));
        assert!(Records::<Test>::get(JOB).is_none());
    });
}

#[test]
fn the_parameters_of_a_removed_job_go_with_it() {
    TestExt::new().execute_with(|| {
        complete(1);
        assert_ok!(Protocol::set_params(
            RuntimeOrigin::root(),
            Box::new(params())
        ));
        assert!(Protocol::at(ParamsVersion(0)).is_some());
        pass(30);
        assert_ok!(clean_up(JOB));
        assert!(Protocol::at(ParamsVersion(0)).is_none());
    });
}
