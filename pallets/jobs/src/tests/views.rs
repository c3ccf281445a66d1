//! Read models.

use assay_protocol::{JobId, SegmentIndex, StateRoot, StepIndex, SubmissionError};
use frame_support::assert_ok;

use crate::{mock::*, MAX_PAGE};

#[test]
fn a_job_shows_where_work_goes_on() {
    TestExt::new().execute_with(|| {
        assert_eq!(Jobs::job_view(JOB), None);
        start(job_of(3));
        let view = Jobs::job_view(JOB).unwrap();
        assert_eq!(
            (view.segments, view.reserved, view.params),
            (3, COST, params())
        );
        assert_eq!(
            (view.resume.segment, view.resume.state),
            (SegmentIndex(0), StateRoot([3; 32]))
        );
        assert_ok!(commit(0));
        let view = Jobs::job_view(JOB).unwrap();
        assert_eq!(view.reserved, 2 * COST);
        let state = commitment(JOB, SegmentIndex(0)).final_state;
        assert_eq!(
            (view.resume.segment, view.resume.state),
            (SegmentIndex(1), state)
        );
    });
}

#[test]
fn jobs_come_in_pages_across_gaps() {
    TestExt::new().execute_with(|| {
        for _ in 0..5 {
            assert_ok!(submit(job_of(1)));
        }
        assert_ok!(Jobs::cancel(signed(BUYER), JobId(1)));
        pass(30);
        assert_ok!(Jobs::clean_up(signed(BUYER), JobId(1)));
        let ids = |from, limit| {
            let page = Jobs::jobs_page(JobId(from), limit);
            (
                page.items.iter().map(|job| job.id.0).collect::<Vec<_>>(),
                page.next,
            )
        };
        assert_eq!(ids(0, 2), (vec![0, 2], Some(3)));
        assert_eq!(ids(3, 2), (vec![3, 4], None));
        assert_eq!(ids(0, u32::MAX), (vec![0, 2, 3, 4], None));
        assert_eq!(ids(0, 0), (vec![], Some(0)));
        assert_eq!(ids(u64::MAX, 9), (vec![], None));
    });
}

#[test]
fn segments_come_in_pages() {
    TestExt::new().execute_with(|| {
        start(job_of(3));
        assert_ok!(commit(0));
        let page = Jobs::segments_page(JOB, SegmentIndex(0), 1);
        assert_eq!((page.items.len(), page.next), (1, Some(1)));
        let page = Jobs::segments_page(JOB, SegmentIndex(1), MAX_PAGE);
        assert_eq!((page.items.len(), page.next), (1, None));
        let training = &page.items[0];
        assert_eq!(
            (training.steps.first, training.intervals),
            (StepIndex(4), 2)
        );
        assert_eq!(
            Jobs::segments_page(JOB.next(), SegmentIndex(0), 9),
            Default::default()
        );
        assert!(Jobs::segments_page(JOB, SegmentIndex(u32::MAX), u32::MAX)
            .items
            .is_empty());
    });
}

#[test]
fn a_provider_shows_its_collateral() {
    TestExt::new().execute_with(|| {
        start(job_of(3));
        let view = Jobs::provider_view(PROVIDER).unwrap();
        assert_eq!(
            (view.collateral, view.provider.active_jobs),
            (collateral(3), 1)
        );
        assert_eq!(Jobs::provider_of_operator(OPERATOR), Some(view));
        assert_eq!(Jobs::provider_view(STRANGER), None);
        assert_eq!(Jobs::provider_of_operator(STRANGER), None);
    });
}

#[test]
fn a_quote_is_what_the_job_costs() {
    TestExt::new().execute_with(|| {
        let quote = Jobs::quote(job_of(3)).unwrap();
        assert_eq!(
            (quote.full_escrow, quote.first_segment_cost),
            (3 * COST, COST)
        );
        assert_eq!(
            (quote.deposit, quote.collateral),
            (params().deposit(3), collateral(3))
        );
        assert_eq!(quote.segment_deadline, DEADLINE);
        let mut bad = job_of(3);
        bad.spec.batch_size = 0;
        assert_eq!(Jobs::quote(bad), Err(SubmissionError::BatchSize));
    });
}
