//! The door: headers that the list of what the server sees does not have are taken off a request, unread.

use hyper::header::{HeaderMap, HeaderName};

use crate::sees::{HEADERS_READ, declares};

/// Takes off every header that is not declared.
pub(crate) fn take_off_the_undeclared(headers: &mut HeaderMap) {
    let undeclared: Vec<HeaderName> =
        headers.keys().filter(|name| !declares(HEADERS_READ, name.as_str())).cloned().collect();
    for name in undeclared {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_declared_is_not_there_to_be_read() {
        let mut headers = HeaderMap::new();
        for name in ["cookie", "user-agent", "referer", "accept-language", "authorization", "range"] {
            headers.append(HeaderName::from_static(name), "x".parse().unwrap());
            headers.append(HeaderName::from_static(name), "y".parse().unwrap());
        }
        take_off_the_undeclared(&mut headers);
        let mut left: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        left.dedup();
        left.sort_unstable();
        assert_eq!(left, ["authorization", "range"]);
        assert_eq!(headers.len(), 4);
    }
}
