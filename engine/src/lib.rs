//! Fast execution of programs, equal to the reference bit for bit
