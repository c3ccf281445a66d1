//! Time: moves that come too late, and a budget that several games share.

use crate::support::{
    player,
    programs::every_operator,
    run::Run,
    table::{table_at, Table, ALLOWANCE, BUDGET},
};
use assay_game::{
    Budget, Claim, Defence, Entry, Game, GameId, Move, MoveError, Party, Phase, Reason, Transcript,
};
use assay_protocol::{BlockNumber, IntervalIndex};
use proptest::prelude::*;

/// The defender's time counted block by block.
#[derive(Clone, Debug)]
struct Naive {
    now: BlockNumber,
    left: BlockNumber,
    waiting: Vec<Waiting>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    free_until: BlockNumber,
    late: bool,
}

impl Naive {
    fn tick(&mut self) {
        self.now += 1;
        let now = self.now;
        let mut over = self
            .waiting
            .iter_mut()
            .filter(|game| game.free_until < now)
            .peekable();
        if over.peek().is_none() {
            return;
        }
        match self.left {
            0 => over.for_each(|game| game.late = true),
            _ => self.left -= 1,
        }
    }

    fn advance(&mut self, now: BlockNumber) {
        while self.now < now {
            self.tick();
        }
    }

    /// The last block in which game `at` may be answered if nothing else happens.
    fn deadline(&self, at: usize) -> BlockNumber {
        let mut future = self.clone();
        while !future.waiting[at].late {
            future.tick();
        }
        future.now - 1
    }
}

/// What happens after some blocks.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A game begins to wait, with this allowance.
    Wait(BlockNumber),
    /// One that waits is answered, given up or found late.
    Leave(usize),
}

fn events() -> impl Strategy<Value = Vec<(BlockNumber, Event)>> {
    let event = prop_oneof![
        (0u32..40).prop_map(Event::Wait),
        any::<usize>().prop_map(Event::Leave),
    ];
    prop::collection::vec((0u32..25, event), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_budget_is_charged_as_block_by_block(budget in 0u32..120, events in events()) {
        let mut naive = Naive { now: 0, left: budget, waiting: Vec::new() };
        let mut defence = Defence::new(budget);
        for (blocks, event) in events {
            let now = naive.now + blocks;
            naive.advance(now);
            for (at, game) in naive.waiting.iter().enumerate() {
                prop_assert_eq!(now > defence.deadline(game.free_until), game.late);
                if !game.late {
                    prop_assert_eq!(defence.deadline(game.free_until), naive.deadline(at));
                }
            }
            match event {
                Event::Wait(allowance) if naive.waiting.len() < 16 => {
                    let free_until = now + allowance;
                    prop_assert!(defence.wait(now, free_until));
                    naive.waiting.push(Waiting { free_until, late: false });
                }
                Event::Wait(allowance) => prop_assert!(!defence.wait(now, now + allowance)),
                Event::Leave(which) => {
                    if let Some(at) = which.checked_rem(naive.waiting.len()) {
                        let game = naive.waiting.swap_remove(at);
                        defence.answered(now, game.free_until);
                    }
                }
            }
            prop_assert_eq!(defence.left(), naive.left);
        }
    }

    /// Games that are answered within their allowances, however many, change nothing for another.
    #[test]
    fn a_flood_answered_in_time_costs_nothing(
        budget in 0u32..200,
        late in 0u32..200,
        flood in prop::collection::vec((0u32..300, 0u32..=50), 0..100),
    ) {
        let (mut alone, mut flooded) = (Defence::new(budget), Defence::new(budget));
        prop_assert!(alone.wait(0, 50) && flooded.wait(0, 50));
        // The game itself is answered in this block, if it may be.
        let end = (50 + late).min(alone.deadline(50));
        let mut marks: Vec<_> = flood
            .iter()
            .flat_map(|&(at, taken)| [(at, None), (at + taken, Some(at + 50))])
            .filter(|(at, _)| *at <= end)
            .collect();
        marks.sort();
        let mut open = Vec::new();
        for (at, answered) in marks {
            match answered {
                None if open.len() < 15 => {
                    prop_assert!(flooded.wait(at, at + 50));
                    open.push(at + 50);
                }
                None => {}
                Some(free_until) => {
                    if let Some(which) = open.iter().position(|free| *free == free_until) {
                        open.swap_remove(which);
                        flooded.answered(at, free_until);
                    }
                }
            }
            prop_assert_eq!(flooded.deadline(50), alone.deadline(50));
        }
        alone.answered(end, 50);
        flooded.answered(end, 50);
        prop_assert_eq!(flooded.left(), alone.left());
    }

    /// Games that are open at the same time never give more time than one of them alone.
    #[test]
    fn a_flood_gives_no_time(budget in 0u32..200, others in prop::collection::vec(0u32..150, 0..15)) {
        let mut defence = Defence::new(budget);
        prop_assert!(defence.wait(0, 100));
        let alone = defence.deadline(100);
        for free_until in others {
            prop_assert!(defence.wait(0, free_until));
            prop_assert!(defence.deadline(100) <= alone);
        }
    }
}

#[test]
fn the_ends_of_block_numbers_do_not_wrap() {
    let mut defence = Defence::new(BlockNumber::MAX);
    assert!(defence.wait(BlockNumber::MAX - 1, BlockNumber::MAX));
    assert_eq!(defence.deadline(BlockNumber::MAX), BlockNumber::MAX);
    defence.answered(BlockNumber::MAX, BlockNumber::MAX);
    assert_eq!(defence.left(), BlockNumber::MAX);
    assert!(defence.wait(0, 5));
    assert_eq!(defence.deadline(5), BlockNumber::MAX);
    defence.answered(BlockNumber::MAX, 5);
    assert_eq!(defence.left(), 5);
}

/// The right move of a game, whoever is to move.
fn right_move(theirs: &Run, right: &Run, claim: &Claim, phase: &Phase) -> Move {
    match phase {
        Phase::Name(walk, shown) => {
            Move::Name(player::name(right, walk, shown).expect("a difference"))
        }
        phase => player::defend(theirs, claim, phase),
    }
}

#[test]
fn a_move_after_its_time_is_refused_though_nobody_claims_it() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_slot(1, 0);
    for rounds in 0..8 {
        let mut table = Table::new(theirs.claim(), Entry::Segment);
        for _ in 0..rounds {
            let mv = right_move(&theirs, &right, &table.claim, &table.game.phase);
            table.take(&mv, 0).unwrap();
        }
        let mv = right_move(&theirs, &right, &table.claim, &table.game.phase);
        let deadline = table.game.deadline(&table.defence);
        assert_eq!(deadline, ALLOWANCE + BUDGET);
        for late in [deadline + 1, deadline + 1_000, BlockNumber::MAX] {
            assert_eq!(table.take(&mv, late), Err(MoveError::Late));
        }
        let (game, mut defence) = (table.game.clone(), table.defence.clone());
        assert_eq!(
            game.time_out(&mut defence, deadline),
            Err(MoveError::NotLate)
        );
        assert_eq!(defence, table.defence);
        let verdict = game.time_out(&mut defence, deadline + 1).unwrap();
        assert_eq!(verdict.winner, game.mover().other());
        assert_eq!(verdict.reason, Reason::TimeOut);
        // The last block of its time is in time.
        assert_eq!(table.take(&mv, deadline), Ok(None));
    }
}

#[test]
fn each_side_pays_for_its_own_time_beyond_the_allowance() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_slot(1, 0);
    let is_name = |phase: &Phase| matches!(phase, Phase::Name(..));
    let mut table = table_at(&theirs, &right, is_name);
    let (challenger, left) = (table.game.clocks.challenger, table.defence.left());
    let mut now = 0;
    for (taken, pays) in [
        (ALLOWANCE, 0),
        (ALLOWANCE + 7, 7),
        (1, 0),
        (ALLOWANCE + 30, 30),
    ] {
        let before = (table.game.clocks.challenger, table.defence.left());
        let mover = table.game.mover();
        now += taken;
        let mv = right_move(&theirs, &right, &table.claim, &table.game.phase);
        table.take(&mv, now).unwrap();
        let after = (table.game.clocks.challenger, table.defence.left());
        match mover {
            Party::Challenger => assert_eq!(after, (before.0 - pays, before.1)),
            Party::Defender => assert_eq!(after, (before.0, before.1 - pays)),
        }
    }
    let paid = (challenger - table.game.clocks.challenger) + (left - table.defence.left());
    assert_eq!(paid, 37);
}

/// Games of one segment with one defence.
fn begin(claim: &Claim, interval: u32, defence: &mut Defence, now: u32) -> Result<Game, MoveError> {
    let transcript = Transcript::start(GameId([interval as u8; 32]));
    let budget = Budget {
        allowance: ALLOWANCE,
        challenger: BUDGET,
    };
    let entry = Entry::Interval(IntervalIndex(interval));
    Game::begin(claim, entry, transcript, budget, defence, now)
}

#[test]
fn games_of_one_segment_share_the_defenders_budget() {
    let world = every_operator();
    let claim = Run::honest(&world).claim();
    let mut defence = Defence::new(BUDGET);
    let first = begin(&claim, 0, &mut defence, 0).unwrap();
    let second = begin(&claim, 1, &mut defence, 50).unwrap();
    // The first is over its allowance from block 101 on, and so the second has less.
    assert_eq!(first.deadline(&defence), ALLOWANCE + BUDGET);
    assert_eq!(second.deadline(&defence), ALLOWANCE + BUDGET);
    first.abandon(&mut defence, 300);
    assert_eq!(defence.left(), BUDGET - 200);
    assert_eq!(second.deadline(&defence), 300 + BUDGET - 200);
    let verdict = second.time_out(&mut defence, 1_101).unwrap();
    assert_eq!(verdict.winner, Party::Challenger);
    assert_eq!(defence.left(), 0);
    // With nothing left every turn still has its allowance.
    let third = begin(&claim, 2, &mut defence, 2_000).unwrap();
    assert_eq!(third.deadline(&defence), 2_000 + ALLOWANCE);
}

#[test]
fn no_more_games_begin_than_can_wait() {
    let world = every_operator();
    let claim = Run::honest(&world).claim();
    let mut defence = Defence::new(BUDGET);
    let games: Vec<_> = (0..16)
        .map(|game| begin(&claim, game % 3, &mut defence, 0).unwrap())
        .collect();
    assert_eq!(
        begin(&claim, 0, &mut defence, 0),
        Err(MoveError::TooManyGames)
    );
    games[7].abandon(&mut defence, 0);
    assert!(begin(&claim, 0, &mut defence, 0).is_ok());
}

#[test]
fn an_interval_that_is_not_there_cannot_be_challenged() {
    let world = every_operator();
    let claim = Run::honest(&world).claim();
    let mut defence = Defence::new(BUDGET);
    let untouched = defence.clone();
    for interval in [3, 4, u32::MAX] {
        assert_eq!(
            begin(&claim, interval, &mut defence, 0),
            Err(MoveError::NoSuchInterval { intervals: 3 })
        );
    }
    assert_eq!(defence, untouched);
}

#[test]
fn a_challenger_that_stops_loses() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_slot(1, 0);
    let mut table = table_at(&theirs, &right, |phase| matches!(phase, Phase::Name(..)));
    let verdict = table.wait();
    assert_eq!(
        (verdict.winner, verdict.reason),
        (Party::Defender, Reason::TimeOut)
    );
}
