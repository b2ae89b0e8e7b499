//! Under which address people reach this server, if whoever runs it said so. Browsers keep passkeys for the name in it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use poem::http::Uri;
use webauthn_rp::request::{AsciiDomain, RpId};

/// The address at which people reach this server, as browsers write it: `https://reverie.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// Scheme, name and port: what a browser says a page is from (RFC 6454).
    origin: String,
    /// The name alone, for which browsers keep passkeys (WebAuthn's relying party).
    relying_party: RpId,
}

/// Why an address is not one at which passkeys work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPublicAddress {
    /// It is not scheme, name and perhaps a port.
    #[error(
        "`{0}` is not an address like https://reverie.example: scheme, name, and the port if it is not the usual one"
    )]
    NotAnOrigin(String),
    /// Browsers do not use passkeys there.
    #[error(
        "browsers use passkeys over https alone, and over http on `localhost`, to try things out; `{0}` is neither"
    )]
    NotSecure(String),
    /// Browsers keep passkeys for names.
    #[error("browsers keep passkeys for a name, and `{0}` is not one that they accept; give the server a name")]
    NotAName(String),
}

impl PublicAddress {
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) const fn relying_party(&self) -> &RpId {
        &self.relying_party
    }
}

impl FromStr for PublicAddress {
    type Err = BadPublicAddress;

    fn from_str(text: &str) -> Result<Self, BadPublicAddress> {
        let not_an_origin = || BadPublicAddress::NotAnOrigin(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| not_an_origin())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(not_an_origin()) };
        let bare = uri.path() == "/" && uri.query().is_none() && !text.contains(['@', '#', '?']);
        if !bare {
            return Err(not_an_origin());
        }
        let name = authority.host().to_ascii_lowercase();
        let of_this_machine = name == "localhost" || name.ends_with(".localhost");
        let usual = match scheme {
            "https" => 443,
            "http" if of_this_machine => 80,
            "http" => return Err(BadPublicAddress::NotSecure(text.to_owned())),
            _ => return Err(not_an_origin()),
        };
        let not_a_name = || BadPublicAddress::NotAName(name.clone());
        let is_address = name.parse::<Ipv4Addr>().is_ok() || name.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok();
        let plain = name.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter));
        if is_address || !plain || name.ends_with('.') || !(name.contains('.') || of_this_machine) {
            return Err(not_a_name());
        }
        let domain = AsciiDomain::try_from(name.clone()).map_err(|_| not_a_name())?;
        let port = match authority.as_str()[authority.host().len()..].strip_prefix(':').map(str::parse::<u16>) {
            Some(Err(_)) => return Err(not_an_origin()),
            Some(Ok(port)) if port != usual => format!(":{port}"),
            _ => String::new(),
        };
        Ok(Self { origin: format!("{scheme}://{name}{port}"), relying_party: RpId::Domain(domain) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, String), BadPublicAddress> {
        let address: PublicAddress = text.parse()?;
        Ok((address.origin, address.relying_party.as_ref().to_owned()))
    }

    #[test]
    fn an_address_is_read_as_a_browser_writes_it() {
        for (text, origin, name) in [
            ("https://reverie.example", "https://reverie.example", "reverie.example"),
            ("https://Reverie.Example/", "https://reverie.example", "reverie.example"),
            ("https://reverie.example:443", "https://reverie.example", "reverie.example"),
            ("https://kap.practice.example:8443", "https://kap.practice.example:8443", "kap.practice.example"),
            ("http://localhost:8787", "http://localhost:8787", "localhost"),
        ] {
            assert_eq!(read(text), Ok((origin.into(), name.into())), "{text}");
        }
    }

    #[test]
    fn an_address_at_which_no_passkey_works_is_refused_by_name() {
        for text in [
            "reverie.example",
            "https://",
            "",
            "ftp://reverie.example",
            "https://reverie.example/app",
            "https://reverie.example/?a",
            "https://reverie.example#a",
            "https://ada@reverie.example",
            "https://reverie.example:https",
        ] {
            assert_eq!(read(text), Err(BadPublicAddress::NotAnOrigin(text.into())), "{text}");
        }
        assert_eq!(
            read("http://reverie.example"),
            Err(BadPublicAddress::NotSecure("http://reverie.example".into())),
            "a browser refuses"
        );
        for (text, name) in [
            ("https://192.0.2.7", "192.0.2.7"),
            ("https://[2001:db8::7]:8443", "[2001:db8::7]"),
            ("https://reverie", "reverie"),
            ("https://reverie.example.", "reverie.example."),
            ("https://reverie..example", "reverie..example"),
        ] {
            assert_eq!(read(text), Err(BadPublicAddress::NotAName(name.into())), "{text}");
        }
    }
}
