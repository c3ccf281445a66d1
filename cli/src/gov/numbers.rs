//! The protocol's numbers one by one, with their units.

use std::io::{self, Write};

use assay_protocol::{BlockTime, Params};
use serde::Serialize;
use serde_json::Value;

use crate::{amount, clock, output::field};

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// Blocks of chain time.
    Blocks,
    /// Thousandths of something.
    Thousandths,
    /// Money, in the chain's smallest unit.
    Money,
    /// Things of that name.
    Of(&'static str),
}
use Unit::{Blocks, Money, Of, Thousandths};

/// All numbers in their order, by their path.
const NUMBERS: &[(&str, Unit)] = &[
    ("assignment.open_limit", Blocks),
    ("assignment.accept_window", Blocks),
    ("assignment.max_jobs_per_provider", Of("jobs")),
    ("segments.challenge_window", Blocks),
    ("segments.pipeline_limit", Of("segments")),
    ("segments.deadline_factor", Thousandths),
    ("segments.deadline_slack", Blocks),
    ("segments.max_pause", Blocks),
    ("segments.retention", Blocks),
    ("limits.max_segments", Of("segments")),
    ("limits.max_intervals_per_segment", Of("intervals")),
    ("limits.min_steps_per_interval", Of("steps")),
    ("limits.max_steps_per_interval", Of("steps")),
    ("limits.max_nodes", Of("nodes")),
    ("limits.max_slots", Of("slots")),
    ("limits.max_constants", Of("constants")),
    ("limits.max_batch_size", Of("samples")),
    ("limits.max_seconds_per_segment", Of("seconds")),
    ("limits.max_seconds_per_interval", Of("seconds")),
    (
        "limits.reference_cpu.flops_per_second",
        Of("operations per second"),
    ),
    (
        "limits.reference_cpu.bytes_per_second",
        Of("bytes per second"),
    ),
    ("limits.reference_cpu.nanos_per_node", Of("nanoseconds")),
    (
        "limits.reference_gpu.flops_per_second",
        Of("operations per second"),
    ),
    (
        "limits.reference_gpu.bytes_per_second",
        Of("bytes per second"),
    ),
    ("limits.reference_gpu.nanos_per_node", Of("nanoseconds")),
    ("money.protocol_fee", Thousandths),
    ("money.min_price_per_segment", Money),
    ("money.collateral", Thousandths),
    ("money.min_collateral", Money),
    ("money.late_slash", Thousandths),
    ("money.decline_slash", Thousandths),
    ("money.deposit_per_job", Money),
    ("money.deposit_per_segment", Money),
    ("stake.min_stake", Money),
    ("stake.unbonding_delay", Blocks),
    ("disputes.move_allowance", Blocks),
    ("disputes.defence_factor", Thousandths),
    ("disputes.challenge_factor", Thousandths),
    ("disputes.max_budget", Blocks),
    ("disputes.running_games", Of("games")),
    ("disputes.max_open_games", Of("games")),
    ("disputes.bond", Money),
    ("disputes.bond_share", Thousandths),
    ("disputes.move_price", Money),
    ("disputes.winner_share", Thousandths),
    ("disputes.slash_defer", Blocks),
    ("disputes.deposit", Money),
];

impl Unit {
    const fn name(self) -> &'static str {
        match self {
            Blocks => "blocks",
            Thousandths => "thousandths",
            Money => "10^-12 ASY",
            Of(name) => name,
        }
    }

    /// A number of it as people read it.
    fn show(self, value: &Value, time: BlockTime) -> String {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match (self, value.as_u64()) {
            (Money, _) => text.parse().map_or(text, amount::show),
            (Blocks, Some(blocks)) => {
                format!("{text} blocks ({})", clock::about(time.seconds_of(blocks)))
            }
            (Thousandths, Some(share)) => {
                format!("{text} thousandths ({}.{} %)", share / 10, share % 10)
            }
            (unit, _) => format!("{text} {}", unit.name()),
        }
    }
}

/// One of the protocol's numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Number {
    /// Its path, such as `disputes.bond`.
    pub name: &'static str,
    /// The number as files have it: money as a decimal string.
    pub value: Value,
    /// What it counts.
    pub unit: &'static str,
    /// As people read it.
    pub text: String,
}

/// A number that becomes another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its path.
    pub name: &'static str,
    /// What it is, as people read it.
    pub from: String,
    /// What it is to be, as people read it.
    pub to: String,
}

/// All numbers of a set of parameters, on a chain with that time between blocks.
pub fn numbers(params: &Params, time: BlockTime) -> Vec<Number> {
    // Parameters are numbers and strings, which JSON always has.
    let json = serde_json::to_value(params).unwrap_or_default();
    let number = |&(name, unit): &(&'static str, Unit)| {
        let value = json
            .pointer(&format!("/{}", name.replace('.', "/")))?
            .clone();
        Some(Number {
            name,
            unit: unit.name(),
            text: unit.show(&value, time),
            value,
        })
    };
    NUMBERS.iter().filter_map(number).collect()
}

/// The numbers that differ.
pub fn changes(from: &Params, to: &Params, time: BlockTime) -> Vec<Change> {
    let pairs = numbers(from, time).into_iter().zip(numbers(to, time));
    let differing = pairs.filter(|(from, to)| from.value != to.value);
    let change = |(from, to): (Number, Number)| Change {
        name: from.name,
        from: from.text,
        to: to.text,
    };
    differing.map(change).collect()
}

/// A line for each change.
///
/// # Errors
/// What the stream says.
pub fn write_changes(changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    changes.iter().try_for_each(|change| {
        let text = format!("{}: {} -> {}", change.name, change.from, change.to);
        field(out, "changes", text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_protocol::PerMille;

    const TIME: BlockTime = BlockTime { millis: 6_000 };

    /// The paths of all leaves.
    fn paths(value: &Value, prefix: &str) -> Vec<String> {
        match value {
            Value::Object(fields) => fields
                .iter()
                .flat_map(|(name, value)| paths(value, &format!("{prefix}.{name}")))
                .collect(),
            _ => vec![prefix[1..].to_owned()],
        }
    }

    #[test]
    fn every_number_has_a_unit() {
        let json = serde_json::to_value(Params::main()).unwrap();
        let mut found = paths(&json, "");
        let mut known: Vec<_> = NUMBERS.iter().map(|(name, _)| *name).collect();
        found.sort();
        known.sort_unstable();
        assert_eq!(found, known);
        assert_eq!(numbers(&Params::main(), TIME).len(), NUMBERS.len());
    }

    #[test]
    fn money_is_a_string_and_nothing_else_is() {
        for number in numbers(&Params::main(), TIME) {
            assert_eq!(
                number.value.is_string(),
                number.unit == "10^-12 ASY",
                "{number:?}"
            );
        }
    }

    #[test]
    fn numbers_are_told_with_their_units() {
        let text = |name| {
            let all = numbers(&Params::main(), TIME);
            all.into_iter()
                .find(|number| number.name == name)
                .unwrap()
                .text
        };
        assert_eq!(text("disputes.bond"), "5 ASY");
        assert_eq!(text("money.protocol_fee"), "25 thousandths (2.5 %)");
        assert_eq!(text("segments.deadline_slack"), "100 blocks (about 10 min)");
        assert_eq!(text("limits.max_slots"), "4096 slots");
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let mut other = Params::main();
        assert_eq!(changes(&Params::main(), &other, TIME), []);
        other.money.protocol_fee = PerMille(30);
        let change = Change {
            name: "money.protocol_fee",
            from: "25 thousandths (2.5 %)".to_owned(),
            to: "30 thousandths (3.0 %)".to_owned(),
        };
        assert_eq!(changes(&Params::main(), &other, TIME), [change]);
    }
}
