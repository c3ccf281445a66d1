//! The state roots that a provider says it committed.

use std::time::Duration;

use assay_blobs::HttpClient;
use assay_client::{Account, At, ChainClient, ChainError};
use assay_protocol::{JobId, SegmentIndex, SegmentView};

use crate::http::roots_path;

/// How long a provider may take; without an answer the segment is challenged.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the provider that committed a segment for the state roots at its intervals' ends; none if it does not say.
///
/// # Errors
/// What the connection to the chain says.
pub(super) async fn roots(
    chain: &ChainClient,
    http: &HttpClient,
    job: JobId,
    segment: &SegmentView<Account>,
) -> Result<Option<Vec<assay_commitment::StateRoot>>, ChainError> {
    let provider = chain.provider(segment.status.provider(), At::Best).await?;
    let Some(provider) = provider else {
        return Ok(None);
    };
    let endpoint = provider.provider.endpoint.to_string();
    let url = url(&endpoint, job, segment.segment);
    let limit = u64::from(segment.intervals).saturating_mul(32);
    match tokio::time::timeout(PATIENCE, http.get(&url, limit)).await {
        Ok(Ok(bytes)) => Ok(Some(decode(&bytes))),
        Ok(Err(error)) => {
            tracing::info!(%job, segment = %segment.segment, %error, "the provider does not show its roots");
            Ok(None)
        }
        Err(_) => Ok(None),
    }
}

fn url(endpoint: &str, job: JobId, segment: SegmentIndex) -> String {
    format!(
        "{}{}",
        endpoint.trim_end_matches('/'),
        roots_path(job, segment)
    )
}

/// Roots one after the other; what is left over is dropped, and the roots then are not the committed ones.
fn decode(bytes: &[u8]) -> Vec<assay_commitment::StateRoot> {
    let (roots, _) = bytes.as_chunks::<32>();
    roots
        .iter()
        .copied()
        .map(assay_commitment::StateRoot)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_may_end_in_a_slash() {
        for endpoint in ["http://worker:8420", "http://worker:8420/"] {
            let url = url(endpoint, JobId(7), SegmentIndex(3));
            assert_eq!(url, "http://worker:8420/jobs/7/segments/3/roots");
        }
    }
}
