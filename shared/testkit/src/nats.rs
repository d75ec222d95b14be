//! A nats-server for one test, with JetStream in a folder of its own.
//!
//! The subjects of the product are fixed, so tests cannot share a server by prefixes; a server starts in some
//! twenty milliseconds and takes 20 MiB, so each test has its own, which it may also kill, cut and restart.

use std::ops::{Deref, DerefMut};

use anyhow::Result;
use async_nats::jetstream::{self, stream};
use embedded::{Nats, NatsOptions, temporary_folder};
use tempfile::TempDir;

const CONFIG: &str = r#"
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitor_port}"
jetstream { store_dir: "{store_dir}", max_mem: 64MB, max_file: 16GB }
"#;

/// A nats-server for one test; killed and removed with it. What [`Nats`] can do, it can do.
#[derive(Debug)]
pub struct TestNats {
    server: Nats,
    _folder: TempDir,
}

impl TestNats {
    /// Starts one that lets everybody do everything.
    ///
    /// # Errors
    /// When there is no nats-server (`deploy/install`) or it does not get healthy.
    pub async fn start() -> Result<Self> {
        Self::start_with("").await
    }

    /// Starts one with `more` configuration, such as users and permissions.
    ///
    /// # Errors
    /// As [`TestNats::start`], and when the configuration is refused.
    pub async fn start_with(more: &str) -> Result<Self> {
        let folder = temporary_folder()?;
        let server = Nats::start(NatsOptions::new(folder.path(), format!("{CONFIG}\n{more}\n"))).await?;
        Ok(Self { server, _folder: folder })
    }

    /// Kills the server as a crash would, and starts it again on the same port.
    ///
    /// # Errors
    /// When it does not come up again.
    pub async fn crash(&mut self) -> Result<()> {
        self.server.kill().await?;
        self.server.restart().await
    }

    /// Stops the server, removes all that JetStream stored, and starts it again.
    ///
    /// # Errors
    /// When files cannot be removed or it does not come up again.
    pub async fn lose_storage(&mut self) -> Result<()> {
        self.server.kill().await?;
        self.server.delete_storage()?;
        self.server.restart().await
    }

    /// A client of its own, for looking into streams and for doing harm.
    ///
    /// # Errors
    /// When the server is not there.
    pub async fn client(&self) -> Result<async_nats::Client> {
        Ok(async_nats::connect(self.server.url()).await?)
    }
}

/// A stream that somebody made by hand.
#[derive(Debug, Clone)]
pub struct RawStream {
    /// Its name.
    pub name: String,
    /// Its subjects.
    pub subjects: Vec<String>,
    /// In memory instead of in files.
    pub in_memory: bool,
}

/// Does to streams what an operator might.
#[derive(Debug, Clone)]
pub struct Streams(jetstream::Context);

impl TestNats {
    /// The streams, to be looked into and harmed.
    ///
    /// # Errors
    /// When the server is not there.
    pub async fn streams(&self) -> Result<Streams> {
        Ok(Streams(jetstream::new(self.client().await?)))
    }
}

impl Streams {
    /// Makes a stream.
    ///
    /// # Errors
    /// What the server says.
    pub async fn create_stream(&self, raw: RawStream) -> Result<()> {
        let storage = if raw.in_memory { stream::StorageType::Memory } else { stream::StorageType::File };
        let config =
            stream::Config { name: raw.name, subjects: raw.subjects, storage, ..stream::Config::default() };
        self.0.create_stream(config).await?;
        Ok(())
    }
    /// Deletes a stream with all that is in it.
    ///
    /// # Errors
    /// What the server says.
    pub async fn delete_stream(&self, stream: impl AsRef<str>) -> Result<()> {
        self.0.delete_stream(stream).await?;
        Ok(())
    }
    /// Deletes a consumer.
    ///
    /// # Errors
    /// What the server says.
    pub async fn delete_consumer(&self, stream: impl AsRef<str>, consumer: impl AsRef<str>) -> Result<()> {
        self.0.delete_consumer_from_stream(consumer, stream).await?;
        Ok(())
    }
    /// How many consumers a stream has.
    ///
    /// # Errors
    /// What the server says.
    pub async fn consumers(&self, stream: impl AsRef<str>) -> Result<usize> {
        Ok(self.0.get_stream(stream).await?.cached_info().state.consumer_count)
    }
    /// Deletes one message of a stream: a hole in its middle.
    ///
    /// # Errors
    /// What the server says.
    pub async fn delete_message(&self, stream: impl AsRef<str>, sequence: u64) -> Result<()> {
        self.0.get_stream(stream).await?.delete_message(sequence).await?;
        Ok(())
    }
    /// The header `name` of every message in a stream, in order.
    ///
    /// # Errors
    /// What the server says.
    pub async fn header_of_all(&self, stream: impl AsRef<str>, name: &str) -> Result<Vec<String>> {
        let stream = self.0.get_stream(stream).await?;
        let state = stream.cached_info().state.clone();
        let mut found = Vec::new();
        for sequence in state.first_sequence..=state.last_sequence {
            let Ok(message) = stream.get_raw_message(sequence).await else { continue };
            found.extend(message.headers.get(name).map(|value| value.as_str().to_owned()));
        }
        Ok(found)
    }
}

impl Deref for TestNats {
    type Target = Nats;
    fn deref(&self) -> &Nats {
        &self.server
    }
}

impl DerefMut for TestNats {
    fn deref_mut(&mut self) -> &mut Nats {
        &mut self.server
    }
}
