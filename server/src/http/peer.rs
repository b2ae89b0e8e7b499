//! Where a request comes from: used to delay failed tries, and never logged or stored.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use poem::{Addr, FromRequest, Request, RequestBody};

use crate::app::App;

/// The client's address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl<'a> FromRequest<'a> for Peer {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let behind_proxy = request.data::<Arc<App>>().is_some_and(|app| app.behind_proxy);
        // The last entry is the one that our own proxy wrote; those before it are the client's word.
        let forwarded = request
            .headers()
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|entries| entries.to_str().ok()?.rsplit(',').next()?.trim().parse().ok())
            .filter(|_| behind_proxy);
        let direct = match request.remote_addr().0 {
            Addr::SocketAddr(address) => address.ip(),
            _ => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        };
        Ok(Self(forwarded.unwrap_or(direct)))
    }
}
