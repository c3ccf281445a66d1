//! The chain as the worker and the command line see it
