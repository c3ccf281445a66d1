//! Open jobs, and what this machine would earn with them.

use assay_client::{Account, At, ChainClient, ChainError};
use assay_protocol::{DeviceClass, DeviceRate, JobId, JobSpec, JobStatus, JobView, UNIT};
use serde::Serialize;

/// Jobs asked for at a time.
const PAGE: u32 = 100;
/// Pages read at most.
const PAGES: usize = 100;

/// An open job on this machine.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Offer {
    /// The job.
    pub(super) job: JobId,
    /// Seconds that a segment takes here.
    pub(super) seconds_per_segment: f64,
    /// Seconds that it may take.
    pub(super) declared_seconds: u32,
    /// Price of a segment, in tokens.
    pub(super) price_per_segment: f64,
    /// What an hour of it earns, in tokens.
    pub(super) tokens_per_hour: f64,
    /// What keeps this machine from taking it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) obstacle: Option<&'static str>,
}

/// The open jobs among the chain's first ten thousand, the dearest hour first.
pub(super) async fn open_offers(
    chain: &ChainClient,
    rate: &DeviceRate,
    class: DeviceClass,
    memory_bytes: u64,
) -> Result<Vec<Offer>, ChainError> {
    let (mut offers, mut from) = (Vec::new(), Some(0));
    for _ in 0..PAGES {
        let Some(first) = from else {
            break;
        };
        let page = chain.jobs(JobId(first), PAGE, At::Best).await?;
        let open = page.items.iter().filter(|job| is_open(job));
        offers.extend(open.map(|job| offer(job.id, &job.record.spec, rate, class, memory_bytes)));
        from = page.next;
    }
    offers.sort_by(|a, b| b.tokens_per_hour.total_cmp(&a.tokens_per_hour));
    Ok(offers)
}

fn is_open(job: &JobView<Account>) -> bool {
    matches!(job.state.status, JobStatus::Open { .. })
}

fn offer(
    job: JobId,
    spec: &JobSpec,
    rate: &DeviceRate,
    class: DeviceClass,
    memory_bytes: u64,
) -> Offer {
    let work = spec.work;
    let step = rate.step_nanos(work.flops_per_step, work.bytes_per_step, spec.header.nodes);
    let steps = f64::from(spec.schedule.steps_per_segment);
    let seconds_per_segment = step as f64 / 1e9 * steps;
    let price_per_segment = spec.price_per_segment as f64 / UNIT as f64;
    Offer {
        job,
        seconds_per_segment,
        declared_seconds: spec.seconds_per_segment,
        price_per_segment,
        tokens_per_hour: price_per_segment / seconds_per_segment * 3_600.0,
        obstacle: obstacle(spec, seconds_per_segment, class, memory_bytes),
    }
}

fn obstacle(
    spec: &JobSpec,
    seconds: f64,
    class: DeviceClass,
    memory_bytes: u64,
) -> Option<&'static str> {
    let requirements = &spec.requirements;
    if requirements.device == DeviceClass::Gpu && class == DeviceClass::Cpu {
        Some("wants a GPU")
    } else if requirements.memory_bytes > memory_bytes {
        Some("wants more memory")
    } else if seconds > f64::from(spec.seconds_per_segment) {
        Some("wants a faster machine")
    } else {
        None
    }
}
