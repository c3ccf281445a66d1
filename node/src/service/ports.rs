//! Refuses to start on ports that another program holds.
//!
//! Left alone, the RPC server would quietly take another port and the network would go on without listening: a client
//! that was told the port would find nobody, or somebody else.

use sc_network::{multiaddr::Protocol, Multiaddr};
use sc_service::{error::Error as ServiceError, Configuration};
use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

/// Checks the ports that were asked for, and forbids to fall back to others.
pub fn claim(config: &mut Configuration) -> Result<(), ServiceError> {
    for endpoint in config.rpc.addr.iter_mut().flatten() {
        endpoint.retry_random_port = false;
        if !endpoint.is_optional {
            check(endpoint.listen_addr, "--rpc-port")?;
        }
    }
    for address in config
        .network
        .listen_addresses
        .iter()
        .filter_map(tcp_address)
    {
        check(address, "--port")?;
    }
    Ok(())
}

/// Tries to listen there, and stops at once. An address of a family that this machine lacks is not our concern.
fn check(address: SocketAddr, option: &str) -> Result<(), ServiceError> {
    match TcpListener::bind(address) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(ServiceError::Other(format!(
            "port taken: another program listens on {address}; stop it, or choose another port with {option}"
        ))),
        _ => Ok(()),
    }
}

/// The socket of a network address, if it is one of TCP.
fn tcp_address(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => ip.into(),
        Protocol::Ip6(ip) => ip.into(),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}
