//! Ports on 127.0.0.1: free ones, noted in the data folder so that a restart finds the same again.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::files;

/// Below the range from which Linux takes the ports of outgoing connections: a server that comes back
/// must not find its port held by somebody's client.
const FIRST: u16 = 18_000;
const LAST: u16 = 32_000;

/// A port of 127.0.0.1 that nobody listens on at this moment.
///
/// # Errors
/// If no free port is found in two hundred tries.
pub fn free_port() -> Result<u16> {
    for _ in 0..200 {
        let random = u32::from_le_bytes(vault::random_bytes()?);
        let span = u32::from(LAST - FIRST);
        let port = FIRST + u16::try_from(random % span).unwrap_or_default();
        if is_free(port) {
            return Ok(port);
        }
    }
    anyhow::bail!("no free port was found between {FIRST} and {LAST} on 127.0.0.1")
}

pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The named ports of one server.
#[derive(Debug)]
pub(crate) struct Ports {
    file: PathBuf,
    fixed: BTreeMap<String, u16>,
    chosen: BTreeMap<String, u16>,
}

impl Ports {
    /// Ports noted in `folder` earlier; `fixed` ones are the caller's wish and never changed.
    pub(crate) fn open(folder: &Path, fixed: BTreeMap<String, u16>) -> Self {
        let file = folder.join("ports.json");
        let noted = fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str(&text).ok());
        Self { file, fixed, chosen: noted.unwrap_or_default() }
    }

    /// Makes sure that every name has a port that is free now.
    pub(crate) fn choose(&mut self, names: &[String]) -> Result<()> {
        for name in names {
            if let Some(port) = self.fixed.get(name).copied() {
                ensure!(is_free(port), "port {port} on 127.0.0.1 is taken by another program");
                self.chosen.insert(name.clone(), port);
            } else if !self.chosen.get(name).is_some_and(|port| is_free(*port)) {
                let port = self.unused()?;
                self.chosen.insert(name.clone(), port);
            }
        }
        self.save()
    }

    /// Forgets the ports that were not asked for, so that the next [`Ports::choose`] picks others.
    pub(crate) fn forget(&mut self) {
        self.chosen.clear();
    }

    pub(crate) fn all_fixed(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.fixed.contains_key(name))
    }

    pub(crate) fn get(&self, name: &str) -> Option<u16> {
        self.chosen.get(name).copied()
    }

    fn unused(&self) -> Result<u16> {
        loop {
            let port = free_port()?;
            if !self.chosen.values().chain(self.fixed.values()).any(|other| *other == port) {
                return Ok(port);
            }
        }
    }

    fn save(&self) -> Result<()> {
        files::write_private(&self.file, &serde_json::to_string_pretty(&self.chosen)?)
    }
}

/// Whether what a server wrote before it gave up says that somebody else has its port.
pub(crate) fn says_port_taken(log: &str) -> bool {
    log.to_ascii_lowercase().contains("address already in use")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::TcpListener;

    use super::Ports;

    #[test]
    fn a_port_is_kept_while_it_is_free_and_changed_when_it_is_taken() {
        let folder = crate::temporary_folder().unwrap();
        let names = ["client".to_owned(), "monitor".to_owned()];
        let mut ports = Ports::open(folder.path(), BTreeMap::new());
        ports.choose(&names).unwrap();
        let first = ports.get("client").unwrap();
        assert_ne!(first, ports.get("monitor").unwrap());

        let mut again = Ports::open(folder.path(), BTreeMap::new());
        again.choose(&names).unwrap();
        assert_eq!(again.get("client"), Some(first));

        let _taken = TcpListener::bind(("127.0.0.1", first)).unwrap();
        again.choose(&names).unwrap();
        assert_ne!(again.get("client"), Some(first));
    }

    #[test]
    fn a_port_that_was_asked_for_is_refused_when_it_is_taken() {
        let folder = crate::temporary_folder().unwrap();
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let mut ports = Ports::open(folder.path(), BTreeMap::from([("client".to_owned(), port)]));
        let refusal = ports.choose(&["client".to_owned()]).unwrap_err().to_string();
        assert!(refusal.contains("is taken by another program"), "{refusal}");
    }
}
