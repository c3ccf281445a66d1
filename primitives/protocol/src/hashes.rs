//! Keccak-256 roots, one type for each kind of tree, as they go over the chain.
//!
//! Those that `assay-commitment` computes convert from and into its types.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! root {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        #[cfg_attr(
            feature = "serde",
            derive(serde::Serialize, serde::Deserialize),
            serde(transparent)
        )]
        pub struct $name(
            #[cfg_attr(feature = "serde", serde(with = "crate::json::hash"))] pub [u8; 32],
        );

        impl $name {
            /// The root's bytes.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl From<$name> for [u8; 32] {
            fn from(root: $name) -> Self {
                root.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

root! {
    /// Root of a program: header and node tree.
    ProgramRoot
}
root! {
    /// Root of the tree over a program's encoded nodes.
    NodeTreeRoot
}
root! {
    /// Root over the tensor roots of a program's constants.
    ConstantsRoot
}
root! {
    /// Root of a tensor: dtype, dims and tiles.
    TensorRoot
}
root! {
    /// Root of a state: its slots' tensor roots.
    StateRoot
}
root! {
    /// Root of a trace: level, count and the leaves' tree.
    TraceRoot
}
root! {
    /// An inner node of a Merkle tree, as a path carries it.
    TreeNode
}

macro_rules! same_root {
    ($($name:ident),*) => {
        $(
            impl From<assay_commitment::$name> for $name {
                fn from(root: assay_commitment::$name) -> Self {
                    Self(root.0)
                }
            }

            impl From<$name> for assay_commitment::$name {
                fn from(root: $name) -> Self {
                    Self(root.0)
                }
            }
        )*
    };
}

same_root!(ProgramRoot, StateRoot, TensorRoot, TraceRoot);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_root_prints_as_hex_and_encodes_as_32_bytes() {
        let root = StateRoot([0xab; 32]);
        assert_eq!(format!("{root}"), format!("0x{}", "ab".repeat(32)));
        assert_eq!(root.encode(), [0xab; 32]);
    }
}
