//! Where a request comes from: used to delay failed tries, and never logged or stored.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Once};

use poem::{Addr, FromRequest, Request, RequestBody};

use crate::app::App;

/// Said once: one line for whoever runs the server, not one for each request.
static SAID: Once = Once::new();

/// The client's address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(IpAddr);

impl Peer {
    /// Returns what one household or practice has: an IPv4 address, or the half of an IPv6 address that names the network.
    /// The other half anybody chooses anew for every try.
    pub(crate) fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
            v4 => v4,
        }
    }
}

impl<'a> FromRequest<'a> for Peer {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let behind_proxy = request.data::<Arc<App>>().is_some_and(|app| app.behind_proxy);
        // The last entry is the one that our own proxy wrote; those before it are the client's word.
        let headers = request.headers().get_all("x-forwarded-for");
        let last =
            headers.iter().next_back().and_then(|entries| entries.as_bytes().rsplit(|byte| *byte == b',').next());
        if last.is_some() && !behind_proxy {
            SAID.call_once(|| {
                tracing::warn!("Requests come through a proxy, and the server takes its address for everybody's: add --behind-proxy");
            });
        }
        let forwarded = last.filter(|_| behind_proxy).and_then(address);
        let direct = match request.remote_addr().0 {
            Addr::SocketAddr(address) => address.ip(),
            _ => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        };
        Ok(Self(forwarded.unwrap_or(direct)))
    }
}

/// Reads an address as proxies write it: some with a port, some with brackets.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let with_port = |entry: &str| entry.parse().ok().map(|address: SocketAddr| address.ip());
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| with_port(entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_however_a_proxy_writes_them_and_one_network_is_one_client() {
        let network = |entry: &str| address(entry.as_bytes()).map(|address| Peer(address).network().to_string());
        for (entry, expected) in [
            (" 192.0.2.7", "192.0.2.7"),
            ("192.0.2.7:51000", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("[2001:db8:1:2::9]", "2001:db8:1:2::"),
            ("[2001:db8:1:2::9]:51000 ", "2001:db8:1:2::"),
        ] {
            assert_eq!(network(entry).as_deref(), Some(expected), "{entry}");
        }
        assert_eq!(network("unknown"), None);
    }
}
