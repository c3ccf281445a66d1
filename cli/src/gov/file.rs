//! Files of a bounded size.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::CliError;

/// A file's bytes, at most so many; `-` is standard input.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, CliError> {
    let bytes = match path == Path::new("-") {
        true => take(io::stdin().lock(), most),
        false => File::open(path).and_then(|file| take(file, most)),
    };
    let bytes = bytes.map_err(CliError::file(path))?;
    match bytes.len() as u64 > most {
        true => Err(CliError::TooLong {
            path: path.to_owned(),
            most,
        }),
        false => Ok(bytes),
    }
}

/// Up to one byte more than `most`.
fn take(source: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("four");
        std::fs::write(&path, b"four").unwrap();
        assert_eq!(read(&path, 4).unwrap(), b"four");
        assert_eq!(read(&path, 3).unwrap_err().code(), "file_too_long");
        assert_eq!(
            read(&directory.path().join("none"), 3).unwrap_err().code(),
            "file_not_found"
        );
    }
}
