//! Trees and paths against the recursive definition, for honest and altered paths.

use crate::plain;
use assay_commitment::{
    fold_path, padding, tree_height, tree_root, Hash, NoSuchLeaf, PathError, Sha3, Tree,
    TreeBuilder,
};
use proptest::prelude::*;

fn leaves() -> impl Strategy<Value = Vec<Hash>> {
    prop_oneof![1..12usize, 1..70usize]
        .prop_flat_map(|count| prop::collection::vec(any::<Hash>(), count))
}

/// Leaves and the number of one of them.
fn leaf_of() -> impl Strategy<Value = (Vec<Hash>, usize)> {
    leaves()
        .prop_flat_map(|leaves| (0..leaves.len()).prop_map(move |index| (leaves.clone(), index)))
}

fn fold(leaves: &[Hash], index: usize, path: &[Hash]) -> Result<Hash, PathError> {
    fold_path::<Sha3>(leaves[index], index as u64, leaves.len() as u64, path)
}

proptest! {
    #[test]
    fn every_way_gives_the_defined_root(leaves in leaves()) {
        let root = plain::tree(&leaves);
        prop_assert_eq!(tree_root::<Sha3>(&leaves), root);
        let tree = Tree::new::<Sha3>(leaves.clone());
        prop_assert_eq!(tree.root(), root);
        prop_assert_eq!(tree.leaves(), leaves);
    }

    #[test]
    fn honest_paths_lead_to_the_root((leaves, index) in leaf_of()) {
        let path = Tree::new::<Sha3>(leaves.clone()).path(index as u64).unwrap();
        prop_assert_eq!(path.len() as u32, plain::height(leaves.len()));
        prop_assert_eq!(fold(&leaves, index, &path), Ok(plain::tree(&leaves)));
    }

    #[test]
    fn an_altered_byte_leads_elsewhere((leaves, index) in leaf_of(), at: prop::sample::Index, mask in 1u8..) {
        let tree = Tree::new::<Sha3>(leaves.clone());
        let mut path = tree.path(index as u64).unwrap();
        let mut bytes: Vec<&mut u8> = path.iter_mut().flatten().collect();
        prop_assume!(!bytes.is_empty());
        **at.get_mut(&mut bytes) ^= mask;
        prop_assert_ne!(fold(&leaves, index, &path), Ok(tree.root()));
    }

    #[test]
    fn another_leaf_or_index_leads_elsewhere((leaves, index) in leaf_of(), other: prop::sample::Index) {
        let tree = Tree::new::<Sha3>(leaves.clone());
        let path = tree.path(index as u64).unwrap();
        let other = other.index(leaves.len());
        prop_assume!(other != index);
        let (count, root) = (leaves.len() as u64, Ok(tree.root()));
        prop_assert_ne!(fold_path::<Sha3>(leaves[index], other as u64, count, &path), root);
        prop_assert_ne!(fold_path::<Sha3>(leaves[other], index as u64, count, &path), root);
    }

    #[test]
    fn a_path_of_another_height_is_refused((leaves, index) in leaf_of(), length in 0..12usize) {
        let height = plain::height(leaves.len());
        prop_assume!(length != height as usize);
        let error = PathError::WrongHeight { expected: height, found: length as u64 };
        prop_assert_eq!(fold(&leaves, index, &vec![[7; 32]; length]), Err(error));
    }

    #[test]
    fn an_index_past_the_end_is_refused(count in any::<u64>(), beyond in any::<u64>()) {
        let index = count.saturating_add(beyond);
        let error = PathError::NoSuchLeaf { index, count };
        prop_assert_eq!(fold_path::<Sha3>([1; 32], index, count, &[]), Err(error));
    }

    #[test]
    fn garbage_in_the_padding_is_refused((leaves, index) in leaf_of(), garbage: Hash) {
        // A tree whose padding holds something: its root is not the defined one, and no path to it folds.
        let height = plain::height(leaves.len());
        let mut padded = leaves.clone();
        padded.resize(1 << height, garbage);
        prop_assume!(padded.len() > leaves.len() && garbage != [0; 32]);
        let path = Tree::new::<Sha3>(padded.clone()).path(index as u64).unwrap();
        let has_padding = (0..height).any(|h| (index >> h) ^ 1 > (leaves.len() - 1) >> h);
        let result = fold(&leaves, index, &path);
        prop_assert_ne!(result, Ok(plain::tree(&leaves)));
        prop_assert_eq!(matches!(result, Err(PathError::BadPadding { .. })), has_padding);
    }

    #[test]
    fn an_update_is_a_new_tree((mut leaves, index) in leaf_of(), leaf: Hash) {
        let mut tree = Tree::new::<Sha3>(leaves.clone());
        tree.update::<Sha3>(index as u64, leaf).unwrap();
        leaves[index] = leaf;
        prop_assert_eq!(tree, Tree::new::<Sha3>(leaves));
    }

    #[test]
    fn any_path_folds_or_is_refused(leaf: Hash, index: u64, count: u64, path in prop::collection::vec(any::<Hash>(), 0..66)) {
        let _ = fold_path::<Sha3>(leaf, index, count, &path);
    }
}

#[test]
fn heights() {
    let golden = [
        (0, 0),
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 2),
        (5, 3),
        (1 << 24, 24),
        ((1 << 24) + 1, 25),
        (u64::MAX, 64),
    ];
    for (count, height) in golden {
        assert_eq!(tree_height(count), height, "{count}");
    }
}

#[test]
fn the_largest_tree_folds() {
    let zeros: Vec<Hash> = (0..64).map(padding::<Sha3>).collect();
    let first = fold_path::<Sha3>([0; 32], 0, u64::MAX, &zeros);
    let last = fold_path::<Sha3>([0; 32], u64::MAX - 1, u64::MAX, &zeros);
    assert_eq!(
        (first, last),
        (Ok(padding::<Sha3>(64)), Ok(padding::<Sha3>(64)))
    );
}

#[test]
fn padding_is_named_by_its_height() {
    // Five leaves: the last has padding beside it at heights 0 and 1.
    let leaves = [[5; 32]; 5];
    let good = Tree::new::<Sha3>(leaves.to_vec()).path(4).unwrap();
    assert_eq!(good[..2], [padding::<Sha3>(0), padding::<Sha3>(1)]);
    for height in 0..2 {
        let mut path = good.clone();
        path[height] = [9; 32];
        assert_eq!(
            fold(&leaves, 4, &path),
            Err(PathError::BadPadding {
                height: height as u32
            })
        );
    }
}

#[test]
fn leaves_that_are_not_there() {
    let mut tree = Tree::new::<Sha3>(vec![[1; 32]; 3]);
    let error = NoSuchLeaf { index: 3, count: 3 };
    assert_eq!(tree.path(3), Err(error));
    assert_eq!(tree.update::<Sha3>(3, [0; 32]), Err(error));
    assert_eq!(
        Tree::new::<Sha3>(vec![]).path(0),
        Err(NoSuchLeaf { index: 0, count: 0 })
    );
}

#[test]
fn a_builder_has_a_root_at_every_length() {
    let mut builder = TreeBuilder::<Sha3>::new();
    let mut leaves = Vec::new();
    for i in 0..130u8 {
        assert_eq!(builder.root(), plain::tree(&leaves));
        assert_eq!(builder.count(), u64::from(i));
        builder.push([i; 32]);
        leaves.push([i; 32]);
    }
}
