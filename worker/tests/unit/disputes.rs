//! What a party to a dispute does: when it thinks, what it sends and when again, on a chain that forgets and turns back.

use assay_client::Account;
use assay_game::{
    DisputeView, Entry, GameId, Party, PhaseName, Reason, Share, Standing, Transcript, Verdict,
};
use assay_protocol::{BlockNumber, IntervalIndex, JobId, SegmentIndex};
use assay_worker::dispute::decide::{
    concerns, decide, Answer, Decision, Have, Message, Seen, Sent, Turn, RESEND,
};

use Party::{Challenger, Defender};

fn view(standing: Standing) -> DisputeView<Account> {
    DisputeView {
        game: GameId([1; 32]),
        number: 0,
        job: JobId(1),
        segment: SegmentIndex(2),
        entry: Entry::Interval(IntervalIndex(0)),
        defender: Account([2; 32]),
        challenger: Account([3; 32]),
        bond: 100,
        share: None,
        standing,
    }
}

fn running(mover: Party, round: u32, deadline: BlockNumber) -> DisputeView<Account> {
    view(Standing::Running {
        interval: Some(IntervalIndex(0)),
        phase: PhaseName::Enter,
        mover,
        deadline,
        round,
    })
}

fn ended(winner: Party, at: BlockNumber) -> DisputeView<Account> {
    let reason = Reason::TimeOut;
    let verdict = Verdict { winner, reason };
    view(Standing::Ended { verdict, at })
}

fn turn(round: u32, history: u8) -> Turn {
    Turn {
        round,
        transcript: Transcript([history; 32]),
    }
}

fn seen(us: Party, best: &DisputeView<Account>, now: BlockNumber, turn: Option<Turn>) -> Seen<'_> {
    Seen {
        us,
        block: now,
        now,
        best,
        finalised: Some(best),
        turn,
        retention: 50,
    }
}

fn have(answer: Answer) -> Have {
    Have { answer, sent: None }
}

fn sent(what: Message, block: BlockNumber) -> Have {
    Have {
        answer: Answer::Ready,
        sent: Some(Sent { what, block }),
    }
}

#[test]
fn a_turn_is_thought_about_once_and_then_answered() {
    let game = running(Defender, 4, 30);
    let turn = turn(4, 1);
    let seen = seen(Defender, &game, 10, Some(turn));
    let deadline = 30;
    let think = Decision::Think { turn, deadline };
    assert_eq!(decide(&seen, &have(Answer::Missing)), think);
    assert_eq!(decide(&seen, &have(Answer::Pending)), Decision::Wait);
    let answered = decide(&seen, &have(Answer::Ready));
    assert_eq!(answered, Decision::Send(Message::Move(turn)));
}

#[test]
fn a_move_without_effect_is_sent_again_every_few_blocks() {
    let game = running(Challenger, 5, 100);
    let turn = turn(5, 1);
    let message = Message::Move(turn);
    let times: Vec<_> = (0..10)
        .scan(Have::default(), |state, block| {
            state.answer = Answer::Ready;
            let seen = seen(Challenger, &game, block, Some(turn));
            state.update(&seen);
            let decision = decide(&seen, state);
            let sends = decision == Decision::Send(message);
            if sends {
                let what = message;
                state.sent = Some(Sent { what, block });
            }
            Some(sends.then_some(block))
        })
        .flatten()
        .collect();
    assert_eq!(times, [0, RESEND, 2 * RESEND, 3 * RESEND]);
}

#[test]
fn a_move_that_a_reorganisation_takes_back_is_sent_again_at_once() {
    let (ours, theirs) = (running(Defender, 4, 30), running(Challenger, 5, 40));
    let turn = turn(4, 1);
    let mut state = sent(Message::Move(turn), 10);
    let moved = seen(Defender, &theirs, 11, None);
    state.update(&moved);
    assert_eq!(decide(&moved, &state), Decision::Wait);
    let back = seen(Defender, &ours, 12, Some(turn));
    state.update(&back);
    assert_eq!(
        decide(&back, &state),
        Decision::Send(Message::Move(turn)),
        "not only {RESEND} blocks after the first time"
    );
}

#[test]
fn another_history_of_the_same_round_is_another_turn() {
    let game = running(Defender, 4, 30);
    let (old, new) = (turn(4, 1), turn(4, 2));
    let mut state = sent(Message::Move(old), 10);
    let seen = seen(Defender, &game, 11, Some(new));
    state.update(&seen);
    assert_eq!(state.sent, None);
    assert_eq!(
        decide(&seen, &state),
        Decision::Send(Message::Move(new)),
        "the answer to this turn is at hand"
    );
}

#[test]
fn a_fork_of_smaller_numbers_has_heard_nothing() {
    let game = running(Defender, 4, 30);
    let turn = turn(4, 1);
    let state = sent(Message::Move(turn), 20);
    let seen = seen(Defender, &game, 19, Some(turn));
    assert_eq!(decide(&seen, &state), Decision::Send(Message::Move(turn)));
}

#[test]
fn a_late_move_is_neither_computed_nor_sent() {
    let game = running(Defender, 4, 30);
    for answer in [Answer::Missing, Answer::Ready] {
        let at = |now| {
            let seen = seen(Defender, &game, now, Some(turn(4, 1)));
            decide(&seen, &have(answer))
        };
        assert_ne!(at(30), Decision::Wait, "the deadline is the last block");
        assert_eq!(at(31), Decision::Wait);
    }
}

#[test]
fn the_other_sides_time_is_claimed_once_it_has_run_out() {
    for us in [Defender, Challenger] {
        let game = running(us.other(), 7, 30);
        let at = |now, have| decide(&seen(us, &game, now, None), &have);
        assert_eq!(at(30, Have::default()), Decision::Wait);
        let claim = Message::TimeOut { round: 7 };
        assert_eq!(at(31, Have::default()), Decision::Send(claim));
        assert_eq!(at(32, sent(claim, 31)), Decision::Wait);
        assert_eq!(at(31 + RESEND, sent(claim, 31)), Decision::Send(claim));
    }
}

#[test]
fn a_waiting_game_is_started_by_its_challenger_alone() {
    let game = view(Standing::Queued);
    let decide_for = |us| decide(&seen(us, &game, 10, None), &Have::default());
    assert_eq!(decide_for(Defender), Decision::Wait);
    assert_eq!(decide_for(Challenger), Decision::Send(Message::Start));
    let again = decide(
        &seen(Challenger, &game, 20, None),
        &sent(Message::Start, 10),
    );
    assert_eq!(again, Decision::Wait, "it is asked for rarely");
}

#[test]
fn money_waits_for_finality() {
    let won = ended(Challenger, 20);
    let still_open = running(Defender, 9, 30);
    for finalised in [None, Some(&still_open)] {
        let seen = Seen {
            finalised,
            ..seen(Challenger, &won, 21, None)
        };
        assert_eq!(decide(&seen, &Have::default()), Decision::Wait);
    }
    let decision = decide(&seen(Challenger, &won, 22, None), &Have::default());
    assert_eq!(decision, Decision::Send(Message::Pull));
}

#[test]
fn a_winning_challenger_gets_bond_share_and_deposit() {
    let mut game = ended(Challenger, 20);
    let share = |held_until| {
        Some(Share {
            slash: 7,
            held_until,
        })
    };
    let at = |game: &DisputeView<Account>, now| {
        decide(&seen(Challenger, game, now, None), &Have::default())
    };
    game.share = share(Some(60));
    assert_eq!(at(&game, 21), Decision::Send(Message::Pull), "the bond");
    game.bond = 0;
    assert_eq!(at(&game, 59), Decision::Wait, "the slash is held");
    assert_eq!(at(&game, 60), Decision::Send(Message::Settle { slash: 7 }));
    game.share = share(None);
    assert_eq!(at(&game, 61), Decision::Send(Message::Pull), "the share");
    game.share = None;
    assert_eq!(at(&game, 69), Decision::Wait, "the record is retained");
    assert_eq!(at(&game, 70), Decision::Send(Message::CleanUp));
}

#[test]
fn a_moot_challenger_gets_its_bond_and_a_losing_one_settles() {
    for game in [view(Standing::Moot { at: 20 }), ended(Defender, 20)] {
        let decision = decide(&seen(Challenger, &game, 21, None), &Have::default());
        assert_eq!(decision, Decision::Send(Message::Pull), "{game:?}");
    }
}

#[test]
fn a_defender_pulls_what_it_has_won_and_is_done() {
    let (mut won, lost) = (ended(Defender, 20), ended(Challenger, 20));
    let at =
        |game: &DisputeView<Account>| decide(&seen(Defender, game, 21, None), &Have::default());
    assert!(concerns(Defender, &won));
    assert_eq!(at(&won), Decision::Send(Message::Pull));
    won.bond = 0;
    for over in [won, lost, view(Standing::Moot { at: 20 })] {
        assert_eq!(at(&over), Decision::Forget);
        assert!(!concerns(Defender, &over), "it is not even looked at");
    }
}

/// A chain that plays its part of one game of `rounds` turns, and loses and takes back what a generator says.
struct Table {
    round: u32,
    history: u8,
    random: u64,
}

impl Table {
    fn chance(&mut self, one_in: u64) -> bool {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33).is_multiple_of(one_in)
    }

    fn turn(&self) -> Turn {
        turn(self.round, self.history)
    }
}

/// However often messages are lost, blocks are taken back and the party is killed, it answers every turn.
#[test]
fn every_turn_is_answered_in_the_end() {
    for seed in 0..200 {
        let mut table = Table {
            round: 0,
            history: 0,
            random: seed,
        };
        let (mut answers, mut state) = (Vec::new(), Have::default());
        let mut block = 0;
        while table.round < 20 {
            block += 1;
            assert!(block < 1_000, "the game stands still with seed {seed}");
            if table.chance(10) {
                // Killed: it comes back with nothing.
                (answers, state) = (Vec::new(), Have::default());
            }
            if table.chance(12) && table.round > 0 {
                // The last two moves are taken back, and made again in another way.
                table.round -= 2;
                table.history = table.history.wrapping_add(1);
            }
            let game = running(Defender, table.round, block + 10);
            let seen = seen(Defender, &game, block, Some(table.turn()));
            state.answer = match answers.contains(&table.turn()) {
                true => Answer::Ready,
                false => Answer::Missing,
            };
            state.update(&seen);
            match decide(&seen, &state) {
                Decision::Think { turn, .. } => answers.push(turn),
                Decision::Send(what) => {
                    assert_eq!(what, Message::Move(table.turn()));
                    state.sent = Some(Sent { what, block });
                    if !table.chance(3) {
                        table.round += 2;
                    }
                }
                Decision::Wait => {}
                Decision::Forget => panic!("the game is not over"),
            }
        }
    }
}
