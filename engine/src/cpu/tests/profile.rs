use super::*;
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
extern "C" {
    fn clock_gettime(id: i32, ts: *mut [i64; 2]) -> i32;
}
fn cpu() -> f64 {
    let mut t = [0i64; 2];
    unsafe { clock_gettime(3, &mut t) };
    t[0] as f64 + t[1] as f64 * 1e-9
}
fn time(operation: &Operation, inputs: &[&Tensor], what: &str, work: f64) {
    operation.check().unwrap();
    for simd in [Simd::Avx2, Simd::Avx512] {
        let exec = Exec::new(simd.path().unwrap(), 1);
        let kernel = Kernel::new(operation).unwrap();
        let words = operation.output.dims.elements() as usize;
        let mut output = Tensor::zeros(operation.output);
        let ins: Vec<_> = inputs
            .iter()
            .map(|input| (input.words().as_ptr(), input.words().len()))
            .collect();
        let operands = Operands {
            inputs: &ins,
            output: (output.words_mut().as_mut_ptr(), words),
        };
        let mut best = f64::INFINITY;
        let mut n = 1;
        for _ in 0..20 {
            let start = cpu();
            for _ in 0..n {
                unsafe {
                    kernel.run(
                        &exec,
                        &StepContext {
                            seed: &SEED,
                            step: 0,
                        },
                        &operands,
                    )
                };
            }
            let took = cpu() - start;
            best = best.min(took / n as f64);
            if took < 0.02 {
                n *= 2
            }
        }
        println!(
            "{what:40} {simd:8} {:9.2} us  {:8.2} G/s  est {:.2} us",
            best * 1e6,
            work / best * 1e-9,
            kernel.nanoseconds() as f64 * 1e-3
        );
    }
}
#[test]
#[ignore]
fn profile() {
    let mut r = Random(1);
    for (m, k, n) in [
        (128, 512, 512),
        (512, 128, 512),
        (32, 64, 128),
        (128, 32, 64),
        (32, 128, 10),
        (32, 10, 128),
        (10, 32, 128),
        (1024, 1024, 1024),
    ] {
        for flags in 0..4 {
            let (ta, tb) = (flags & 1 != 0, flags & 2 != 0);
            let a = r.tensor(
                TensorType::f32(dims(if ta { [1, 1, k, m] } else { [1, 1, m, k] })),
                Values::Tame,
            );
            let b = r.tensor(
                TensorType::f32(dims(if tb { [1, 1, n, k] } else { [1, 1, k, n] })),
                Values::Tame,
            );
            let o = operation(
                Op::MatMul {
                    transpose_a: ta,
                    transpose_b: tb,
                },
                &[&a, &b],
                TensorType::f32(dims([1, 1, m, n])),
            );
            time(
                &o,
                &[&a, &b],
                &format!("matmul {m}x{k}x{n} {ta} {tb}"),
                2.0 * (m * k * n) as f64,
            );
        }
    }
    for op in [MapOp::Add] {
        let x = r.tensor(TensorType::f32(dims([1, 1, 512, 512])), Values::Tame);
        let mut args = [0; 3];
        (0..op.arity()).for_each(|i| args[i] = i as u8);
        let code = MapCode {
            constants: vec![],
            instructions: vec![MapInstruction { op, args }],
        };
        let ins = vec![&x; op.arity()];
        time(
            &operation(Op::Map(code), &ins, x.ty()),
            &ins,
            &format!("map {op:?} 512x512"),
            512.0 * 512.0,
        );
    }
    for s in [[1, 1, 32, 128], [1, 1, 128, 512]] {
        let x = r.tensor(TensorType::f32(dims(s)), Values::Tame);
        let b = r.tensor(TensorType::f32(dims([1, 1, 1, s[3]])), Values::Tame);
        let c = r.tensor(TensorType::f32(dims([1, 1, s[2], 1])), Values::Tame);
        let add = MapCode {
            constants: vec![0],
            instructions: vec![
                MapInstruction {
                    op: MapOp::Add,
                    args: [0, 1, 0],
                },
                MapInstruction {
                    op: MapOp::Max,
                    args: [3, 2, 0],
                },
            ],
        };
        time(
            &operation(Op::Map(add.clone()), &[&x, &b], x.ty()),
            &[&x, &b],
            &format!("bias relu {s:?}"),
            x.words().len() as f64,
        );
        time(
            &operation(Op::Map(add), &[&x, &c], x.ty()),
            &[&x, &c],
            &format!("col relu {s:?}"),
            x.words().len() as f64,
        );
        for op in [Op::RowSum, Op::RowMax] {
            time(
                &operation(op.clone(), &[&x], c.ty()),
                &[&x],
                &format!("{op:?} {s:?}"),
                x.words().len() as f64,
            );
        }
        for op in [Op::ColSum, Op::ColMax] {
            time(
                &operation(op.clone(), &[&x], b.ty()),
                &[&x],
                &format!("{op:?} {s:?}"),
                x.words().len() as f64,
            );
        }
    }
    let x = r.tensor(TensorType::f32(dims([1, 1, 1500, 64])), Values::Tame);
    time(
        &operation(
            Op::BatchRows {
                order: assay_numerics::RowOrder::Shuffled,
            },
            &[&x],
            TensorType::f32(dims([1, 1, 32, 64])),
        ),
        &[&x],
        "batch rows",
        1.0,
    );
}
