//! When a job's last state may go, and its records.

use assay_client::Account;
use assay_protocol::{
    EndReason, JobId, JobRecord, JobState, JobStatus, JobView, Params, ParamsVersion, ProgramRoot,
    ResumePoint, SegmentIndex, StateRoot,
};
use assay_worker::retention::{Retention, Verdict, CLEAN_UP_EVERY};

use assay_processes::small_job::SmallJob;

const JOB: JobId = JobId(4);
const RETENTION: u32 = 30;

fn view(status: JobStatus<Account>) -> JobView<Account> {
    let job = SmallJob::new(1, 1, 1, 0.1);
    let mut params = Params::default();
    params.segments.retention = RETENTION;
    JobView {
        id: JOB,
        record: JobRecord {
            buyer: Account([1; 32]),
            submitted_at: 0,
            params_version: ParamsVersion(0),
            program_root: ProgramRoot([3; 32]),
            spec: job.spec("http://localhost:1"),
        },
        state: JobState {
            status,
            ..JobState::open(0, 0, 0)
        },
        params,
        segments: 1,
        reserved: 0,
        resume: ResumePoint {
            segment: SegmentIndex(1),
            state: StateRoot([5; 32]),
        },
    }
}

fn ended(at: u32) -> JobView<Account> {
    let reason = EndReason::Completed;
    view(JobStatus::Ended { reason, at })
}

#[test]
fn an_ended_job_is_kept_for_the_retention_and_cleaned_up_then() {
    let mut retention = Retention::of([JOB]);
    assert_eq!(retention.due(10), [JOB]);
    assert_eq!(retention.judge(JOB, Some(&ended(10)), 10), Verdict::Keep);
    assert_eq!(retention.due(10 + RETENTION - 1), []);
    let over = 10 + RETENTION;
    assert_eq!(retention.due(over), [JOB]);
    let verdict = retention.judge(JOB, Some(&ended(10)), over);
    assert_eq!(verdict, Verdict::CleanUp);
}

#[test]
fn records_are_cleaned_up_again_and_again_until_they_are_gone() {
    let mut retention = Retention::of([JOB]);
    let mut now = 10 + RETENTION;
    for _ in 0..3 {
        assert_eq!(retention.due(now), [JOB]);
        let verdict = retention.judge(JOB, Some(&ended(10)), now);
        assert_eq!(verdict, Verdict::CleanUp);
        assert_eq!(retention.due(now + CLEAN_UP_EVERY - 1), []);
        now += CLEAN_UP_EVERY;
    }
    assert_eq!(retention.judge(JOB, None, now), Verdict::Forget);
    assert_eq!(retention.due(u32::MAX), []);
}

#[test]
fn a_job_without_records_is_over() {
    let mut retention = Retention::default();
    retention.add(JOB);
    assert_eq!(retention.judge(JOB, None, 7), Verdict::Forget);
    assert_eq!(retention.due(u32::MAX), []);
}

#[test]
fn a_job_that_goes_on_is_looked_at_after_its_earliest_end() {
    let mut retention = Retention::of([JOB]);
    let open = view(JobStatus::Open { until: 100 });
    assert_eq!(retention.judge(JOB, Some(&open), 20), Verdict::Keep);
    assert_eq!(retention.due(20 + RETENTION - 1), []);
    assert_eq!(retention.due(20 + RETENTION), [JOB]);
}
