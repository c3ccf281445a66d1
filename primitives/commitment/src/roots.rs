//! Roots as types of their own, so that one kind is never passed for another.

use crate::Hash;
use core::{fmt, str::FromStr};

/// Text that is not 64 hexadecimal digits, with or without `0x` before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a root is 64 hexadecimal digits, optionally after 0x")]
pub struct ParseRootError;

macro_rules! root {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Hash);

        impl From<Hash> for $name {
            fn from(hash: Hash) -> Self {
                Self(hash)
            }
        }

        impl From<$name> for Hash {
            fn from(root: $name) -> Self {
                root.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseRootError;

            fn from_str(text: &str) -> Result<Self, ParseRootError> {
                parse_hex(text).map(Self)
            }
        }
    };
}

root! {
    /// Binds a tensor's element type, dimensions and elements.
    TensorRoot
}
root! {
    /// Binds the number of state slots and the tensor in each.
    StateRoot
}
root! {
    /// Binds a program's header (with its constants) and nodes.
    ProgramRoot
}
root! {
    /// Binds the level, length and leaves of a trace.
    TraceRoot
}

fn write_hex(hash: &Hash, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("0x")?;
    hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn parse_hex(text: &str) -> Result<Hash, ParseRootError> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if digits.len() != 64 {
        return Err(ParseRootError);
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        for &digit in pair {
            let value = char::from(digit).to_digit(16).ok_or(ParseRootError)?;
            *byte = *byte << 4 | value as u8;
        }
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    #[test]
    fn text_goes_both_ways() {
        let root = StateRoot(core::array::from_fn(|i| (i * 37) as u8));
        assert_eq!(root.to_string().parse(), Ok(root));
        assert_eq!(
            root.to_string()
                .trim_start_matches("0x")
                .to_uppercase()
                .parse(),
            Ok(root)
        );
        assert_eq!(format!("{root:?}"), format!("StateRoot({root})"));
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "0x",
            "0x00",
            &"0".repeat(63),
            &"0".repeat(65),
            &"g".repeat(64),
            &"é".repeat(32),
            "+f",
        ] {
            assert_eq!(text.parse::<TensorRoot>(), Err(ParseRootError), "{text}");
        }
        assert_eq!(
            format!("{}+1", "0".repeat(62)).parse::<TensorRoot>(),
            Err(ParseRootError)
        );
    }
}
