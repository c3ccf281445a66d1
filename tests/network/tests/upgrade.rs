//! Token holders change a parameter and replace the runtime of a network, while a job and a dispute are running.
//!
//! Needs the binaries `assay-node`, `assay-worker` and `assay-adversary`; see `assay_processes::program` for where they are
//! looked for.

use assay_client::{blake2_256, governance::calls, At, ChainClient, Until};
use assay_game::Standing;
use assay_network_tests::{
    chain::UPGRADE_PACE,
    network::{Network, GATE},
    referendum::{propose, until_approved},
    work::Market,
};
use assay_processes::market::{key, until};
use assay_protocol::{JobId, JobStatus, Params, ParamsVersion, PerMille};
use assay_upgrades::NEXT_VERSION;

/// A runtime's version, as the chain encodes it: names, authoring, specification, implementation, APIs, transactions, system.
type Version = (String, String, u32, u32, u32, Vec<([u8; 8], u32)>, u32, u8);

#[tokio::test(flavor = "multi_thread")]
async fn referenda_change_a_parameter_and_the_runtime_while_work_goes_on() {
    let mut network = Network::start_at(UPGRADE_PACE).await;
    let mut market = Market::open(&network).await;
    let changed = token_holders_decide(network.chain(GATE)).await;

    let old = spec_version(network.chain(GATE)).await;
    let job = market.begin(&network).await;
    apply(network.chain(GATE), job).await;
    market.finish(&network).await;

    network.until_finality_goes_on().await;
    for number in network.running() {
        let chain = network.chain(number);
        assert_eq!(
            spec_version(chain).await,
            old + 1,
            "{}",
            network.name(number)
        );
        assert_eq!(params(chain).await, (ParamsVersion(1), changed));
    }
    // Workers know the new runtime, too.
    market.begin(&network).await;
    market.finish(&network).await;
}

/// Passes a referendum that changes a parameter and one that allows the next runtime; the new parameters.
async fn token_holders_decide(chain: &ChainClient) -> Params {
    let (version, mut wanted) = params(chain).await;
    assert_eq!(version, ParamsVersion(0));
    wanted.money.protocol_fee = PerMille(wanted.money.protocol_fee.0 + 1);
    let code = blake2_256(NEXT_VERSION);
    let parameter = propose(chain, "parameter_admin", &calls::set_params(&wanted)).await;
    let runtime = propose(chain, "root", &calls::authorize_upgrade(code)).await;
    until_approved(chain, parameter).await;
    until_approved(chain, runtime).await;
    let ask = |at| async move { chain.authorized_upgrade(at).await };
    until(chain, "the allowed upgrade", ask, |found| {
        *found == Some(code)
    })
    .await;
    let ask = |at| async move { chain.params(None, at).await };
    until(chain, "the new parameters", ask, |found| {
        found.as_ref().is_some_and(|view| view.params == wanted)
    })
    .await;
    wanted
}

/// Sets the runtime in a block in which the job's dispute is running.
async fn apply(chain: &ChainClient, job: JobId) {
    let call = calls::apply_authorized_upgrade(NEXT_VERSION);
    let sent = chain
        .execute(&call, &key("//Alice"), Until::Finalised)
        .await;
    let block = sent.unwrap_or_else(|error| panic!("{error}")).block;
    let page = chain.disputes(0, 100, At::Block(block.hash)).await.unwrap();
    let running = |standing: &Standing| matches!(standing, Standing::Running { .. });
    let mut ours = page.items.iter().filter(|view| view.job == job);
    assert!(ours.any(|view| running(&view.standing)), "{page:?}");
    let job = chain
        .job(job, At::Block(block.hash))
        .await
        .unwrap()
        .unwrap();
    let over = matches!(job.state.status, JobStatus::Ended { .. });
    assert!(!over, "{job:?}");
}

async fn spec_version(chain: &ChainClient) -> u32 {
    let version: Version = chain
        .runtime_api("Core_version", (), At::Finalised)
        .await
        .unwrap();
    version.3
}

async fn params(chain: &ChainClient) -> (ParamsVersion, Params) {
    let view = chain.params(None, At::Finalised).await.unwrap().unwrap();
    (view.version, view.params)
}
