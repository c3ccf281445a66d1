//! Provider and verifier daemon
