//! `assay key`.

use std::path::Path;

use assay_client::{Account, Key};
use serde::Serialize;

use crate::{
    context::Context,
    options::KeyCommand,
    output::{field, Output},
    CliError,
};

/// The public part of a key.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// SS58 address.
    pub address: Account,
    /// Public key in hexadecimal digits.
    pub public_key: String,
    /// The file that a new key was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// Runs a command of the group.
///
/// # Errors
/// [`CliError::Key`]; [`CliError::KeyPlace`] if no file is named for a new key.
pub fn run(command: &KeyCommand, context: &Context, out: &mut Output<'_>) -> Result<(), CliError> {
    let shown = match command {
        KeyCommand::Generate { out: file } => generate(
            file.as_deref()
                .or(context.key_file())
                .ok_or(CliError::KeyPlace)?,
        )?,
        KeyCommand::Inspect => of(&context.key()?, None),
    };
    out.finish(&shown, |out| {
        field(out, "address", shown.address)?;
        field(out, "public key", &shown.public_key)?;
        shown
            .file
            .as_ref()
            .map_or(Ok(()), |file| field(out, "written to", file))
    })
}

fn generate(file: &Path) -> Result<Shown, CliError> {
    let generated = Key::generate()?;
    Key::write_file(file, &generated.phrase)?;
    Ok(of(&generated.key, Some(file)))
}

fn of(key: &Key, file: Option<&Path>) -> Shown {
    let address = key.account();
    Shown {
        address,
        public_key: format!("0x{}", hex::encode(address.0)),
        file: file.map(|file| file.display().to_string()),
    }
}
