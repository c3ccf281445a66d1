//! How far training is, as the provider's worker tells it, and the bar that shows it.

use std::{io::IsTerminal, time::Duration};

use assay_blobs::{HttpClient, Limits};
use assay_protocol::JobId;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Deserialize;

/// The most bytes of a progress document.
const MAX_BYTES: u64 = 1 << 16;

const TEMPLATE: &str = "{prefix} {wide_bar} {pos}/{len} steps  {msg}";

/// What a worker tells of a job. Nobody vouches for it: it is shown, and nothing follows from it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Progress {
    /// Steps taken since the job's beginning.
    pub step: u64,
    /// The loss of the last step.
    pub loss: Option<f32>,
    /// Whether the loss has been infinite or not a number.
    pub diverged: bool,
}

/// Limits for a document that is asked for twice a second.
pub(crate) fn limits() -> Limits {
    let short = Duration::from_secs(2);
    Limits {
        connect: short,
        idle: short,
        total: short,
        redirects: 0,
        attempts: 1,
        ..Limits::default()
    }
}

/// Asks a provider's endpoint. `None` if it does not answer, or not with this document.
pub(crate) async fn ask(http: &HttpClient, endpoint: &str, job: JobId) -> Option<Progress> {
    let url = format!("{}/jobs/{job}/progress", endpoint.trim_end_matches('/'));
    let answer = http.get(&url, MAX_BYTES).await;
    let bytes = answer
        .map_err(|error| tracing::debug!(%error, "no progress"))
        .ok()?;
    serde_json::from_slice(&bytes)
        .map_err(|error| tracing::debug!(%error, %url, "no progress document"))
        .ok()
}

/// A bar on a terminal; nothing elsewhere.
pub(crate) fn bar(job: JobId, steps: u64) -> ProgressBar {
    let target = match std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(Some(steps), target).with_prefix(format!("job {job}"));
    match ProgressStyle::with_template(TEMPLATE) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workers_document_is_read() {
        let text = r#"{"schema_version":1,"job":3,"phase":"training","step":40,"total_steps":100,"segment":1,
            "segments":4,"loss":0.5,"diverged":false,"steps_per_second":12.5}"#;
        let expected = Progress {
            step: 40,
            loss: Some(0.5),
            diverged: false,
        };
        assert_eq!(serde_json::from_str::<Progress>(text).unwrap(), expected);
    }

    #[test]
    fn the_template_is_valid() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
