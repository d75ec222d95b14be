//! A wire between a client and a server that can be cut, held, slowed and mended.
//!
//! A server that dies tells its clients: its machine resets their connections. A wire that is cut tells nobody, or
//! somebody else on the way does. Those are the cases in which programs hang, and this makes them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// What is read at once.
const CHUNK: usize = 16 * 1024;
/// Chunks under way on a slow wire, in one direction; beyond it the sender is not read.
const UNDER_WAY: usize = 64;

/// How the wire is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    /// What goes in comes out.
    Whole,
    /// Connections are open, new ones too, and nothing comes through; nobody is told.
    Held,
    /// Connections are closed, and new ones are closed at once.
    Cut,
}

/// How the wire is, and who is still on it.
#[derive(Debug, Clone, Copy)]
struct State {
    wire: Wire,
    latency: Duration,
    /// Connections made in earlier generations are stranded: open, and deaf for ever.
    generation: u64,
}

/// A TCP proxy in front of one server. Dropping it closes everything.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port of this machine and passes everything on to `server`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no port for a proxy")?;
        let address = listener.local_addr()?;
        let begin = State { wire: Wire::Whole, latency: Duration::ZERO, generation: 0 };
        let (state, seen) = watch::channel(begin);
        let connections = Arc::default();
        let accepting = tokio::spawn(accept(listener, server, seen, Arc::clone(&connections)));
        Ok(Self { address, state, connections, accepting })
    }

    /// Where clients connect to.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port of [`Self::address`].
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections there are, stranded ones too.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Closes all connections and every new one, as a server does that went away.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.wire = Wire::Cut);
    }

    /// Lets nothing through and tells nobody, as a pulled cable. [`Self::restore`] lets through what was held.
    pub fn hold(&self) {
        self.state.send_modify(|state| state.wire = Wire::Held);
    }

    /// Leaves every connection open and deaf for ever, as a firewall that forgot them; new connections work.
    pub fn strand(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }

    /// Mends the wire. Stranded connections stay so.
    pub fn restore(&self) {
        self.state.send_modify(|state| state.wire = Wire::Whole);
    }

    /// Makes every byte take `latency` longer, each way.
    pub fn set_latency(&self, latency: Duration) {
        self.state.send_modify(|state| state.latency = latency);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort(); // drops the set of connections, which ends them
    }
}

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    state: watch::Receiver<State>,
    count: Arc<AtomicUsize>,
) {
    let mut connections = JoinSet::new();
    loop {
        count.store(connections.len(), Ordering::Relaxed);
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((client, _)) = accepted {
                    connections.spawn(carry(client, server, state.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Carries one connection until an end closes it or the wire is cut.
async fn carry(client: TcpStream, server: SocketAddr, mut state: watch::Receiver<State>) {
    let born = state.borrow().generation;
    let mut own = state.clone();
    let carried = async move {
        passable(&mut own, born).await;
        let Ok(server) = TcpStream::connect(server).await else { return };
        // Small messages must not wait for each other: latency is asked for, never a side effect.
        client.set_nodelay(true).ok();
        server.set_nodelay(true).ok();
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::join!(
            one_way(from_client, to_server, own.clone(), born),
            one_way(from_server, to_client, own, born),
        );
    };
    tokio::select! {
        () = carried => {}
        _ = state.wait_for(|state| state.wire == Wire::Cut) => {}
    }
}

/// Passes on what comes until it ends, then ends the other side too.
async fn one_way(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    born: u64,
) {
    let (sent, mut received) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let latency = state.clone();
    let reading = async move {
        let mut chunk = vec![0; CHUNK];
        while let Ok(length @ 1..) = from.read(&mut chunk).await {
            let due = Instant::now() + latency.borrow().latency;
            if sent.send((due, chunk[..length].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((due, bytes)) = received.recv().await {
            sleep_until(due).await;
            passable(&mut state, born).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        // That the other side ended must not come through a held wire either.
        passable(&mut state, born).await;
        to.shutdown().await.ok();
    };
    tokio::join!(reading, writing);
}

/// Waits until bytes of a connection of generation `born` may pass; for ever when it is stranded.
async fn passable(state: &mut watch::Receiver<State>, born: u64) {
    let mended = state.wait_for(|state| state.wire == Wire::Whole && state.generation == born);
    if mended.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The address of a server of this machine.
#[must_use]
pub fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);
    const SILENCE: Duration = Duration::from_millis(150);

    /// A server that says back what it is told.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await.ok();
                });
            }
        });
        address
    }

    async fn said_back(stream: &mut TcpStream, word: &str) -> std::io::Result<String> {
        stream.write_all(word.as_bytes()).await?;
        heard(stream, word.len()).await
    }

    async fn heard(stream: &mut TcpStream, length: usize) -> std::io::Result<String> {
        let mut bytes = vec![0; length];
        stream.read_exact(&mut bytes).await?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[tokio::test]
    async fn a_whole_wire_carries_and_a_cut_one_ends_what_is_on_it() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(said_back(&mut stream, "投诉").await.unwrap(), "投诉");
        proxy.cut();
        assert!(timeout(SOON, said_back(&mut stream, "late")).await.unwrap().is_err());
        let mut fresh = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(timeout(SOON, said_back(&mut fresh, "late")).await.unwrap().is_err());
        proxy.restore();
        let mut again = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(said_back(&mut again, "whole").await.unwrap(), "whole");
    }

    #[tokio::test]
    async fn a_held_wire_tells_nobody_and_loses_nothing() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        said_back(&mut stream, "before").await.unwrap();
        proxy.hold();
        assert!(timeout(SILENCE, said_back(&mut stream, "held")).await.is_err());
        proxy.restore();
        assert_eq!(timeout(SOON, heard(&mut stream, 4)).await.unwrap().unwrap(), "held");
    }

    #[tokio::test]
    async fn a_stranded_connection_stays_deaf_while_new_ones_work() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        said_back(&mut stream, "before").await.unwrap();
        proxy.strand();
        assert!(timeout(SILENCE, said_back(&mut stream, "lost")).await.is_err());
        let mut fresh = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(timeout(SOON, said_back(&mut fresh, "new")).await.unwrap().unwrap(), "new");
        assert_eq!(proxy.connections(), 2);
    }

    #[tokio::test]
    async fn a_slow_wire_takes_its_time_both_ways() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        proxy.set_latency(Duration::from_millis(40));
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        let begun = Instant::now();
        assert_eq!(said_back(&mut stream, "slow").await.unwrap(), "slow");
        assert!(begun.elapsed() >= Duration::from_millis(80), "{:?}", begun.elapsed());
    }
}
