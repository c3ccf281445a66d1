//! What a worker serves besides blobs.

use std::sync::Arc;

use assay_protocol::{JobId, SegmentIndex};
use axum::{
    extract::{Path, State},
    http::{header, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
    Router,
};
use serde::Serialize;

use crate::{journal::Journal, metrics::Metrics, progress::Board};

/// `GET /jobs` and `GET /jobs/{id}/progress`, as JSON.
pub fn progress_routes(board: Board) -> Router {
    Router::new()
        .route("/jobs", get(all))
        .route("/jobs/{id}/progress", get(one))
        .with_state(board)
}

/// `GET /jobs/{id}/segments/{segment}/roots`: the state roots at the ends of a trained segment's intervals, 32 bytes each,
/// one after the other. Whoever finds one of them wrong can name it; to those who do not ask, the game narrows to it.
pub fn roots_routes(journal: Arc<Journal>) -> Router {
    Router::new()
        .route("/jobs/{id}/segments/{segment}/roots", get(roots))
        .with_state(journal)
}

/// Where [`roots_routes`] serves a segment's roots.
pub fn roots_path(job: JobId, segment: SegmentIndex) -> String {
    format!("/jobs/{job}/segments/{segment}/roots")
}

/// `GET /metrics` in the Prometheus text format.
pub fn metrics_routes(metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route(
            "/metrics",
            get(|State(metrics): State<Arc<Metrics>>| async move { metrics.render() }),
        )
        .with_state(metrics)
}

async fn roots(
    State(journal): State<Arc<Journal>>,
    Path((job, segment)): Path<(u64, u32)>,
) -> Response {
    match journal.intervals(JobId(job), SegmentIndex(segment)) {
        Ok(roots) if roots.is_empty() => {
            (StatusCode::NOT_FOUND, "this worker has no such segment").into_response()
        }
        Ok(roots) => {
            let bytes: Vec<u8> = roots.iter().flat_map(|root| root.0).collect();
            ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn all(State(board): State<Board>) -> Response {
    json(&board.all())
}

async fn one(State(board): State<Board>, Path(id): Path<u64>) -> Response {
    match board.get(JobId(id)) {
        Some(progress) => json(&progress),
        None => (StatusCode::NOT_FOUND, "this worker has no such job").into_response(),
    }
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
