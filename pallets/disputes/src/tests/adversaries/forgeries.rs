//! Providers whose trees cannot be opened: whatever they show, their time runs out.

use assay_commitment::{tensor_root, tile_hashes, tree_root, Hash, Sha3};
use assay_game::{Move, PhaseName};
use assay_numerics::{Dims, Tensor, TensorType};

use crate::{
    tests::real::{
        convict, custom, every_operator, found, many_tiles, Found, Played, Player, Tale, STEPS,
    },
    Error,
};

/// The node that gives the next weight: 70 x 35, six tiles.
const WEIGHT: u32 = 21;

fn flip(output: &mut Tensor) {
    output.words_mut()[0] ^= 1;
}

/// The truth, but for one element of the weight after the last step.
fn wrong_weight() -> Tale {
    Tale::with_output(every_operator(), STEPS - 1, WEIGHT, flip)
}

/// A provider that claims for the weight after the last step what `forge` makes of its type and its tiles' hashes.
fn claims(forge: impl FnOnce(TensorType, Vec<Hash>) -> Hash) -> Played {
    let tale = Tale::altered(every_operator(), STEPS - 1, |_| {});
    let weight = tale.last_output(WEIGHT);
    let root = forge(weight.ty(), tile_hashes::<Sha3>(weight));
    convict(
        every_operator(),
        tale.claim_root(WEIGHT, root),
        Player::defending,
    )
}

/// Checks that the tiles of the node in dispute could not be opened for this reason.
fn assert_stuck(played: &Played, error: Error<crate::mock::Test>) {
    assert_eq!(found(played.verdict), Found::Silence);
    assert_eq!(played.phases.last(), Some(&PhaseName::OpenTiles));
    assert_eq!(played.refused, Some(custom(error)));
}

#[test]
fn garbage_in_the_padding_of_a_tensor_loses() {
    let played = claims(|ty, mut tiles| {
        assert_eq!(tiles.len(), 6);
        tiles.extend([[7; 32]; 2]);
        tensor_root::<Sha3>(ty, tree_root::<Sha3>(&tiles)).0
    });
    assert_stuck(&played, Error::LeafMismatch);
}

#[test]
fn other_dimensions_with_the_same_tiles_lose() {
    let played = claims(|ty, tiles| {
        let turned = TensorType::f32(Dims::matrix(ty.dims.cols(), ty.dims.rows()).unwrap());
        tensor_root::<Sha3>(turned, tree_root::<Sha3>(&tiles)).0
    });
    assert_stuck(&played, Error::LeafMismatch);
}

#[test]
fn another_element_type_with_the_same_tiles_loses() {
    let played = claims(|ty, tiles| {
        let integers = TensorType::u32(ty.dims);
        tensor_root::<Sha3>(integers, tree_root::<Sha3>(&tiles)).0
    });
    assert_stuck(&played, Error::LeafMismatch);
}

#[test]
fn a_root_of_nothing_loses() {
    assert_stuck(&claims(|_, _| [7; 32]), Error::LeafMismatch);
}

#[test]
fn padding_cannot_be_shown() {
    let show_more = |mv: &mut Move| {
        if let Move::OpenTiles(mv) = mv {
            mv.top.try_push([0; 32]).unwrap();
        }
    };
    let played = convict(every_operator(), wrong_weight(), |tale| {
        Player::defending(tale).with(PhaseName::OpenTiles, show_more)
    });
    assert_stuck(&played, Error::RevealCount);
}

#[test]
fn children_that_do_not_make_their_parent_lose() {
    // 96 tiles: the opening shows pairs of them, the reveal after it a pair's halves.
    let job = many_tiles();
    let mut tale = Tale::with_output(job, STEPS - 1, 1, flip);
    tale.false_tiles = true;
    let played = convict(job, tale, Player::defending);
    assert_eq!(found(played.verdict), Found::Silence);
    assert_eq!(played.phases.last(), Some(&PhaseName::Reveal));
    assert_eq!(played.refused, Some(custom(Error::RevealMismatch)));
}

#[test]
fn a_top_that_does_not_make_its_root_loses() {
    let mut tale = wrong_weight();
    tale.false_tiles = true;
    let played = convict(every_operator(), tale, Player::defending);
    assert_stuck(&played, Error::LeafMismatch);
}
