//! Keeps a fetch away from where strangers must not send it.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::{is_public, FetchError, Reach};

/// Parses a location.
pub(crate) fn parse(url: &str) -> Result<Url, FetchError> {
    Url::parse(url).map_err(|cause| FetchError::Url {
        url: url.to_owned(),
        cause: cause.to_string(),
    })
}

/// Checks scheme and, where the host is an address and no name, the address. A name is checked by [`Resolver`] when it
/// is resolved for the very connection, so that no second look-up can answer otherwise.
pub(crate) fn check(url: &Url, reach: Reach) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::Scheme {
            url: url.to_string(),
            scheme: url.scheme().to_owned(),
        });
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => {
            return Err(FetchError::Url {
                url: url.to_string(),
                cause: "it has no host".to_owned(),
            })
        }
    };
    if reach == Reach::Public && !is_public(address) {
        return Err(FetchError::PrivateAddress {
            url: url.to_string(),
            address: address.to_string(),
        });
    }
    Ok(())
}

/// Where a redirect leads, checked like a first address.
pub(crate) fn follow(from: &Url, location: &str, reach: Reach) -> Result<Url, FetchError> {
    let wrong = |cause: url::ParseError| FetchError::Url {
        url: location.to_owned(),
        cause: cause.to_string(),
    };
    let url = from.join(location).map_err(wrong)?;
    check(&url, reach)?;
    Ok(url)
}

/// Resolves names by the system and drops addresses out of reach. What it returns is what is connected to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resolver {
    pub(crate) reach: Reach,
}

/// A name whose every address is out of reach.
#[derive(Debug)]
pub(crate) struct OutOfReach {
    pub(crate) address: IpAddr,
}

impl fmt::Display for OutOfReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a public address", self.address)
    }
}

impl Error for OutOfReach {}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let near = found
                .iter()
                .find(|address| !is_public(address.ip()))
                .map(SocketAddr::ip);
            let within: Vec<_> = found
                .into_iter()
                .filter(|at| reach == Reach::Any || is_public(at.ip()))
                .collect();
            match near {
                Some(address) if within.is_empty() => Err(OutOfReach { address }.into()),
                _ => Ok(Box::new(within.into_iter()) as Addrs),
            }
        })
    }
}

/// The refusal of [`Resolver`], if that is what lies behind an error.
pub(crate) fn refused(error: &(dyn Error + 'static)) -> Option<IpAddr> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(out) = error.downcast_ref::<OutOfReach>() {
            return Some(out.address);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_server_cannot_redirect_into_this_network() {
        let from = parse("https://example.org/blobs/x").unwrap();
        for location in [
            "http://127.0.0.1/",
            "//10.0.0.1/x",
            "http://[::1]:80/",
            "http://169.254.169.254/latest",
            "http://0x7f.1/",
        ] {
            let error = follow(&from, location, Reach::Public).unwrap_err();
            assert!(
                matches!(error, FetchError::PrivateAddress { .. }),
                "{location}: {error}"
            );
            assert!(follow(&from, location, Reach::Any).is_ok(), "{location}");
        }
        for location in [
            "file:///etc/passwd",
            "ftp://example.org/",
            "data:text/plain,x",
        ] {
            assert!(
                matches!(
                    follow(&from, location, Reach::Any),
                    Err(FetchError::Scheme { .. })
                ),
                "{location}"
            );
        }
        assert_eq!(
            follow(&from, "../y", Reach::Public).unwrap().as_str(),
            "https://example.org/y"
        );
    }

    #[tokio::test]
    async fn a_name_is_judged_when_it_is_resolved() {
        let resolve = |reach| Resolver { reach }.resolve("localhost".parse().unwrap());
        let error = resolve(Reach::Public).await.err().unwrap();
        assert!(refused(&*error).unwrap().is_loopback());
        assert!(resolve(Reach::Any).await.unwrap().count() > 0);
    }
}
