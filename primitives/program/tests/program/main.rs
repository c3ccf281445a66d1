//! Encodings, judgement and estimates of programs.

mod codec;
mod estimate;
mod golden;
mod hand;
mod rules;
mod samples;
