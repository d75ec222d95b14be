//! Whether the disk has room for the streams. nats-server sets the whole size of a stream aside when it is made, and
//! refuses to make one (JetStream error 10047) when it may not use as much; the services would only wait.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use contracts::ServiceName;
use embedded::Nats;
use runtime::config::NoSettings;
use serde::Deserialize;

/// What nats-server may store, as its page `/jsz` tells it; in bytes.
#[derive(Debug, Clone, Deserialize)]
struct Storage {
    reserved_storage: u64,
    config: StorageConfig,
}

#[derive(Debug, Clone, Deserialize)]
struct StorageConfig {
    /// Without another setting three quarters of what was free on the disk when the server started.
    max_storage: u64,
    store_dir: PathBuf,
}

/// The disk has not the room that the streams set aside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is too little room in {}: {streams} streams set {} of {} each aside there, and nats-server may use {} (three \
     quarters of what is free). Free about {} more on that disk, put the data folder on another (--data), or make the \
     streams smaller (REDRESS__NATS__STREAM_MAX_BYTES={fitting})",
    .folder.display(), size(.streams * .each), size(*.each), size(*.may), size(*.lacking)
)]
pub struct NoRoom {
    folder: PathBuf,
    streams: u64,
    each: u64,
    may: u64,
    /// What has to become free on the disk.
    lacking: u64,
    /// The size of a stream that would fit.
    fitting: u64,
}

impl Storage {
    /// Refuses when `streams` streams of `each` bytes do not fit. Those that are there already keep their place.
    fn fits(&self, streams: u64, each: u64) -> Result<(), NoRoom> {
        let (needed, may) = (streams * each, self.config.max_storage);
        if self.reserved_storage >= needed || may >= needed {
            return Ok(());
        }
        let folder = self.config.store_dir.clone();
        // Of what becomes free, the server takes three quarters.
        let lacking = (needed - may).div_ceil(3) * 4;
        Err(NoRoom { folder, streams, each, may, lacking, fitting: may / streams })
    }
}

/// Refuses when the disk has no room for the streams of all services, as `config` sizes them.
///
/// # Errors
/// [`NoRoom`]; or when the server or the configuration cannot be read.
pub async fn check(nats: &Nats, config: &Path) -> anyhow::Result<()> {
    let config = runtime::config::load::<NoSettings>("operator", Some(config))?.runtime;
    let storage = storage(nats).await?;
    storage.fits(ServiceName::ALL.len() as u64, config.nats.stream_limits().event_max_bytes)?;
    Ok(())
}

async fn storage(nats: &Nats) -> anyhow::Result<Storage> {
    let told = nats.monitor("/jsz").await.context("nats-server does not tell what it may store")?;
    serde_json::from_str(&told).context("what nats-server tells of its storage cannot be read")
}

/// Bytes for a person.
fn size(bytes: u64) -> String {
    let mebibytes = bytes.div_ceil(1 << 20);
    if mebibytes < 1 << 10 {
        format!("{mebibytes} MiB")
    } else {
        format!("{:.1} GiB", mebibytes as f64 / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bus::{Bus, BusError, BusOptions, StreamLimits};
    use embedded::NatsOptions;

    use super::*;
    use crate::up::secrets::Secrets;
    use crate::up::{servers, settings};

    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;

    fn storage_of(may: u64, reserved: u64) -> Storage {
        let config = StorageConfig { max_storage: may, store_dir: "/data/nats/storage".into() };
        Storage { reserved_storage: reserved, config }
    }

    /// A server that may store so much.
    fn config(may: &str) -> String {
        let listening = "listen: \"127.0.0.1:{port}\"\nhttp: \"127.0.0.1:{monitor_port}\"\n";
        format!("{listening}jetstream {{ store_dir: \"{{store_dir}}\", max_file: {may} }}\n")
    }

    #[test]
    fn who_has_too_little_room_is_told_where_and_how_much() {
        let refused = storage_of(3 * GIB, 0).fits(6, GIB).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "there is too little room in /data/nats/storage: 6 streams set 6.0 GiB of 1.0 GiB each aside there, and \
             nats-server may use 3.0 GiB (three quarters of what is free). Free about 4.0 GiB more on that disk, put the \
             data folder on another (--data), or make the streams smaller (REDRESS__NATS__STREAM_MAX_BYTES=536870912)"
        );
        assert_eq!(storage_of(6 * GIB, 0).fits(6, GIB), Ok(()));
        assert_eq!(storage_of(GIB, 6 * GIB).fits(6, GIB), Ok(()), "the streams are there already");
        assert!(storage_of(3 * GIB, 2 * GIB).fits(6, GIB).is_err(), "only two of them are");
        assert_eq!(storage_of(3 * GIB, 0).fits(6, refused.fitting), Ok(()), "what is advised helps");
    }

    #[tokio::test]
    async fn a_server_refuses_exactly_what_is_refused_here() {
        let folder = embedded::temporary_folder().unwrap();
        let nats = Nats::start(NatsOptions::new(folder.path().join("nats"), config("100MB"))).await.unwrap();
        let bus = Bus::connect(BusOptions::new(nats.url(), "test")).await.unwrap();
        let limits = StreamLimits { event_max_bytes: 64 * MIB, ..StreamLimits::default() };

        let before = storage(&nats).await.unwrap();
        assert!(before.config.store_dir.starts_with(nats.storage_dir()), "{before:?}");
        assert_eq!(before.fits(1, limits.event_max_bytes), Ok(()));
        bus.ensure_event_stream(ServiceName::Intake, limits).await.unwrap();

        let between = storage(&nats).await.unwrap();
        assert_eq!(between.fits(1, limits.event_max_bytes), Ok(()), "it is there: {between:?}");
        let refused = between.fits(2, limits.event_max_bytes).unwrap_err();
        assert!(refused.to_string().contains(&nats.storage_dir().display().to_string()), "{refused}");
        let error = bus.ensure_event_stream(ServiceName::Routing, limits).await.unwrap_err();
        assert!(matches!(error, BusError::NoRoom { .. }), "{error:?}");

        let smaller = StreamLimits { event_max_bytes: refused.fitting, ..limits };
        bus.ensure_event_stream(ServiceName::Intake, smaller).await.unwrap();
        bus.ensure_event_stream(ServiceName::Routing, smaller).await.unwrap();
    }

    #[tokio::test]
    async fn the_streams_are_those_of_the_services_in_the_size_of_their_configuration() {
        let folder = embedded::temporary_folder().unwrap();
        let secrets = Secrets::of(folder.path(), &servers::users()).unwrap();
        for (may, fits) in [("6GB", true), ("5GB", false)] {
            let nats = Nats::start(NatsOptions::new(folder.path().join("nats"), config(may))).await.unwrap();
            let (databases, health) = (BTreeMap::new(), BTreeMap::new());
            let servers = settings::Servers {
                nats: nats.url(),
                databases,
                health: &health,
                gateway: 1,
                rehearsal: None,
                organisation: None,
            };
            let file = settings::write(folder.path(), &secrets, &servers).unwrap();
            let checked = check(&nats, &file).await;
            assert_eq!(checked.is_ok(), fits, "{checked:?}");
            assert!(checked.err().is_none_or(|error| error.is::<NoRoom>()), "{may}");
        }
    }
}
