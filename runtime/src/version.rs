//! The version of the runtime. When which number is raised: docs/upgrades.md.

use crate::apis::RUNTIME_API_VERSIONS;
use alloc::borrow::Cow;
use sp_version::RuntimeVersion;

/// Declares [`VERSION`] with this `spec_version`. The attribute reads the declaration before any constant has a value,
/// so that the number must stand in it.
macro_rules! version {
    ($spec_version:tt) => {
        /// The version of the runtime.
        #[sp_version::runtime_version]
        pub const VERSION: RuntimeVersion = RuntimeVersion {
            spec_name: Cow::Borrowed("assay"),
            impl_name: Cow::Borrowed("assay"),
            authoring_version: 1,
            spec_version: $spec_version,
            impl_version: 1,
            apis: RUNTIME_API_VERSIONS,
            transaction_version: 1,
            system_version: 1,
        };
    };
}

#[cfg(not(feature = "next-version"))]
version!(101);
// What a test upgrades to: the same runtime, one version later.
#[cfg(feature = "next-version")]
version!(102);
