//! One keep-alive connection to an HTTP/1.1 server: the load runs on the measured machine, so its client must cost
//! little. It reads answers with a `Content-Length`, which is what the gateway and the health ports give.

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    host: String,
    received: Vec<u8>,
}

/// What was answered.
pub(crate) struct Response {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connects to `host`, an address with a port.
    ///
    /// # Errors
    /// When nobody listens there.
    pub(crate) async fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).await.with_context(|| format!("connecting to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: host.to_owned(), received: Vec::with_capacity(4096) })
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// A broken connection, or an answer that cannot be read.
    pub(crate) async fn get(&mut self, path: &str) -> Result<Response> {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host), &[]).await
    }

    /// Posts JSON; `headers` are whole lines, each with its line end.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub(crate) async fn post(&mut self, path: &str, headers: &str, body: &[u8]) -> Result<Response> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        self.send(&head, body).await
    }

    async fn send(&mut self, head: &str, body: &[u8]) -> Result<Response> {
        let mut request = Vec::with_capacity(head.len() + body.len());
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(body);
        self.stream.write_all(&request).await?;
        self.received.clear();
        let (head, status, length) = loop {
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                let (status, length) = read_head(&self.received[..end])?;
                break (end + 4, status, length);
            }
            self.receive().await?;
        };
        while self.received.len() < head + length {
            self.receive().await?;
        }
        Ok(Response { status, body: self.received[head..head + length].to_vec() })
    }

    async fn receive(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("{} closed the connection", self.host);
        }
        Ok(())
    }
}

fn read_head(head: &[u8]) -> Result<(u16, usize)> {
    let head = std::str::from_utf8(head).context("the head of an answer is not text")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let length = lines.filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
    });
    match (status, length) {
        (Some(status), Some(length)) => Ok((status, length)),
        _ => bail!("an answer without status or length: {head}"),
    }
}
