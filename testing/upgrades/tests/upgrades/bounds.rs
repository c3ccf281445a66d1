//! How large what is stored may be. The metadata does not say: a list's bound is no part of its type.

use std::{collections::BTreeMap, fmt::Write};

use assay_runtime::AllPalletsWithSystem;
use frame_support::traits::{StorageInfo, StorageInfoTrait};
use sp_io::TestExternalities;

use crate::layout::OURS;

/// A line for each item of ours: its name, its pallet's storage version, and its bounds.
pub fn present(version: impl Fn(&str) -> u16) -> String {
    let items = TestExternalities::default().execute_with(AllPalletsWithSystem::storage_info);
    let mut text = String::new();
    for item in items {
        let pallet = String::from_utf8_lossy(&item.pallet_name).into_owned();
        if OURS.contains(&pallet.as_str()) {
            let version = version(&pallet);
            writeln!(text, "{}", line(&pallet, version, &item)).unwrap();
        }
    }
    text
}

fn line(pallet: &str, version: u16, item: &StorageInfo) -> String {
    let name = String::from_utf8_lossy(&item.storage_name);
    let size = bound(item.max_size);
    let values = bound(item.max_values);
    format!("{pallet}.{name} v{version}: bytes {size}, values {values}")
}

fn bound(most: Option<u32>) -> String {
    most.map_or_else(|| "unbounded".into(), |most| most.to_string())
}

/// The lines whose bounds are below those of the same item, at the same storage version, in what was recorded: longer values that are
/// stored could no longer be read.
pub fn lowered<'a>(recorded: &str, present: &'a str) -> Vec<&'a str> {
    let recorded: BTreeMap<_, _> = recorded.lines().filter_map(parse).collect();
    let below = |line: &&str| {
        let Some((item, now)) = parse(line) else {
            return false;
        };
        let before = recorded.get(item);
        before.is_some_and(|before| before.iter().zip(now).any(|(before, now)| now < *before))
    };
    present.lines().filter(below).collect()
}

/// An item with its storage version, and its bounds in bytes and values.
fn parse(line: &str) -> Option<(&str, [u32; 2])> {
    let (item, bounds) = line.split_once(": bytes ")?;
    let (bytes, values) = bounds.split_once(", values ")?;
    Some((
        item,
        [bytes, values].map(|bound| bound.parse().unwrap_or(u32::MAX)),
    ))
}

#[test]
fn a_bound_that_is_lowered_is_found() {
    let recorded = "Jobs.A v1: bytes 10, values 1\nJobs.B v1: bytes 20, values unbounded\nJobs.C v1: bytes 5, values 1\n";
    let migrated = "Jobs.A v2: bytes 9, values 1\n";
    let grown = "Jobs.A v1: bytes 11, values 1\nJobs.B v1: bytes unbounded, values unbounded\n";
    assert_eq!(lowered(recorded, migrated), Vec::<&str>::new());
    assert_eq!(lowered(recorded, grown), Vec::<&str>::new());
    let shrunk = "Jobs.A v1: bytes 9, values 1\nJobs.B v1: bytes 20, values 7\nJobs.C v1: bytes 5, values 1\n";
    assert_eq!(
        lowered(recorded, shrunk),
        shrunk.lines().take(2).collect::<Vec<_>>()
    );
}
