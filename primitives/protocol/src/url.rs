//! Bounded locations of blobs and endpoints.

use alloc::string::String;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The most bytes a location may have.
pub const MAX_URL: u32 = 256;

/// A location: printable ASCII of the form `scheme://rest`.
///
/// The chain checks the form alone; whoever fetches applies its own rules on schemes and addresses.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Url(pub BoundedVec<u8, ConstU32<MAX_URL>>);

/// Why a location is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// More than [`MAX_URL`] bytes.
    #[error("the location is longer than 256 bytes; shorten it")]
    TooLong,
    /// A byte that is not printable ASCII.
    #[error("the location holds a byte that is not printable ASCII; percent-encode it")]
    NotPrintable,
    /// No `scheme://` at its beginning, or nothing behind it.
    #[error("the location must look like scheme://rest")]
    NoScheme,
}

impl Url {
    /// Parses and checks a location.
    ///
    /// # Errors
    /// [`UrlError`] says what is wrong with its form.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let bytes =
            BoundedVec::try_from(text.as_bytes().to_vec()).map_err(|_| UrlError::TooLong)?;
        let url = Self(bytes);
        url.check()?;
        Ok(url)
    }

    /// Checks the form of a location that came from outside.
    ///
    /// # Errors
    /// [`UrlError`] says what is wrong with its form.
    pub fn check(&self) -> Result<(), UrlError> {
        if !self.0.iter().all(u8::is_ascii_graphic) {
            return Err(UrlError::NotPrintable);
        }
        let end = self
            .0
            .windows(3)
            .position(|window| window == b"://")
            .ok_or(UrlError::NoScheme)?;
        let (scheme, rest) = self.0.split_at_checked(end).ok_or(UrlError::NoScheme)?;
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        if scheme.is_empty() || rest.len() <= 3 || !scheme.iter().all(plain) {
            return Err(UrlError::NoScheme);
        }
        Ok(())
    }

    /// The location as text.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl core::fmt::Display for Url {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.to_text())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Url {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Url {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_checked() {
        assert!(Url::parse("https://example.org/a?b=c").is_ok());
        assert!(Url::parse("http://127.0.0.1:8080").is_ok());
        assert_eq!(Url::parse("example.org"), Err(UrlError::NoScheme));
        assert_eq!(Url::parse("://x"), Err(UrlError::NoScheme));
        assert_eq!(Url::parse("http://"), Err(UrlError::NoScheme));
        assert_eq!(Url::parse("ht tp://a"), Err(UrlError::NotPrintable));
        assert_eq!(Url::parse("http://a\nb"), Err(UrlError::NotPrintable));
        assert_eq!(Url::parse(""), Err(UrlError::NoScheme));
        let long = alloc::format!("http://{}", "a".repeat(250));
        assert_eq!(Url::parse(&long), Err(UrlError::TooLong));
    }
}
