//! Changed moves in every phase of games.

use crate::{
    hostile::Hostile,
    memory::most_of,
    opening::opening,
    random::random_node,
    support::{
        player,
        programs::{every_operator, many_tiles, World},
        run::{Fault, Run},
        synthetic,
        table::Table,
        Rng,
    },
};
use assay_commitment::Sha3;
use assay_game::{Claim, Defence, Entry, Game, Move, MoveError, Outcome, Phase};
use bolero::check;
use codec::{DecodeAll, Encode};
use std::sync::OnceLock;

/// Most memory for the judgement of a move; the move itself and the game are counted apart.
pub const REFEREE_MEMORY: usize = 256 << 10;

/// A game before one of its moves, and that move.
struct Position {
    claim: Claim,
    defence: Defence,
    game: Game,
    right: Move,
}

/// Every position of a game about a wrong execution.
fn positions_of(world: &World, wrong: impl for<'w> Fn(&Run<'w>) -> Run<'w>) -> Vec<Position> {
    let right = Run::honest(world);
    let theirs = wrong(&right);
    let mut table = Table::new(theirs.claim(), Entry::Segment);
    let mut positions = Vec::new();
    loop {
        let mv = match &table.game.phase {
            Phase::Name(walk, shown) => {
                Move::Name(player::name(&right, walk, shown).expect("a difference"))
            }
            phase => player::defend(&theirs, &table.claim, phase),
        };
        positions.push(Position {
            claim: table.claim.clone(),
            defence: table.defence.clone(),
            game: table.game.clone(),
            right: mv.clone(),
        });
        if table.take(&mv, 0).expect("the right move").is_some() {
            return positions;
        }
    }
}

/// Games that end in a proof of each kind, with few and many tiles and blocks, and in a slot.
fn positions() -> &'static [Position] {
    static POSITIONS: OnceLock<Vec<Position>> = OnceLock::new();
    POSITIONS.get_or_init(|| {
        let (all, tiles) = (every_operator(), many_tiles());
        let fault = |node, tile, block| Fault {
            step: 3,
            node,
            tile,
            block,
            register: 1,
        };
        let mut positions = positions_of(&all, |run| run.with_slot(3, 1));
        positions.extend(positions_of(&tiles, |run| run.with_fault(fault(1, 95, 0))));
        for node in 0..all.commit() {
            let tile = all.program.nodes[node as usize].output.dims.tiles() - 1;
            positions.extend(positions_of(&all, |run| {
                let at = run.context(3, node, tile).at;
                let blocks = run.node(node).operation().blocks(at);
                run.with_fault(fault(node, tile, blocks / 2))
            }));
        }
        positions
    })
}

/// The game's answer, within the declared memory.
fn take(position: &Position, mv: &Move) -> Result<Outcome, MoveError> {
    let (game, mut defence) = (position.game.clone(), position.defence.clone());
    let (outcome, most) = most_of(|| game.next::<Sha3>(&position.claim, &mut defence, mv, 0));
    assert!(most <= REFEREE_MEMORY, "{most} bytes to judge {mv:?}");
    if outcome.is_err() {
        assert_eq!(defence, position.defence);
    }
    outcome
}

/// A challenger may name any node shown. A defender has one move, but where it opens a tree of which only the last leaf
/// is known: there it has one for each execution that ends so.
fn check_move(position: &Position, mv: &Move) {
    let outcome = take(position, mv);
    let is_right = *mv == position.right;
    match (&position.game.phase, mv) {
        (Phase::Name(_, shown), Move::Name(at)) => {
            assert_eq!(outcome.is_ok(), usize::from(*at) < shown.len());
        }
        (Phase::OpenSteps(_) | Phase::OpenOperators(_) | Phase::OpenFold(_), _) => {
            assert!(outcome.is_ok() || !is_right, "{mv:?}");
        }
        _ => assert_eq!(outcome.is_ok(), is_right, "{mv:?}"),
    }
}

fn pick(number: u16) -> &'static Position {
    let positions = positions();
    &positions[usize::from(number) % positions.len()]
}

#[test]
fn a_changed_move_is_refused() {
    check!()
        .with_type::<(u16, Hostile)>()
        .with_iterations(8_000)
        .for_each(|(number, hostile)| {
            let position = pick(*number);
            let bytes = hostile.bytes(&[position.right.encode()]);
            if let Ok(mv) = Move::decode_all(&mut &bytes[..]) {
                check_move(position, &mv);
            }
        });
}

#[test]
fn a_move_of_another_position_is_refused() {
    check!()
        .with_type::<(u16, u16)>()
        .with_iterations(4_000)
        .for_each(|(one, another)| check_move(pick(*one), &pick(*another).right));
}

/// A buyer may have had any bytes accepted as nodes.
#[test]
fn any_bytes_as_a_node_are_judged() {
    check!()
        .with_type::<(u64, Option<Hostile>)>()
        .with_iterations(8_000)
        .for_each(|(seed, hostile)| judge_node(&mut Rng(*seed), hostile.as_ref()));
}

/// Judges a node, or what became of it.
fn judge_node(rng: &mut Rng, hostile: Option<&Hostile>) {
    let right = random_node(rng).encode();
    let bytes = match hostile {
        Some(hostile) => hostile.bytes(&[right]),
        None => right,
    };
    let Some((claim, phase, mv)) = opening(&bytes, rng) else {
        return;
    };
    let (game, mut defence) = synthetic::game_at(&claim, phase);
    let (outcome, most) = most_of(|| game.next::<Sha3>(&claim, &mut defence, &mv, 0));
    assert!(most <= REFEREE_MEMORY, "{most} bytes to judge a node");
    assert!(matches!(
        outcome,
        Ok(Outcome::Game(_)) | Err(MoveError::IllFormedNode)
    ));
}
