//! The accept loop: poem behind hyper-util, with the limits that `poem::Server` does not have (stack.md 1.2).
//!
//! Whoever is slow is closed: nothing sent, half a header, an idle connection. Running out of file descriptors waits
//! instead of spinning. On stop, connections finish what they are doing, within the drain time.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, EndpointExt as _, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::connection_limits::ConnectionLimits;
use super::door::take_off_the_undeclared;

const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Serves `endpoint` until `stop`, then drains.
pub(crate) async fn serve(
    listener: TcpListener,
    endpoint: impl Endpoint<Output = Response> + 'static,
    limits: ConnectionLimits,
    stop: CancellationToken,
) {
    let endpoint = Arc::new(endpoint.map_to_response());
    let builder = Arc::new(builder(limits.headers_within));
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(limits.connections));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "A connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                continue;
            }
        };
        let (endpoint, builder, watcher) = (Arc::clone(&endpoint), Arc::clone(&builder), graceful.watcher());
        tokio::spawn(async move {
            let _permit = permit;
            let local = stream.local_addr().unwrap_or(peer);
            let asked = Arc::new(AtomicBool::new(false));
            let asks = Arc::clone(&asked);
            let service = service_fn(move |mut request: hyper::Request<Incoming>| {
                asks.store(true, Ordering::Relaxed);
                take_off_the_undeclared(request.headers_mut());
                let endpoint = Arc::clone(&endpoint);
                async move {
                    let local = LocalAddr(Addr::SocketAddr(local));
                    let remote = RemoteAddr(Addr::SocketAddr(peer));
                    let response = endpoint.get_response((request, local, remote, Scheme::HTTP).into()).await;
                    Ok::<hyper::Response<_>, Infallible>(response.into())
                }
            });
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            let mut connection = pin!(watcher.watch(connection.into_owned()));
            // hyper-util tells HTTP/1 from HTTP/2 without a time-out, and HTTP/2 has none for a first request.
            let early = tokio::time::timeout(limits.headers_within, &mut connection).await;
            if early.is_err() && asked.load(Ordering::Relaxed) {
                // An error here is the client's connection breaking: nothing to do and nothing to tell.
                let _ = connection.await;
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain_within, graceful.shutdown()).await.is_err() {
        tracing::warn!("Some connections did not finish in time and were closed");
    }
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, connections: &Arc<Semaphore>) -> std::io::Result<Accepted> {
    let permit = Arc::clone(connections).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}

fn builder(headers_within: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(headers_within).max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10))
        .max_concurrent_streams(100)
        .max_header_list_size(16 * 1024)
        .initial_stream_window_size(1024 * 1024)
        .initial_connection_window_size(4 * 1024 * 1024);
    builder
}
