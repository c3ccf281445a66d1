//! What goes to standard output.

use std::io::{self, Write};

use serde::Serialize;

use crate::CliError;

/// Version of the envelope and of every document in it.
pub const SCHEMA_VERSION: u32 = 1;

/// What `--json` prints: one document, whether the command succeeded or failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Envelope<T> {
    /// Version of this document.
    pub schema_version: u32,
    /// Whether the command did what was asked.
    pub success: bool,
    /// What came out, if it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
    /// What went wrong, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// A name that stays the same from version to version.
    pub code: String,
    /// The same in words, with the remedy.
    pub message: String,
    /// Its parts: the field at fault, the remedy, amounts, whatever the code has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}

impl<T> Envelope<T> {
    /// Of a command that succeeded.
    pub const fn success(data: T) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            success: true,
            data: Some(data),
            error: None,
        }
    }

    /// Of a command that failed.
    pub fn failure(code: &str, message: String, details: Option<serde_json::Value>) -> Self {
        let error = Some(Failure {
            code: code.to_owned(),
            message,
            details,
        });
        Self {
            schema_version: SCHEMA_VERSION,
            success: false,
            data: None,
            error,
        }
    }
}

impl<T: Serialize> Envelope<T> {
    /// Writes it with a line break behind it.
    ///
    /// # Errors
    /// What the stream says.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)?;
        out.flush()
    }
}

/// Where a command's data goes, and in which form.
pub struct Output<'a> {
    json: bool,
    out: &'a mut dyn Write,
}

impl<'a> Output<'a> {
    /// Data as an envelope if `json`, else as text.
    pub fn new(json: bool, out: &'a mut dyn Write) -> Self {
        Self { json, out }
    }

    /// Whether programs read this.
    pub const fn json(&self) -> bool {
        self.json
    }

    /// The command's result: `data` in an envelope, or the same as text.
    ///
    /// # Errors
    /// [`CliError::Output`] if standard output is closed.
    pub fn finish<T: Serialize>(
        &mut self,
        data: &T,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        match self.json {
            true => Envelope::success(data).write(self.out),
            false => text(self.out).and_then(|()| self.out.flush()),
        }
        .map_err(CliError::output)
    }

    /// Data that has one form only, such as a completion script.
    ///
    /// # Errors
    /// [`CliError::Output`] if standard output is closed.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.out
            .write_all(bytes)
            .and_then(|()| self.out.flush())
            .map_err(CliError::output)
    }
}

/// A `u128` as a decimal string, for `serde(serialize_with)`: JavaScript has no such numbers.
///
/// # Errors
/// What the serializer says.
pub fn decimal<S: serde::Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// A line of a name and a value, aligned.
///
/// # Errors
/// What the stream says.
pub fn field(out: &mut dyn Write, name: &str, value: impl std::fmt::Display) -> io::Result<()> {
    writeln!(out, "{name:<20} {value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_holds_either_data_or_an_error() {
        let text = |envelope: &Envelope<u32>| serde_json::to_string(envelope).unwrap();
        assert_eq!(
            text(&Envelope::success(7)),
            r#"{"schema_version":1,"success":true,"data":7}"#
        );
        let failure = Envelope::failure("no_job", "there is no job 7".to_owned(), None);
        let expected = r#"{"schema_version":1,"success":false,"error":{"code":"no_job","message":"there is no job 7"}}"#;
        assert_eq!(text(&failure), expected);
    }
}
