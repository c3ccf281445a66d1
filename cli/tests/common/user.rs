//! Users of the command line with a node.

use std::process::Command;

use serde_json::Value;

use super::{assay, data, error};

/// The command line of a user of one node.
pub struct User<'a> {
    node: &'a str,
    key: Option<&'a str>,
}

impl<'a> User<'a> {
    pub fn nobody(node: &'a str) -> Self {
        Self { node, key: None }
    }

    pub fn with_key(node: &'a str, key: &'a str) -> Self {
        let key = Some(key);
        Self { node, key }
    }

    pub fn run(&self, arguments: &[&str]) -> Command {
        let mut command = assay();
        command.args(arguments).args(["--node", self.node]);
        command.env("ASSAY_WAIT", "best");
        if let Some(key) = self.key {
            command.env("ASSAY_KEY", key);
        }
        command
    }

    /// The data of a command that succeeds.
    pub fn does(&self, arguments: &[&str]) -> Value {
        data(&mut self.run(arguments))
    }

    /// The code of the error of a command that fails, and its details.
    pub fn fails(&self, arguments: &[&str]) -> (String, Value) {
        let mut error = error(&mut self.run(arguments));
        let code = error["code"].as_str().unwrap().to_owned();
        (code, error["details"].take())
    }
}
