//! Providers that prove with something else than the block reads: nothing of it is taken, and their time runs out.

use assay_game::{Move, PhaseName, Proof, Register};
use assay_numerics::Tensor;

use crate::{
    mock::Test,
    tests::real::{convict, custom, every_operator, found, Found, Player, Tale, STEPS},
    Error,
};

/// The gradient: a product of the batch's and the activations' tiles, in two blocks. The second is in dispute.
const GRADIENT: u32 = 20;

/// Checks that a proof with this change is refused for this reason.
fn refused(edit: impl Fn(&mut Proof) + Copy + 'static, error: Error<Test>) {
    let flip = |output: &mut Tensor| output.words_mut()[0] ^= 1;
    let tale = Tale::with_output(every_operator(), STEPS - 1, GRADIENT, flip);
    let edit = move |mv: &mut Move| match mv {
        Move::Prove(proof) => edit(proof),
        other => panic!("not a proof: {other:?}"),
    };
    let played = convict(every_operator(), tale, |tale| {
        Player::defending(tale).with(PhaseName::Prove, edit)
    });
    assert_eq!(found(played.verdict), Found::Silence);
    assert_eq!(played.phases.last(), Some(&PhaseName::Prove));
    assert_eq!(played.refused, Some(custom(error)));
}

fn first_word(register: &mut Register) -> &mut u32 {
    match register {
        Register::Words(words) => &mut words[0],
        Register::Untouched(_) => panic!("the last block touches every register"),
    }
}

#[test]
fn a_wrong_path_is_refused() {
    refused(|p| p.sources[0].tile_path[0][0] ^= 1, Error::WrongRoot);
    refused(|p| p.sources[1].tensor_path[4][0] ^= 1, Error::WrongRoot);
    refused(|p| p.before[0][0] ^= 1, Error::WrongRoot);
}

#[test]
fn a_path_of_another_place_is_refused() {
    let exchange_tensors = |p: &mut Proof| {
        let other = p.sources[1].tensor_path.clone();
        p.sources[0].tensor_path = other;
    };
    refused(exchange_tensors, Error::WrongRoot);
    let exchange_tiles = |p: &mut Proof| {
        let other = p.sources[1].tile_path.clone();
        p.sources[0].tile_path = other;
    };
    refused(exchange_tiles, Error::BadPath);
}

#[test]
fn a_path_too_long_or_too_short_is_refused() {
    let longer = |p: &mut Proof| p.sources[0].tile_path.try_push([0; 32]).unwrap();
    refused(longer, Error::BadPath);
    let shorter = |p: &mut Proof| p.sources[1].tensor_path.truncate(4);
    refused(shorter, Error::BadPath);
    refused(|p| p.before.truncate(0), Error::BadPath);
}

#[test]
fn other_tiles_than_the_block_reads_are_refused() {
    let exchange = |p: &mut Proof| {
        let other = p.sources[1].words.clone();
        p.sources[0].words = other;
    };
    refused(exchange, Error::WrongRoot);
    refused(|p| p.sources[0].words[0] ^= 1, Error::WrongRoot);
    refused(|p| p.sources[0].words[0] = 0x7fc0_0001, Error::Tile);
    refused(|p| p.sources[0].words.truncate(255), Error::Tile);
}

#[test]
fn more_or_fewer_tiles_than_the_block_reads_are_refused() {
    refused(|p| p.sources.truncate(1), Error::Sources);
    refused(|p| p.index = Some(p.sources[0].clone()), Error::Sources);
}

#[test]
fn another_accumulator_is_refused() {
    refused(|p| *first_word(&mut p.registers[0]) ^= 1, Error::WrongRoot);
    refused(|p| p.registers.truncate(1), Error::Registers);
    let hide = |p: &mut Proof| p.registers[0] = Register::Untouched([0; 32]);
    refused(hide, Error::Registers);
}
