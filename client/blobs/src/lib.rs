//! Content-addressed blobs over a directory, HTTP or an object store, verified while streaming
