//! What a verifier does about a committed segment.

use assay_client::Account;
use assay_game::{DisputeView, Entry, GameId, Party, Reason, Standing, Verdict};
use assay_protocol::{BlockNumber, JobId, SegmentIndex};
use assay_worker::verify::decide::{
    decide, disputed, Decision, Disputed, Finding, Seen, LAST_CALL,
};

const JOB: JobId = JobId(1);
const SEGMENT: SegmentIndex = SegmentIndex(2);

fn seen() -> Seen {
    Seen {
        now: 10,
        window_end: 40,
        finalised: false,
        chosen: true,
        disputed: Disputed::No,
        finding: Finding::None,
    }
}

#[test]
fn a_chosen_segment_is_checked_as_soon_as_any_block_has_it() {
    assert_eq!(decide(&seen()), Decision::Check);
    let left_out = Seen {
        chosen: false,
        ..seen()
    };
    assert_eq!(decide(&left_out), Decision::Nothing);
    let missed = Seen { now: 40, ..seen() };
    assert_eq!(decide(&missed), Decision::Nothing, "nothing opens any more");
}

#[test]
fn what_is_right_is_left_alone() {
    for finalised in [false, true] {
        let seen = Seen {
            finding: Finding::Right,
            finalised,
            ..seen()
        };
        assert_eq!(decide(&seen), Decision::Nothing);
    }
}

#[test]
fn a_wrong_commitment_is_challenged_once_it_is_final_or_time_runs_out() {
    let wrong = Seen {
        finding: Finding::Wrong,
        ..seen()
    };
    assert_eq!(decide(&wrong), Decision::Nothing, "it may be taken back");
    let finalised = Seen {
        finalised: true,
        ..wrong
    };
    assert_eq!(decide(&finalised), Decision::Challenge);
    let late = |now| decide(&Seen { now, ..wrong });
    assert_eq!(late(40 - LAST_CALL - 1), Decision::Nothing);
    assert_eq!(late(40 - LAST_CALL), Decision::Challenge);
    assert_eq!(late(40), Decision::Nothing);
}

#[test]
fn one_game_is_enough_and_a_lost_one_is_not_repeated() {
    let wrong = Seen {
        finding: Finding::Wrong,
        finalised: true,
        ..seen()
    };
    for disputed in [Disputed::Open, Disputed::Lost] {
        assert_eq!(decide(&Seen { disputed, ..wrong }), Decision::Nothing);
    }
}

#[test]
fn a_game_under_way_needs_its_execution_whatever_was_chosen() {
    let after_a_loss_of_the_journal = Seen {
        now: 100,
        chosen: false,
        disputed: Disputed::Open,
        ..seen()
    };
    assert_eq!(decide(&after_a_loss_of_the_journal), Decision::Check);
}

fn view(segment: SegmentIndex, standing: Standing) -> DisputeView<Account> {
    DisputeView {
        game: GameId([1; 32]),
        number: 0,
        job: JOB,
        segment,
        entry: Entry::Segment,
        defender: Account([2; 32]),
        challenger: Account([3; 32]),
        bond: 100,
        share: None,
        standing,
    }
}

fn ended(winner: Party, at: BlockNumber) -> Standing {
    let reason = Reason::TimeOut;
    let verdict = Verdict { winner, reason };
    Standing::Ended { verdict, at }
}

#[test]
fn games_are_told_by_the_commitment_that_they_are_about() {
    let judge = |views: &[DisputeView<Account>]| disputed(views, JOB, SEGMENT, 20);
    let of = |standing| view(SEGMENT, standing);
    assert_eq!(judge(&[]), Disputed::No);
    assert_eq!(judge(&[of(Standing::Queued)]), Disputed::Open);
    assert_eq!(judge(&[of(ended(Party::Defender, 25))]), Disputed::Lost);
    let earlier = [
        of(ended(Party::Defender, 19)),
        of(ended(Party::Challenger, 19)),
        of(Standing::Moot { at: 19 }),
        view(SegmentIndex(3), Standing::Queued),
    ];
    assert_eq!(judge(&earlier), Disputed::No);
}
