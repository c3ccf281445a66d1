//! What commands share: the chain, the key, the client for blobs.

use assay_blobs::{HttpClient, Limits, Reach};
use assay_client::{Account, At, Call, ChainClient, ChainError, Included, Key, Until};
use assay_protocol::{BlockTime, Params};

use crate::{
    options::{Global, ParamsSource, Wait},
    CliError,
};

/// The time between two blocks that is assumed without a chain: the main one's.
const MAIN_TIME: BlockTime = BlockTime { millis: 6_000 };

/// The time between two blocks of a development chain.
const DEVELOPMENT_TIME: BlockTime = BlockTime { millis: 1_000 };

/// The options that hold for every command, and what they lead to.
#[derive(Clone, Debug)]
pub struct Context {
    global: Global,
}

/// The rules by which a job is judged.
pub enum Rules {
    /// Those of a chain that can be asked.
    Chain {
        /// The connection.
        chain: ChainClient,
        /// The parameters in force.
        params: Box<Params>,
    },
    /// A preset.
    Preset {
        /// The parameters.
        params: Box<Params>,
        /// The time between two blocks.
        time: BlockTime,
    },
}

impl Rules {
    /// The parameters.
    pub const fn params(&self) -> &Params {
        match self {
            Self::Chain { params, .. } | Self::Preset { params, .. } => params,
        }
    }
}

impl Context {
    /// Of the given options.
    pub const fn new(global: Global) -> Self {
        Self { global }
    }

    /// Whether standard output is for programs.
    pub const fn json(&self) -> bool {
        self.global.json
    }

    /// The file of `--key-file`.
    pub fn key_file(&self) -> Option<&std::path::Path> {
        self.global.key_file.as_deref()
    }

    /// Connects to the node.
    ///
    /// # Errors
    /// [`CliError::Chain`]: unreachable, or of another chain.
    pub async fn chain(&self) -> Result<ChainClient, CliError> {
        Ok(ChainClient::connect(&self.global.node, self.global.genesis).await?)
    }

    /// The key of `--key-file` or the environment.
    ///
    /// # Errors
    /// [`CliError::Key`].
    pub fn key(&self) -> Result<Key, CliError> {
        Ok(Key::load(self.key_file())?)
    }

    /// The account named, or that of the key.
    ///
    /// # Errors
    /// [`CliError::Key`] if none is named and there is no key.
    pub fn account_or_own(&self, named: Option<Account>) -> Result<Account, CliError> {
        named.map_or_else(|| self.key().map(|key| key.account()), Ok)
    }

    /// A client for blobs within the reach that the options give.
    ///
    /// # Errors
    /// [`CliError::Fetch`] if the system's certificates cannot be used.
    pub fn http(&self, limits: Limits) -> Result<HttpClient, CliError> {
        let reach = if self.global.allow_private {
            Reach::Any
        } else {
            Reach::Public
        };
        Ok(HttpClient::new(limits, reach)?)
    }

    /// The rules of that source.
    ///
    /// # Errors
    /// [`CliError::Chain`] if a chain is needed and cannot be asked.
    pub async fn rules(&self, source: ParamsSource) -> Result<Rules, CliError> {
        match source {
            ParamsSource::Main => Ok(Rules::Preset {
                params: Box::new(Params::main()),
                time: MAIN_TIME,
            }),
            ParamsSource::Development => Ok(Rules::Preset {
                params: Box::new(Params::development()),
                time: DEVELOPMENT_TIME,
            }),
            ParamsSource::Chain => chain_rules(self.chain().await?).await,
            ParamsSource::Auto => match self.chain().await {
                Ok(chain) => chain_rules(chain).await,
                Err(CliError::Chain(error @ ChainError::Unreachable { .. })) => {
                    eprintln!("note: {error}; the main chain's parameters are used");
                    Ok(Rules::Preset {
                        params: Box::new(Params::main()),
                        time: MAIN_TIME,
                    })
                }
                Err(error) => Err(error),
            },
        }
    }
}

/// The parameters in force on a chain.
///
/// # Errors
/// [`CliError::NoParams`], or what the connection says.
pub async fn params(chain: &ChainClient) -> Result<Params, CliError> {
    let view = chain
        .params(None, At::Best)
        .await?
        .ok_or(CliError::NoParams)?;
    Ok(view.params)
}

async fn chain_rules(chain: ChainClient) -> Result<Rules, CliError> {
    let params = Box::new(params(&chain).await?);
    Ok(Rules::Chain { chain, params })
}

/// Checks that an account exists and can spend an amount and still exist.
///
/// # Errors
/// [`CliError::UnknownAccount`], [`CliError::Balance`].
pub async fn check_balance(
    chain: &ChainClient,
    account: Account,
    amount: u128,
) -> Result<(), CliError> {
    let info = chain.account(&account, At::Best).await?;
    if !info.exists() {
        return Err(CliError::UnknownAccount { account });
    }
    let existential: u128 = chain.constant("Balances", "ExistentialDeposit").await?;
    let needed = amount.saturating_add(existential);
    match info.free < needed {
        true => Err(CliError::Balance {
            account,
            free: info.free,
            needed,
        }),
        false => Ok(()),
    }
}

/// Signs and sends a call and waits for its place.
///
/// # Errors
/// [`CliError::Chain`].
pub async fn send(
    chain: &ChainClient,
    call: &Call,
    key: &Key,
    wait: Wait,
) -> Result<Included, CliError> {
    let until = match wait {
        Wait::Best => Until::InBestBlock,
        Wait::Finalised => Until::Finalised,
    };
    Ok(chain.execute(call, key, until).await?)
}
