//! Model families and importers that build programs
