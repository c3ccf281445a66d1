//! Fixed results for every operator. A change here is another numerics version.

use super::support::*;
use assay_numerics::{MapCode, MapInstruction, MapOp, Op, RowOrder, Tensor, TensorType};
use std::fmt::Write;

const GOLDEN: &str = include_str!("../golden/ops.txt");

/// FNV-1a with 64 bits over the words as little-endian bytes.
fn fnv(words: &[u32]) -> u64 {
    words
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

/// Floats with edges among them, from a seed that says so.
fn mixed(d: [u32; 4], seed: u64) -> Tensor {
    floats(d, 3 * seed + 1)
}

fn index(values: &[u32]) -> Tensor {
    Tensor::new(u32_type([1, 1, values.len() as u32, 1]), values.to_vec()).unwrap()
}

/// One line: name, first words, hash of all.
fn line(out: &mut String, name: &str, op: Op, inputs: &[&Tensor], output: TensorType, step: u64) {
    let words = canonical(&run_at(op, inputs, output, step));
    write!(out, "{name} {:016x}", fnv(&words)).unwrap();
    for word in words.iter().take(6) {
        write!(out, " {word:08x}").unwrap();
    }
    out.push('\n');
}

fn map_code() -> MapCode {
    let i = |op, args| MapInstruction { op, args };
    // Inputs 0 to 2, constants 3 and 4, results from 5.
    MapCode {
        constants: vec![0x3f00_0000, 0x3a83_126f],
        instructions: vec![
            i(MapOp::Fma, [0, 1, 2]),
            i(MapOp::Sigmoid, [5, 0, 0]),
            i(MapOp::Tanh, [0, 0, 0]),
            i(MapOp::Mul, [6, 7, 0]),
            i(MapOp::Exp, [8, 0, 0]),
            i(MapOp::Lt, [0, 3, 0]),
            i(MapOp::Select, [10, 9, 2]),
            i(MapOp::Abs, [11, 0, 0]),
            i(MapOp::Add, [12, 4, 0]),
            i(MapOp::Sqrt, [13, 0, 0]),
            i(MapOp::Ln, [13, 0, 0]),
            i(MapOp::Div, [15, 14, 0]),
        ],
    }
}

fn sums(out: &mut String) {
    let f = f32_type;
    let product = |a, b| Op::MatMul {
        transpose_a: a,
        transpose_b: b,
    };
    let (a, b) = (ordinary([2, 1, 35, 1100], 1), ordinary([1, 3, 1100, 5], 2));
    line(
        out,
        "matmul",
        product(false, false),
        &[&a, &b],
        f([2, 3, 35, 5]),
        0,
    );
    let (at, bt) = (ordinary([1, 1, 70, 33], 3), ordinary([1, 1, 34, 70], 4));
    line(
        out,
        "matmul_transposed",
        product(true, true),
        &[&at, &bt],
        f([1, 1, 33, 34]),
        0,
    );
    let (a, b) = (mixed([1, 1, 9, 40], 5), mixed([1, 1, 40, 9], 6));
    line(
        out,
        "matmul_edges",
        product(false, false),
        &[&a, &b],
        f([1, 1, 9, 9]),
        0,
    );
    let wide = ordinary([1, 2, 3, 17_000], 7);
    line(out, "row_sum", Op::RowSum, &[&wide], f([1, 2, 3, 1]), 0);
    line(out, "row_max", Op::RowMax, &[&wide], f([1, 2, 3, 1]), 0);
    let tall = ordinary([2, 1, 1100, 35], 8);
    line(out, "col_sum", Op::ColSum, &[&tall], f([2, 1, 1, 35]), 0);
    line(out, "col_max", Op::ColMax, &[&tall], f([2, 1, 1, 35]), 0);
    let edges = mixed([1, 1, 40, 9], 9);
    line(
        out,
        "row_sum_edges",
        Op::RowSum,
        &[&edges],
        f([1, 1, 40, 1]),
        0,
    );
    line(
        out,
        "row_max_edges",
        Op::RowMax,
        &[&edges],
        f([1, 1, 40, 1]),
        0,
    );
    line(
        out,
        "col_sum_edges",
        Op::ColSum,
        &[&edges],
        f([1, 1, 1, 9]),
        0,
    );
    line(
        out,
        "col_max_edges",
        Op::ColMax,
        &[&edges],
        f([1, 1, 1, 9]),
        0,
    );
    let deep = ordinary([30, 20, 3, 2], 10);
    line(
        out,
        "lead_sum_both",
        Op::LeadSum,
        &[&deep],
        f([1, 1, 3, 2]),
        0,
    );
    line(
        out,
        "lead_sum_first",
        Op::LeadSum,
        &[&deep],
        f([1, 20, 3, 2]),
        0,
    );
    line(
        out,
        "lead_sum_second",
        Op::LeadSum,
        &[&deep],
        f([30, 1, 3, 2]),
        0,
    );
}

fn maps(out: &mut String) {
    let inputs = [
        ordinary([2, 1, 33, 40], 11),
        ordinary([1, 3, 1, 40], 12),
        ordinary([1, 1, 33, 1], 13),
    ];
    let inputs: Vec<&Tensor> = inputs.iter().collect();
    line(
        out,
        "map",
        Op::Map(map_code()),
        &inputs,
        f32_type([2, 3, 33, 40]),
        0,
    );
    let edges = [
        mixed([1, 1, 33, 40], 14),
        mixed([1, 1, 33, 40], 15),
        mixed([1, 1, 1, 1], 16),
    ];
    let edges: Vec<&Tensor> = edges.iter().collect();
    line(
        out,
        "map_edges",
        Op::Map(map_code()),
        &edges,
        f32_type([1, 1, 33, 40]),
        0,
    );
}

fn movements(out: &mut String) {
    let x = mixed([2, 3, 35, 40], 17);
    line(
        out,
        "reshape",
        Op::Reshape,
        &[&x],
        f32_type([1, 7, 30, 40]),
        0,
    );
    line(
        out,
        "permute",
        Op::Permute { perm: [3, 0, 2, 1] },
        &[&x],
        f32_type([40, 2, 35, 3]),
        0,
    );
    line(
        out,
        "slice",
        Op::Slice {
            start: [1, 1, 2, 7],
        },
        &[&x],
        f32_type([1, 2, 33, 33]),
        0,
    );
    let y = mixed([2, 3, 35, 7], 18);
    line(
        out,
        "concat",
        Op::Concat { axis: 3 },
        &[&y, &x, &y],
        f32_type([2, 3, 35, 54]),
        0,
    );
}

fn indexed(out: &mut String) {
    let choice = index(&[0, 44, 45, u32::MAX, 31, 32, 1 << 31, 7]);
    let table = mixed([1, 1, 45, 35], 19);
    line(
        out,
        "gather",
        Op::Gather,
        &[&choice, &table],
        f32_type([1, 1, 8, 35]),
        0,
    );
    let x = integers([1, 1, 8, 45], u32::MAX, 20);
    line(
        out,
        "pick",
        Op::Pick,
        &[&choice, &x],
        u32_type([1, 1, 8, 1]),
        0,
    );
    line(
        out,
        "one_hot",
        Op::OneHot,
        &[&choice],
        f32_type([1, 1, 8, 45]),
        0,
    );
    let data = integers([1, 1, 100, 3], 1000, 21);
    let shuffled = Op::BatchRows {
        order: RowOrder::Shuffled,
    };
    let sequential = Op::BatchRows {
        order: RowOrder::Sequential,
    };
    line(
        out,
        "batch_rows_shuffled",
        shuffled.clone(),
        &[&data],
        u32_type([1, 1, 40, 3]),
        7,
    );
    line(
        out,
        "batch_rows_shuffled_wraps",
        shuffled,
        &[&data],
        u32_type([1, 1, 40, 3]),
        u64::MAX / 7,
    );
    line(
        out,
        "batch_rows_sequential",
        sequential.clone(),
        &[&data],
        u32_type([1, 1, 40, 3]),
        7,
    );
    line(
        out,
        "batch_rows_sequential_wraps",
        sequential,
        &[&data],
        u32_type([1, 1, 40, 3]),
        u64::MAX / 7,
    );
    let value = integers([1, 1, 40, 3], 1000, 22);
    for (name, step) in [
        ("first", 0),
        ("across", 1),
        ("end_dropped", 2),
        ("all_dropped", 3),
        ("far", 1 << 61),
    ] {
        line(
            out,
            &format!("row_write_{name}"),
            Op::RowWrite,
            &[&data, &value],
            data.ty(),
            step,
        );
    }
}

fn scattered(out: &mut String) {
    let positions = integers([1, 1, 1100, 1], 50, 23);
    let x = ordinary([1, 1, 1100, 35], 24);
    line(
        out,
        "scatter_add",
        Op::ScatterAdd,
        &[&positions, &x],
        f32_type([1, 1, 45, 35]),
        0,
    );
    let (few, edges) = (integers([1, 1, 40, 1], 7, 25), mixed([1, 1, 40, 9], 26));
    line(
        out,
        "scatter_add_edges",
        Op::ScatterAdd,
        &[&few, &edges],
        f32_type([1, 1, 6, 9]),
        0,
    );
}

#[test]
fn results_are_those_of_version_1() {
    let mut found = String::new();
    sums(&mut found);
    maps(&mut found);
    movements(&mut found);
    indexed(&mut found);
    scattered(&mut found);
    let expected: String = GOLDEN
        .lines()
        .filter(|l| !l.starts_with('#'))
        .flat_map(|l| [l, "\n"])
        .collect();
    assert_eq!(found, expected, "all results, for comparison:\n{found}");
}
