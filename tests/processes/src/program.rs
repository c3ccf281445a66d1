//! Where the programs under test are.

use std::path::{Path, PathBuf};

/// The binary of a program of ours: what its variable names (`ASSAY_NODE_BIN` for `assay-node`), or the one beside this
/// test in the target directory, or in the scripts' target directory.
///
/// # Panics
/// If there is none.
pub fn program(name: &str) -> PathBuf {
    let variable = variable(name);
    if let Some(path) = std::env::var_os(&variable) {
        return path.into();
    }
    let found = [beside_this(name), of_the_scripts(name)];
    let found = found.into_iter().flatten().find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("no {name} found: build it with scripts/build, or name it with {variable}")
    })
}

/// The variable that names a program's binary.
fn variable(name: &str) -> String {
    format!("{}_BIN", name.replace('-', "_").to_uppercase())
}

/// Tests lie in `deps` of the directory in which programs lie; programs beside each other.
fn beside_this(name: &str) -> Option<PathBuf> {
    let this = std::env::current_exe().ok()?;
    let near = this.ancestors().skip(1).take(2);
    near.map(|directory| directory.join(name))
        .find(|path| path.is_file())
}

fn of_the_scripts(name: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache =
        cache.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))?;
    Some(cache.join("assay/target/release").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_for_programs() {
        assert_eq!(variable("assay-node"), "ASSAY_NODE_BIN");
    }
}
