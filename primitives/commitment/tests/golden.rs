//! Golden values of every kind of hash. They were computed from the written definition by a program in another language
//! with its own Keccak; a change in any of them is a change of the protocol.

use assay_commitment::{
    constants_root, fold_leaf, node_leaf, padding, program_root, state_root, tensor_root_of,
    tile_hash, tile_hash_at, trace_root, tree_root, Hash, Level, Sha3, StateHasher, StateRoot,
    TensorRoot, Tree,
};
use assay_commitment::{Keccak, TensorHasher};
use assay_numerics::{DType, Dims, Tensor, TensorType, Tile};

const RAGGED: [u32; 4] = [2, 3, 33, 70];

fn leaves(count: u8) -> Vec<Hash> {
    (0..count).map(|i| Sha3::hash(&[&[i]])).collect()
}

/// Word `i` is `i * 2654435761 + 7` modulo 2^32: as floats this meets NaN with many payloads.
fn pattern(count: u64) -> Vec<u32> {
    (0..count)
        .map(|i| (i as u32).wrapping_mul(2_654_435_761).wrapping_add(7))
        .collect()
}

fn tensors() -> [Tensor; 3] {
    let dims = Dims::new(RAGGED).unwrap();
    [
        Tensor::new(TensorType::f32(dims), pattern(dims.elements())).unwrap(),
        Tensor::new(TensorType::u32(dims), pattern(dims.elements())).unwrap(),
        Tensor::from_f32(Dims::matrix(1, 1).unwrap(), &[1.0]).unwrap(),
    ]
}

fn roots() -> [TensorRoot; 3] {
    tensors().map(|tensor| tensor_root_of::<Sha3>(&tensor))
}

#[test]
fn padding_of_a_height() {
    assert_eq!(padding::<Sha3>(0), [0; 32]);
    assert_eq!(
        hex::encode(padding::<Sha3>(1)),
        "c07a1e8b7e0057673fdc2affe190d8a960c5fe615663f27b7ce84f3d93ef92a6"
    );
    assert_eq!(
        hex::encode(padding::<Sha3>(24)),
        "45965170d4d5afdbc7dd54ef3beb044e3a61bdc1a96a4d31beaaee6b75a3f063"
    );
}

#[test]
fn trees() {
    let golden = [
        (
            0,
            "0000000000000000000000000000000000000000000000000000000000000000",
        ),
        (
            1,
            "bc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a",
        ),
        (
            2,
            "1c7349314deb0d970ba243cff62c7e43efab3383a19afbd7e9d2886f93ddb78d",
        ),
        (
            3,
            "341858e31d5a59d3ca2f320e38131418032accd5318779e91e678602017c20bb",
        ),
        (
            5,
            "b44a1b3966d4452276f80e27b479423f82feb20247df317505a1bbf520a819f3",
        ),
        (
            8,
            "9b69ddf6a099ebc82b2198c95b8617df2cbb7d3896f5afa8ea5ab7a3e5b6ff71",
        ),
        (
            9,
            "ab15c955bab4a4ba4a618c3b13cb6d645b74268129b3afe64820ee8c9b7a08fc",
        ),
    ];
    for (count, root) in golden {
        assert_eq!(
            hex::encode(tree_root::<Sha3>(&leaves(count))),
            root,
            "{count} leaves"
        );
        assert_eq!(
            hex::encode(Tree::new::<Sha3>(leaves(count)).root()),
            root,
            "{count} leaves"
        );
    }
}

#[test]
fn tiles_with_nan_payloads() {
    let words = vec![
        0x3f80_0000,
        0x8000_0000,
        0x7fc0_0000,
        0xffc0_0001,
        0x7f80_0001,
        0xff80_0000,
    ];
    let float = Tile::new(DType::F32, 2, 3, words.clone()).unwrap();
    let integer = Tile::new(DType::U32, 2, 3, words.clone()).unwrap();
    let golden = [
        (
            float,
            "eae3e54bfab795c94c2ace9a87535dbcfd4311752058c75d07af8f3a6ad43d9b",
        ),
        (
            integer,
            "212a12dbe038516d11b08d165f6bd7f0f9e1565684bdfced9807f91ee76e7e20",
        ),
    ];
    for (tile, hash) in golden {
        assert_eq!(hex::encode(tile_hash::<Sha3>(&tile)), hash);
        let ty = TensorType {
            dtype: tile.dtype(),
            dims: Dims::matrix(2, 3).unwrap(),
        };
        assert_eq!(
            tile_hash_at::<Sha3>(ty, &words, 0),
            Some(tile_hash::<Sha3>(&tile))
        );
    }
}

#[test]
fn tensors_ragged_and_scalar() {
    let golden = [
        "e6a4820a4e93116ff219d89bff10bc67fd294f9690a23d7fe47a65886832e54c",
        "85739f394d4e040a4e8e58abec7249b4a0377fc0223d162ebec85986d29f8b81",
        "4534d6c34b3b4a2ed95a22ea16a942ed4183bc4dd2de916f3b0d3e78589bf40e",
    ];
    for (tensor, root) in tensors().iter().zip(golden) {
        assert_eq!(hex::encode(tensor_root_of::<Sha3>(tensor)), root);
        let mut hasher = TensorHasher::<Sha3>::new(tensor.ty());
        tensor
            .words()
            .iter()
            .for_each(|word| hasher.update(&word.to_le_bytes()).unwrap());
        assert_eq!(hex::encode(hasher.finish().unwrap()), root);
    }
}

#[test]
fn state() {
    let golden = "5bae842e6fe21f8a813cbb1e368798b1b049dffee1ddafe3f4f6feb32304553e";
    assert_eq!(hex::encode(state_root::<Sha3>(&roots())), golden);
    let types = tensors().map(|tensor| tensor.ty());
    let mut hasher = StateHasher::<Sha3>::new(&types);
    for tensor in tensors() {
        let bytes: Vec<u8> = tensor
            .words()
            .iter()
            .flat_map(|w| w.to_le_bytes())
            .collect();
        hasher.update(&bytes).unwrap();
    }
    assert_eq!(hex::encode(hasher.finish().unwrap()), golden);
}

#[test]
fn traces_of_every_level() {
    let states: Vec<StateRoot> = (1..=3)
        .map(|slots| state_root::<Sha3>(&roots()[..slots]))
        .collect();
    let golden = [
        "2f881c34c19188c8f71ca313250ef52928b3602b210e104032257ea4e3c36c97",
        "0e4e3735eb51400367739687b91a2314fa4846029b113908062087d32ee1e56f",
        "09f54499b12a3167b29600cb24bca63dbacfdc1bcc626180f20697807a7d8f1c",
        "69a61fda750cf1e5599bbd6460f9abaf3023f4ed9dff940a29bebb26dc4ceba3",
        "346fc76def6a95330c8f476d19ef5a3fe1cacb063adbf81c6c2288809bbb5550",
        "009b97b8ff1d5d6cfa03c387bfa1c0c20274cd7431d5ddb4a93897f92ea9ac70",
    ];
    for (code, root) in (0..).zip(golden) {
        let level = Level::from_code(code).unwrap();
        assert_eq!(level.code(), code);
        assert_eq!(
            hex::encode(trace_root::<Sha3>(level, &states)),
            root,
            "{level:?}"
        );
    }
    assert_eq!(Level::from_code(6), None);
}

#[test]
fn programs() {
    let encoding: Vec<u8> = (0..100).collect();
    assert_eq!(
        hex::encode(node_leaf::<Sha3>(&encoding)),
        "40640a7cf941ce21b665099124d065e2cd9ad5a75d7f1a32d4cc06d3396e7af2"
    );
    let nodes: Vec<Hash> = (0..3u8)
        .map(|i| node_leaf::<Sha3>(&vec![i; usize::from(i) + 1]))
        .collect();
    let header: Vec<u8> = (0..84).collect();
    assert_eq!(
        hex::encode(program_root::<Sha3>(&header, tree_root::<Sha3>(&nodes))),
        "88791dc9245160127351c71ebace17f7d573b4047e857a18a954ae20e21ed087"
    );
}

#[test]
fn constants() {
    let [first, _, last] = roots();
    assert_eq!(constants_root::<Sha3>(&[]), [0; 32]);
    assert_eq!(
        hex::encode(constants_root::<Sha3>(&[first, last])),
        "0c9e88bc96bcde14500f9f47fd2f1a25f1e7bfa9d60e6e66bd63fa6e7ece4841"
    );
}

#[test]
fn fold_leaves() {
    assert_eq!(
        hex::encode(fold_leaf::<Sha3>(5, 17, &leaves(2))),
        "35f3dccacfd6b91b3275f88725d8cbbd13a24bca538e2f1d6f87ed15c6843526"
    );
}

/// `docs/protocol/commitments.md` gives every value of this file.
#[test]
fn the_page_has_these_values() {
    let page = include_str!("../../../docs/protocol/commitments.md");
    let is_hash = |text: &&str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let values: Vec<&str> = include_str!("golden.rs")
        .split('"')
        .filter(is_hash)
        .collect();
    assert_eq!(values.len(), 25);
    for value in values {
        assert!(
            value.bytes().all(|b| b == b'0') || page.contains(value),
            "{value}"
        );
    }
}
