//! Hashes of tensors.

use super::dims;
use super::emulator::{Buffer, Emulator, Order, Run};
use super::random::{Random, Values};
use assay_commitment::{padding, tensor_root, tensor_root_of, tile_hashes, Hash, Sha3, Tree};
use assay_cuda::launch::{leaves, tree, Launch, Launches, EMPTY_TREES};
use assay_numerics::{DType, TensorType};

fn run(launch: Launch, inputs: &[Buffer], hashes: u64, order: Order) -> Buffer {
    let mut output = Buffer::poisoned(hashes as usize * 8);
    let run = Run { step: 0, order };
    Emulator::fixed().run_on(&Launches::from(launch), &run, inputs, &mut output);
    output
}

pub fn hashes(words: &[u32]) -> Vec<Hash> {
    let (hashes, _) = words.as_chunks::<8>();
    hashes.iter().map(digest).collect()
}

fn digest(words: &[u32; 8]) -> Hash {
    let mut hash = Hash::default();
    for (bytes, word) in hash.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    hash
}

pub fn words(hashes: &[Hash]) -> Vec<u32> {
    hashes
        .iter()
        .flat_map(|hash| hash.as_chunks::<4>().0)
        .map(|bytes| u32::from_le_bytes(*bytes))
        .collect()
}

fn empty_trees() -> Buffer {
    let hashes: Vec<Hash> = (0..EMPTY_TREES).map(padding::<Sha3>).collect();
    Buffer::of(&words(&hashes))
}

/// The root over hashes, by the launches of a tree.
fn root(leaves: &[Hash], order: Order) -> Hash {
    let mut level = Buffer::of(&words(leaves));
    let mut nodes = leaves.len() as u64;
    for launch in tree(nodes) {
        nodes = u64::from(launch.grid);
        level = run(launch, &[level, empty_trees()], nodes, order);
    }
    assert_eq!(nodes, 1);
    hashes(level.words())[0]
}

#[test]
fn leaves_of_every_extent() {
    let mut random = Random(1);
    for (number, sizes) in [
        [1, 1, 1, 1],
        [1, 1, 32, 32],
        [1, 1, 33, 31],
        [2, 3, 40, 70],
        [1, 1, 1, 1000],
        [1, 1, 300, 1],
        [5, 1, 7, 5],
        [1, 1, 130, 290],
        // Messages of whole blocks, and one word less and more.
        [1, 1, 4, 8],
        [1, 1, 3, 11],
        [1, 1, 2, 16],
        [1, 1, 11, 6],
        [1, 1, 3, 22],
        [1, 1, 20, 5],
        [1, 1, 5, 27],
    ]
    .into_iter()
    .enumerate()
    {
        for dtype in [DType::F32, DType::U32] {
            let ty = TensorType {
                dtype,
                dims: dims(sizes),
            };
            let values = if number % 2 == 0 {
                Values::Wild
            } else {
                Values::Any
            };
            let tensor = random.tensor(ty, values);
            let expected = tile_hashes::<Sha3>(&tensor);
            for order in Order::ALL {
                let words = [Buffer::of(tensor.words())];
                let found = run(leaves(ty), &words, ty.dims.tiles(), order);
                assert_eq!(hashes(found.words()), expected, "{ty:?}");
            }
        }
    }
}

#[test]
fn trees_of_every_height() {
    let mut random = Random(2);
    for count in (1..40).chain([63, 64, 65, 127, 128, 129, 130, 300, 16_385]) {
        let leaves: Vec<Hash> = (0..count)
            .map(|_| std::array::from_fn(|_| random.next() as u8))
            .collect();
        let expected = Tree::new::<Sha3>(leaves.clone()).root();
        assert_eq!(root(&leaves, Order::Scattered), expected, "{count} leaves");
    }
}

#[test]
fn a_tensor_root() {
    let ty = TensorType::f32(dims([2, 1, 100, 90]));
    let tensor = Random(3).tensor(ty, Values::Any);
    let words = [Buffer::of(tensor.words())];
    let found = run(leaves(ty), &words, ty.dims.tiles(), Order::Descending);
    let root = root(&hashes(found.words()), Order::Descending);
    assert_eq!(
        tensor_root::<Sha3>(ty, root),
        tensor_root_of::<Sha3>(&tensor)
    );
}
