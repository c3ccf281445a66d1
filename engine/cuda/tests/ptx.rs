//! Every kernel that depends on no program compiled by NVRTC for every architecture, Maps for some, and the PTX judged. This needs the compiler and no GPU.

use assay_cuda::map_source::MapKernel;
use assay_cuda::nvrtc::{assemble, compile, Architecture, VERSION};
use assay_cuda::source::Unit;
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use assay_numerics::{Dims, Op};
use assay_program::testing::random_program;

fn compiled(unit: Unit, maps: &[MapKernel], architecture: Architecture) -> String {
    compile(unit, maps, architecture).unwrap_or_else(|error| panic!("{error}"))
}

/// Whether each kernel that the text declares is there.
fn assert_entries(ptx: &str, names: &[&str]) {
    for name in names {
        assert!(ptx.contains(&format!(".entry {name}(")), "no kernel {name}");
    }
}

#[test]
fn every_fixed_kernel_on_every_architecture() {
    for architecture in Architecture::ALL {
        for unit in Unit::FIXED {
            let ptx = compiled(unit, &[], architecture);
            let target = architecture.name().replace("compute", "sm");
            assert!(ptx.contains(&format!(".target {target}")), "{unit:?}");
            let names: &[&str] = match unit {
                Unit::MatMul => &["product_large_nn", "product_medium_tn", "product_small_tt"],
                Unit::Reduce => &["row_sum", "row_max_join", "stack_sum", "add_chunks"],
                Unit::Movement => &["move_elements", "turn_squares"],
                Unit::Rows => &["gather", "pick", "one_hot", "batch_rows", "row_write"],
                Unit::Scatter => &[
                    "scatter_clear",
                    "scatter_sort",
                    "scatter_link",
                    "scatter_parts",
                    "scatter_join",
                ],
                Unit::Keccak => &["leaves", "tree_levels"],
                Unit::Maps => &[],
            };
            assert_entries(&ptx, names);
        }
    }
}

/// Copies to shared memory do not wait for the data, from Ampere on, and whole groups of four are copied at once.
#[test]
fn products_copy_asynchronously() {
    let [turing, ampere, ..] = Architecture::ALL;
    let (old, new) = (
        compiled(Unit::MatMul, &[], turing),
        compiled(Unit::MatMul, &[], ampere),
    );
    assert!(!old.contains("cp.async"));
    assert!(new.contains("cp.async.cg.shared.global") && new.contains("cp.async.ca.shared.global"));
    assert!(new.contains("ld.shared.v4.f32") && new.contains("fma.rn.f32"));
}

#[test]
fn a_map_of_each_operation() {
    let dims = Dims::new([1, 1, 5, 7]).unwrap();
    let row = Dims::new([1, 1, 1, 7]).unwrap();
    let maps: Vec<MapKernel> = MapOp::ALL
        .iter()
        .map(|op| {
            let mut args = [0, 1, 2];
            args[op.arity()..].fill(0);
            let code = MapCode {
                constants: Vec::new(),
                instructions: vec![MapInstruction { op: *op, args }],
            };
            MapKernel::new(&code, &[dims, row, dims], dims)
        })
        .collect();
    for architecture in Architecture::ALL {
        let ptx = compiled(Unit::Maps, &maps, architecture);
        let names: Vec<&str> = maps.iter().map(MapKernel::name).collect();
        assert_entries(&ptx, &names);
    }
}

#[test]
fn the_maps_of_random_programs() {
    let mut maps = Vec::new();
    for seed in 0..20 {
        for node in random_program(seed).program.nodes {
            let inputs: Vec<Dims> = node.inputs.iter().map(|input| input.ty.dims).collect();
            if let Op::Map(code) = &node.op {
                maps.push(MapKernel::new(code, &inputs, node.output.dims));
            }
        }
    }
    maps.sort_by(|a, b| a.name().cmp(b.name()));
    maps.dedup();
    compiled(Unit::Maps, &maps, Architecture::ALL[3]);
}

/// What stands in the text as assembly is looked at only by the assembler, which NVRTC runs for a real architecture.
#[test]
fn every_fixed_kernel_assembles_to_machine_code() {
    for real in ["sm_75", "sm_80", "sm_90", "sm_120"] {
        for unit in Unit::FIXED {
            assemble(unit, &[], real).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn set_up_fetches_the_version_that_is_looked_for() {
    let script = include_str!("../../../scripts/lib/nvrtc.sh");
    assert!(script.contains(&format!("\nNVRTC_VERSION={VERSION}\n")));
}
