//! The bits that every implementation must give: `golden/scalars.txt`, made by another implementation in exact
//! rational arithmetic from the description in `docs/protocol/scalars.md`.

mod scalar_support;

use assay_numerics::map::MapOp;
use scalar_support::same;
use std::fmt::Write;

const GOLDEN: &str = include_str!("golden/scalars.txt");

/// A line `name argument... result`, all words in hex.
struct Vector {
    op: MapOp,
    arguments: [u32; 3],
    result: u32,
}

fn named(name: &str) -> MapOp {
    let found = MapOp::ALL
        .into_iter()
        .find(|op| format!("{op:?}").to_lowercase() == name);
    found.unwrap_or_else(|| panic!("no operation {name}"))
}

fn parse(line: &str) -> Vector {
    let mut parts = line.split(' ');
    let op = named(parts.next().expect("a name"));
    let words: Vec<_> = parts
        .map(|word| u32::from_str_radix(word, 16).expect("a word in hex"))
        .collect();
    let (result, given) = words.split_last().expect("a result");
    assert_eq!(given.len(), op.arity(), "{line}");
    let mut arguments = [0; 3];
    arguments[..given.len()].copy_from_slice(given);
    Vector {
        op,
        arguments,
        result: *result,
    }
}

fn vectors() -> Vec<Vector> {
    GOLDEN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(parse)
        .collect()
}

#[test]
fn every_operation_gives_the_golden_bits() {
    let mut wrong = String::new();
    for Vector {
        op,
        arguments,
        result,
    } in vectors()
    {
        let found = op.apply(arguments.map(f32::from_bits));
        if !same(found, f32::from_bits(result)) {
            let found = found.to_bits();
            writeln!(
                wrong,
                "{op:?} {arguments:08x?}: {found:08x}, must be {result:08x}"
            )
            .expect("a string takes all");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn golden_results_are_canonical_and_every_operation_has_some() {
    let vectors = vectors();
    for vector in &vectors {
        assert_eq!(
            assay_numerics::scalar::canonical(vector.result),
            vector.result
        );
    }
    for op in MapOp::ALL {
        let count = vectors.iter().filter(|vector| vector.op == op).count();
        assert!(count >= 64, "{op:?} has {count}");
    }
}
