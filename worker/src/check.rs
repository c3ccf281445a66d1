//! `assay-worker check`.

use std::{
    io::Write,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use assay_client::{Account, At, ChainClient, Key};
use assay_engine::Simd;
use assay_protocol::{ProviderStatus, ProviderView, UNIT};
use serde::Serialize;

use crate::{
    compute::{self_check, Choice, Cpu, Device, Gpus, Installed},
    machine,
    material::Machine,
    options::{ChainOptions, CheckOptions},
};

/// Version of the JSON document.
const SCHEMA_VERSION: u32 = 1;

/// The least free disk, in bytes.
const LEAST_DISK: u64 = 1 << 30;

/// The least memory for a job, in bytes.
const LEAST_MEMORY: u64 = 256 << 20;

/// The most by which this machine's clock may differ from the chain's, in milliseconds.
const CLOCK: u64 = 30_000;

/// One thing that is needed to take part.
#[derive(Debug, Serialize)]
pub struct Item {
    /// What it is.
    pub name: &'static str,
    /// Whether it is there.
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// What to do, if it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Item {
    fn good(name: &'static str, found: impl ToString) -> Self {
        Self {
            name,
            ok: true,
            found: found.to_string(),
            remedy: None,
        }
    }

    fn missing(name: &'static str, found: impl ToString, remedy: impl ToString) -> Self {
        Self {
            name,
            ok: false,
            found: found.to_string(),
            remedy: Some(remedy.to_string()),
        }
    }

    fn judge(name: &'static str, found: impl ToString, ok: bool, remedy: impl ToString) -> Self {
        match ok {
            true => Self::good(name, found),
            false => Self::missing(name, found, remedy),
        }
    }
}

/// Something needed is missing.
#[derive(Debug, thiserror::Error)]
#[error("{missing} of {all} checks failed")]
pub struct Incomplete {
    missing: usize,
    all: usize,
}

/// Prints what is there and what is missing to take part.
///
/// # Errors
/// [`Incomplete`] if anything is missing, or that the output cannot be written.
pub async fn check(options: &CheckOptions, out: &mut impl Write) -> anyhow::Result<()> {
    let mut items = machine_items(&options.machine.data_dir, options.machine.memory_bytes());
    if let Ok(machine) = options.machine.machine() {
        let choice = options.machine.device.device;
        let asked = move || device_items(choice, &Installed, machine);
        items.extend(tokio::task::spawn_blocking(asked).await?);
    }
    items.extend(chain_items(&options.chain).await);
    if options.json {
        let document = serde_json::json!({ "schema_version": SCHEMA_VERSION, "checks": items });
        writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        for item in &items {
            let mark = if item.ok { "ok     " } else { "MISSING" };
            writeln!(out, "{mark}  {:<12} {}", item.name, item.found)?;
            if let Some(remedy) = &item.remedy {
                writeln!(out, "{:>21} {remedy}", "->")?;
            }
        }
    }
    match items.iter().filter(|item| !item.ok).count() {
        0 => Ok(()),
        missing => Err(Incomplete {
            missing,
            all: items.len(),
        }
        .into()),
    }
}

fn machine_items(data_dir: &Path, memory: u64) -> Vec<Item> {
    let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
    let disk = machine::free_bytes(data_dir).unwrap_or(0);
    let engine = Simd::from_env().and_then(Simd::resolve);
    vec![
        match engine {
            Ok(simd) => Item::good("engine", format!("{simd}, {} cores", machine::cores())),
            Err(error) => Item::missing("engine", "no instruction set", error),
        },
        Item::judge(
            "memory",
            mib(memory),
            memory >= LEAST_MEMORY,
            "give jobs at least 256 MiB with --memory",
        ),
        Item::judge(
            "disk",
            format!("{} free in {}", mib(disk), data_dir.display()),
            disk >= LEAST_DISK,
            "free at least 1 GiB, or name another directory with --data-dir",
        ),
    ]
}

/// What would compute, or what is missing of it.
fn device_items(choice: Choice, gpus: &dyn Gpus, machine: Machine) -> Vec<Item> {
    let opened = match choice {
        Choice::Cpu => {
            return vec![
                Item::good("device", Cpu.name()),
                self_check_item(&Cpu, machine),
            ]
        }
        Choice::Auto => gpus.open(0),
        Choice::Cuda(number) => gpus.open(number),
    };
    match opened {
        Ok(device) => vec![
            Item::good("device", device.name()),
            device_memory_item(device.as_ref()),
            self_check_item(device.as_ref(), machine),
        ],
        Err(error) if choice == Choice::Auto => vec![
            Item::good("device", format!("{}; no GPU: {error}", Cpu.name())),
            self_check_item(&Cpu, machine),
        ],
        Err(error) => vec![Item::missing("device", choice, error)],
    }
}

fn device_memory_item(device: &dyn Device) -> Item {
    let name = "GPU memory";
    match device.free_bytes() {
        Ok(free) => {
            let free = free.unwrap_or(0);
            let found = format!("{} MiB free", free >> 20);
            let remedy = "end what else runs on the GPU, or choose another with --device";
            Item::judge(name, found, free >= LEAST_MEMORY, remedy)
        }
        Err(error) => Item::missing(name, "unknown", error),
    }
}

fn self_check_item(device: &dyn Device, machine: Machine) -> Item {
    match self_check(device, machine) {
        Ok(()) => Item::good("self-check", "random operators equal the definition"),
        Err(error) => Item::missing("self-check", "failed", error),
    }
}

async fn chain_items(options: &ChainOptions) -> Vec<Item> {
    let mut items = Vec::new();
    let key = match Key::load(options.key_file.as_deref()) {
        Ok(key) => {
            items.push(Item::good("key", key.account()));
            Some(key)
        }
        Err(error) => {
            items.push(Item::missing("key", "none", error));
            None
        }
    };
    let chain = match ChainClient::connect(&options.node, options.genesis).await {
        Ok(chain) => chain,
        Err(error) => {
            items.push(Item::missing("node", &options.node, error));
            return items;
        }
    };
    items.push(node_item(&chain).await);
    items.push(clock_item(&chain).await);
    if let Some(key) = key {
        items.extend(account_items(&chain, &key.account()).await);
    }
    items
}

async fn node_item(chain: &ChainClient) -> Item {
    match chain.health().await {
        Ok(health) => {
            let found = format!(
                "{} {} at {}, {} peers",
                health.chain,
                health.version,
                chain.url(),
                health.peers
            );
            Item::judge(
                "node",
                found,
                !health.syncing,
                "the node is still fetching old blocks; wait until it is done",
            )
        }
        Err(error) => Item::missing("node", chain.url(), error),
    }
}

async fn clock_item(chain: &ChainClient) -> Item {
    let block_made = match chain.timestamp(At::Best).await {
        Ok(time) => time,
        Err(error) => return Item::missing("clock", "unknown", error),
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
    let off = now.abs_diff(block_made);
    let found = format!("{:.1} s from the newest block", off as f64 / 1e3);
    Item::judge(
        "clock",
        found,
        off <= CLOCK,
        "set this machine's clock, or see whether the chain stands still",
    )
}

async fn account_items(chain: &ChainClient, operator: &Account) -> Vec<Item> {
    let mut items = Vec::new();
    match chain.account(operator, At::Best).await {
        Ok(info) => {
            let found = format!("{} free for fees", tokens(info.free));
            items.push(Item::judge(
                "fees",
                found,
                info.free >= UNIT / 10,
                "endow the operator's account with at least 0.1",
            ));
        }
        Err(error) => items.push(Item::missing("fees", "unknown", error)),
    }
    match chain.provider_of_operator(operator, At::Best).await {
        Ok(Some(view)) => items.extend(provider_items(chain, &view).await),
        Ok(None) => items.push(Item::missing(
            "provider",
            "not registered",
            "run `assay provider register` with the owner's key",
        )),
        Err(error) => items.push(Item::missing("provider", "unknown", error)),
    }
    items
}

async fn provider_items(chain: &ChainClient, view: &ProviderView<Account>) -> Vec<Item> {
    let provider = &view.provider;
    let active = provider.status == ProviderStatus::Active;
    let found = format!("of {}, serving at {}", view.owner, provider.endpoint);
    let mut items = vec![Item::judge(
        "provider",
        found,
        active,
        "it is unbonding and takes no jobs; register another one",
    )];
    let least = match chain.params(None, At::Best).await {
        Ok(params) => params.map_or(0, |view| view.params.stake.min_stake),
        Err(error) => {
            items.push(Item::missing("stake", "unknown", error));
            return items;
        }
    };
    let found = format!("{} of at least {}", tokens(provider.stake), tokens(least));
    items.push(Item::judge(
        "stake",
        found,
        provider.stake >= least,
        "raise it with the owner's key",
    ));
    items
}

fn tokens(amount: u128) -> String {
    format!("{}.{:03}", amount / UNIT, amount % UNIT * 1_000 / UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Cli, Command};
    use assay_cuda::CudaError;
    use clap::Parser;

    #[tokio::test]
    async fn an_unreachable_node_is_missing_with_its_remedy() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().display().to_string();
        let arguments = [
            "assay-worker",
            "check",
            "--json",
            "--node",
            "ws://127.0.0.1:1",
            "--data-dir",
            &data,
        ];
        let Command::Check(options) = Cli::parse_from(arguments).command else {
            panic!("not check")
        };
        let mut out = Vec::new();
        let error = check(&options, &mut out).await.unwrap_err();
        assert!(error.is::<Incomplete>(), "{error}");
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let node = json["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["name"] == "node")
            .unwrap();
        assert_eq!(node["ok"], false);
        assert!(node["remedy"].as_str().unwrap().contains("--node"));
    }

    /// A machine without a driver.
    struct Bare;

    impl Gpus for Bare {
        fn open(&self, _: usize) -> Result<std::sync::Arc<dyn Device>, CudaError> {
            Err(CudaError::NoDriver)
        }
    }

    #[test]
    fn what_a_device_lacks_is_named() {
        let machine = Machine {
            simd: assay_engine::Simd::Auto,
            memory_bytes: 1 << 30,
        };
        let items = |choice| device_items(choice, &Bare, machine);
        for choice in [Choice::Auto, Choice::Cpu] {
            let items = items(choice);
            assert_eq!(items.len(), 2, "{choice}");
            assert!(items.iter().all(|item| item.ok), "{items:?}");
        }
        assert!(items(Choice::Auto)[0].found.contains("driver"));
        let missing = items(Choice::Cuda(0));
        assert_eq!((missing.len(), missing[0].ok), (1, false));
        assert_eq!(missing[0].found, "cuda:0");
        assert!(missing[0].remedy.as_ref().unwrap().contains("libcuda.so"));
    }

    #[test]
    fn amounts_are_shown_in_tokens() {
        assert_eq!(tokens(3 * UNIT / 2), "1.500");
        assert_eq!(tokens(0), "0.000");
    }
}
