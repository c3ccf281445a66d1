//! `assay blob`.

use std::{sync::Arc, time::Duration};

use assay_blobs::{router, BlobStore, ReadOnly, Server};
use tokio::signal::unix::{signal, SignalKind};

use crate::{
    options::{BlobCommand, ServeOptions},
    output::Output,
    CliError,
};

/// How long a client may send nothing.
const IDLE: Duration = Duration::from_secs(20);

/// Runs a command of the group.
///
/// # Errors
/// Those of the command.
pub async fn run(command: BlobCommand, out: &mut Output<'_>) -> Result<(), CliError> {
    let BlobCommand::Serve(options) = command;
    serve(&options, out).await
}

/// Serves a directory until SIGINT or SIGTERM comes.
async fn serve(options: &ServeOptions, out: &mut Output<'_>) -> Result<(), CliError> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt()).map_err(CliError::output)?,
        signal(SignalKind::terminate()).map_err(CliError::output)?,
    );
    let store = BlobStore::local(&options.dir)?;
    let server = Server::bind(options.listen).await?;
    let address = format!("http://{}", server.address());
    out.raw(format!("{}\n", serde_json::json!({ "address": address })).as_bytes())?;
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    server
        .run(router(store, Arc::new(ReadOnly), IDLE), stop)
        .await;
    Ok(())
}
