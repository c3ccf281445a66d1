//! Keys that sign transactions.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    str::FromStr,
};

use subxt::utils::MultiSignature;
use subxt_signer::{bip39::Mnemonic, sr25519, SecretUri};
use zeroize::Zeroizing;

use crate::Account;

/// The environment variable that holds a secret.
pub const KEY_VARIABLE: &str = "ASSAY_KEY";

/// The environment variable that names a key file.
pub const KEY_FILE_VARIABLE: &str = "ASSAY_KEY_FILE";

/// The most bytes of a key file.
const MAX_FILE: u64 = 4_096;

/// An sr25519 key. It never shows its secret: neither `Debug` nor any error holds it.
#[derive(Clone)]
pub struct Key(sr25519::Keypair);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Neither a file nor a variable is given.
    #[error("no key: set {KEY_FILE_VARIABLE} to a file with mode 0600, or {KEY_VARIABLE} to a secret URI")]
    Missing,
    /// The file cannot be read or written.
    #[error("key file {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Others may read the file.
    #[error("key file {path} has mode {mode:04o}: others may read it; run chmod 600 {path}")]
    Mode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// What the file or variable holds is no secret.
    #[error("{place} holds no secret: write a mnemonic, 0x and 64 hexadecimal digits, a URI like //Alice, or JSON with the field \"secret\"")]
    Malformed {
        /// The file or variable.
        place: String,
    },
    /// The system gives no randomness.
    #[error("the system gives no randomness: {cause}")]
    Randomness {
        /// What it said.
        cause: String,
    },
}

/// A new key and the phrase it comes from.
pub struct Generated {
    /// The key.
    pub key: Key,
    /// Its twelve words: all that is needed to have it again.
    pub phrase: Zeroizing<String>,
}

impl fmt::Debug for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generated")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.account())
    }
}

impl Key {
    /// The key of a secret URI: a mnemonic or `0x` and a hexadecimal seed, with derivations and password behind it, or
    /// derivations of the development phrase alone, such as `//Alice`.
    ///
    /// # Errors
    /// [`KeyError::Malformed`], which names `place` and never the secret.
    pub fn from_secret(secret: &str, place: &str) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed {
            place: place.to_owned(),
        };
        let secret = secret.trim();
        if secret.is_empty() {
            return Err(malformed());
        }
        let uri = SecretUri::from_str(secret).map_err(|_| malformed())?;
        Ok(Self(
            sr25519::Keypair::from_uri(&uri).map_err(|_| malformed())?,
        ))
    }

    /// The key in a file that only its owner may read: a secret URI as text, or JSON `{"secret": "..."}`.
    ///
    /// # Errors
    /// [`KeyError::Mode`] if the group or others may read or write it; [`KeyError::File`], [`KeyError::Malformed`].
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let failed = |cause| KeyError::File {
            path: path.to_owned(),
            cause,
        };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let mode = metadata.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Mode {
                path: path.to_owned(),
                mode,
            });
        }
        let place = path.display().to_string();
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_FILE + 1)
            .read_to_string(&mut text)
            .map_err(failed)?;
        if text.len() as u64 > MAX_FILE {
            return Err(KeyError::Malformed { place });
        }
        Self::from_secret(&secret_of(&text, &place)?, &place)
    }

    /// The key that the environment gives: [`KEY_FILE_VARIABLE`] first, then [`KEY_VARIABLE`].
    ///
    /// # Errors
    /// [`KeyError::Missing`] if neither is set, or what is wrong with the one that is.
    pub fn from_environment() -> Result<Self, KeyError> {
        if let Some(path) = std::env::var_os(KEY_FILE_VARIABLE) {
            return Self::from_file(Path::new(&path));
        }
        match std::env::var(KEY_VARIABLE) {
            Ok(secret) => Self::from_secret(&Zeroizing::new(secret), KEY_VARIABLE),
            Err(_) => Err(KeyError::Missing),
        }
    }

    /// The key in `file`, or else the one that the environment gives.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file) and [`from_environment`](Self::from_environment).
    pub fn load(file: Option<&Path>) -> Result<Self, KeyError> {
        file.map_or_else(Self::from_environment, Self::from_file)
    }

    /// A new key from 128 random bits.
    ///
    /// # Errors
    /// [`KeyError::Randomness`] if the system gives none.
    pub fn generate() -> Result<Generated, KeyError> {
        let failed = |cause: String| KeyError::Randomness { cause };
        let mut entropy = Zeroizing::new([0; 16]);
        getrandom::fill(entropy.as_mut()).map_err(|cause| failed(cause.to_string()))?;
        let mnemonic =
            Mnemonic::from_entropy(entropy.as_ref()).map_err(|cause| failed(cause.to_string()))?;
        let key = sr25519::Keypair::from_phrase(&mnemonic, None)
            .map_err(|cause| failed(cause.to_string()))?;
        Ok(Generated {
            key: Self(key),
            phrase: Zeroizing::new(mnemonic.to_string()),
        })
    }

    /// Writes a secret as JSON to a new file that only its owner may read.
    ///
    /// # Errors
    /// [`KeyError::File`] if it exists already or cannot be written.
    pub fn write_file(path: &Path, secret: &str) -> Result<(), KeyError> {
        let failed = |cause| KeyError::File {
            path: path.to_owned(),
            cause,
        };
        let text = Zeroizing::new(format!("{}\n", serde_json::json!({ "secret": secret })));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)
    }

    /// The account it signs for.
    pub fn account(&self) -> Account {
        Account(self.0.public_key().0)
    }

    /// Signs bytes that are no transaction, as the runtime's signature type.
    pub fn sign(&self, message: &[u8]) -> MultiSignature {
        MultiSignature::Sr25519(self.signer().sign(message).0)
    }

    pub(crate) const fn signer(&self) -> &sr25519::Keypair {
        &self.0
    }
}

/// The secret in a file's text: the field `secret` of JSON, or the text itself.
fn secret_of(text: &str, place: &str) -> Result<Zeroizing<String>, KeyError> {
    if !text.trim_start().starts_with('{') {
        return Ok(Zeroizing::new(text.trim().to_owned()));
    }
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| KeyError::Malformed {
        place: place.to_owned(),
    })?;
    match json.get("secret") {
        Some(serde_json::Value::String(secret)) => Ok(Zeroizing::new(secret.clone())),
        _ => Err(KeyError::Malformed {
            place: place.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    const SEED: &str = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (directory, path)
    }

    #[test]
    fn every_form_gives_the_same_key() {
        let texts = [
            "//Alice".to_owned(),
            SEED.to_owned(),
            format!("{SEED}\n"),
            format!("{{\"secret\": \"{SEED}\"}}"),
        ];
        for text in texts {
            let (_directory, path) = file(&text, 0o600);
            assert_eq!(
                Key::from_file(&path).unwrap().account().to_string(),
                ALICE,
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        for mode in [0o644, 0o640, 0o660, 0o604] {
            let (_directory, path) = file(SEED, mode);
            let error = Key::from_file(&path).unwrap_err();
            assert!(
                matches!(error, KeyError::Mode { mode: found, .. } if found == mode),
                "{error}"
            );
            assert!(error.to_string().contains("chmod 600"));
        }
    }

    #[test]
    fn no_error_and_no_debug_holds_the_secret() {
        let wrong = format!("{SEED}zz");
        for text in [
            wrong.clone(),
            format!("{{\"secrets\": \"{wrong}\"}}"),
            format!("{{\"secret\": \"{wrong}\""),
        ] {
            let (_directory, path) = file(&text, 0o600);
            let error = Key::from_file(&path).unwrap_err();
            assert!(matches!(error, KeyError::Malformed { .. }));
            assert!(!format!("{error} {error:?}").contains(&SEED[2..]));
        }
        let key = Key::from_secret(SEED, "test").unwrap();
        assert_eq!(format!("{key:?}"), format!("Key({ALICE})"));
        let made = Key::generate().unwrap();
        assert!(!format!("{made:?}").contains(made.phrase.split(' ').next().unwrap()));
    }

    #[test]
    fn a_generated_key_comes_back_from_its_file() {
        let made = Key::generate().unwrap();
        assert_eq!(made.phrase.split(' ').count(), 12);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.json");
        Key::write_file(&path, &made.phrase).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(Key::from_file(&path).unwrap().account(), made.key.account());
        assert!(
            matches!(
                Key::write_file(&path, &made.phrase),
                Err(KeyError::File { .. })
            ),
            "never overwritten"
        );
        assert_ne!(Key::generate().unwrap().key.account(), made.key.account());
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Key::load(Some(Path::new("/nonexistent/key"))).unwrap_err();
        assert!(error.to_string().contains("/nonexistent/key"));
    }

    #[test]
    fn empty_text_is_no_key() {
        assert!(
            Key::from_secret("", "x").is_err(),
            "an empty secret must not mean the development phrase"
        );
        assert!(Key::from_secret("  \n", "x").is_err());
    }
}
