//! Merkle commitments over tiles, tensors, states, programs and traces
