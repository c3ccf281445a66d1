//! The assay command: buyers, operators and governance
