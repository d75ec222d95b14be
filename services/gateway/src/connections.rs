//! Connections: a bounded number, none of which may be silent for long.
//!
//! A client that sends its request letter by letter, or holds a connection without using it, is cut off; an event
//! stream is not, because its heartbeats are traffic.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

use crate::extract::Peer;

/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(75);

/// Accepts connections while there is a place.
#[derive(Debug)]
pub struct Connections {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Connections {
    /// At most `most` at once.
    #[must_use]
    pub fn new(listener: TcpListener, most: usize) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(most)) }
    }
}

impl Listener for Connections {
    type Io = Live;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Live, SocketAddr) {
        loop {
            // The semaphore is never closed; a place is waited for, and so are the clients, in the kernel's queue.
            let place = Arc::clone(&self.places).acquire_owned().await.ok();
            let (stream, address) = Listener::accept(&mut self.listener).await;
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection broke at once");
                continue;
            }
            return (Live { stream, silent: Box::pin(sleep(SILENCE)), _place: place }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Connections>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A connection that ends when it has been silent for too long.
#[derive(Debug)]
pub struct Live {
    stream: TcpStream,
    silent: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Live {
    fn heard(&mut self) {
        self.silent.as_mut().reset(Instant::now() + SILENCE);
    }
    fn cut<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        std::task::ready!(self.silent.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the connection was silent for too long")))
    }
}

impl AsyncRead for Live {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_read(context, into) {
            Poll::Ready(read) => {
                this.heard();
                Poll::Ready(read)
            }
            Poll::Pending => this.cut(context),
        }
    }
}

impl AsyncWrite for Live {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(context, bytes) {
            Poll::Ready(written) => {
                this.heard();
                Poll::Ready(written)
            }
            // A reader that does not read is silent too.
            Poll::Pending => this.cut(context),
        }
    }
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write_vectored(context, bytes) {
            Poll::Ready(written) => {
                this.heard();
                Poll::Ready(written)
            }
            Poll::Pending => this.cut(context),
        }
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
