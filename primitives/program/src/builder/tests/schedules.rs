use super::{single, value, SEED};
use crate::builder::{BuildError, GraphBuilder, LearningRate, Schedule};
use alloc::vec;

#[test]
fn constant() {
    assert_eq!(Schedule::Constant.rates(0.5, 3).unwrap(), vec![0.5; 3]);
    let mut graph = GraphBuilder::new(SEED);
    assert_eq!(
        graph.learning_rate(Schedule::Constant, 0.5, 3),
        Ok(LearningRate::Constant(0.5))
    );
}

#[test]
fn cosine_with_warmup() {
    let rates = Schedule::Cosine {
        warmup: 4,
        floor: 0.1,
    }
    .rates(2.0, 105)
    .unwrap();
    assert_eq!(rates[..5], [0.5, 1.0, 1.5, 2.0, 2.0]);
    assert_eq!(rates[54], 1.1, "half way between 2 and 0.2");
    assert_eq!(rates[104], 0.2);
    assert!(rates[4..].windows(2).all(|pair| pair[0] >= pair[1]));
}

#[test]
fn cosine_bits_are_golden() {
    let rates = Schedule::Cosine {
        warmup: 2,
        floor: 0.0,
    }
    .rates(0.003, 10)
    .unwrap();
    let bits = rates
        .iter()
        .map(|rate| rate.to_bits())
        .collect::<vec::Vec<u32>>();
    let golden = [
        0x3ac4_9ba6,
        0x3b44_9ba6,
        0x3b44_9ba6,
        0x3b3a_df73,
        0x3b1f_9875,
        0x3af0_5b7e,
        0x3a98_dbce,
        0x3a14_0cc2,
        0x391b_c333,
        0x0000_0000,
    ];
    assert_eq!(bits, golden);
}

#[test]
fn a_warmup_longer_than_the_job() {
    let rates = Schedule::Cosine {
        warmup: 8,
        floor: 0.0,
    }
    .rates(1.0, 4)
    .unwrap();
    assert_eq!(rates, [0.125, 0.25, 0.375, 0.5]);
    assert_eq!(
        Schedule::Cosine {
            warmup: 0,
            floor: 0.0
        }
        .rates(1.0, 1)
        .unwrap(),
        [1.0]
    );
}

#[test]
fn steps() {
    let rates = Schedule::Steps {
        every: 2,
        factor: 0.5,
    }
    .rates(1.0, 5)
    .unwrap();
    assert_eq!(rates, [1.0, 1.0, 0.5, 0.5, 0.25]);
}

#[test]
fn the_table_is_read_at_the_step() {
    let mut graph = GraphBuilder::new(SEED);
    let schedule = Schedule::Steps {
        every: 1,
        factor: 0.5,
    };
    let LearningRate::Scalar(rate) = graph.learning_rate(schedule, 1.0, 40).unwrap() else {
        panic!()
    };
    for (step, rate_then) in [(0, 1.0), (3, 0.125), (39, 0.5f32.powi(39))] {
        assert_eq!(single(&value(&graph, &[], &[], rate, step)), rate_then);
    }
}

#[test]
fn settings_are_judged() {
    let name = |schedule: Schedule, base| match schedule.rates(base, 3) {
        Err(BuildError::Setting { name, .. }) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(name(Schedule::Constant, f32::NAN), "learning rate");
    assert_eq!(
        name(
            Schedule::Cosine {
                warmup: 0,
                floor: 1.5
            },
            1.0
        ),
        "floor"
    );
    assert_eq!(
        name(
            Schedule::Steps {
                every: 0,
                factor: 0.5
            },
            1.0
        ),
        "every"
    );
    assert_eq!(
        name(
            Schedule::Steps {
                every: 1,
                factor: 0.0
            },
            1.0
        ),
        "factor"
    );
}
