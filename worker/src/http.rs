//! What a worker serves besides blobs.

use std::sync::Arc;

use assay_protocol::JobId;
use axum::{
    extract::{Path, State},
    http::{header, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
    Router,
};
use serde::Serialize;

use crate::{metrics::Metrics, progress::Board};

/// `GET /jobs` and `GET /jobs/{id}/progress`, as JSON.
pub fn progress_routes(board: Board) -> Router {
    Router::new()
        .route("/jobs", get(all))
        .route("/jobs/{id}/progress", get(one))
        .with_state(board)
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
