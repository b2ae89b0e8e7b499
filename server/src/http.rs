//! Everything around the handlers: connections, request bodies, refusals of the framework, logs.

pub(crate) mod accept;
pub(crate) mod body_guard;
pub(crate) mod connection_limits;
pub(crate) mod door;
pub(crate) mod log;
pub(crate) mod peer;
pub(crate) mod problems;
pub(crate) mod routes;
