//! Small files and folders with the right permissions, and the lock that keeps a data folder to one owner.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A temporary folder that a server's unprivileged user can enter (but not list), removed when dropped.
///
/// # Errors
/// If the machine's temporary folder cannot be written.
pub fn temporary_folder() -> Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix("redress-")
        .permissions(Permissions::from_mode(0o711))
        .tempdir()
        .context("a temporary folder cannot be created")
}

/// Creates a folder and, where they are missing, the folders above it, open for others to enter.
pub(crate) fn create_open_folder(folder: &Path) -> Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|part| !part.exists()).collect();
    for part in missing.into_iter().rev() {
        match fs::create_dir(part) {
            Ok(()) => fs::set_permissions(part, Permissions::from_mode(0o755))
                .with_context(|| format!("{} cannot be opened", part.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => bail!("{} cannot be created: {error}", part.display()),
        }
    }
    Ok(())
}

/// Creates the data folder and answers its absolute path without links.
pub(crate) fn data_folder(wanted: &Path) -> Result<PathBuf> {
    create_open_folder(&std::path::absolute(wanted)?)?;
    wanted.canonicalize().with_context(|| format!("{} cannot be entered", wanted.display()))
}

/// Writes a file that only we may read, all or nothing.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    let staging = path.with_extension("new");
    fs::remove_file(&staging).ok();
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&staging)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&staging, path)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

/// Holds a data folder for one process as long as it lives; the system lets go of it however we end.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    pub(crate) fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("{} cannot be opened", path.display()))?;
        if file.try_lock().is_err() {
            let mut holder = String::new();
            file.read_to_string(&mut holder).ok();
            bail!("{} is in use by process {}: stop it first", folder.display(), holder.trim());
        }
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).ok();
        Ok(Self { _file: file })
    }
}

/// Opens a log for appending; a log that has grown beyond 16 MiB is put aside first.
pub(crate) fn open_log(path: &Path) -> Result<File> {
    const LARGE: u64 = 16 * 1024 * 1024;
    if fs::metadata(path).is_ok_and(|meta| meta.len() > LARGE) {
        fs::rename(path, path.with_extension("log.1")).ok();
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o640)
        .open(path)
        .with_context(|| format!("the log {} cannot be opened", path.display()))
}

/// What was written to a log from `start` on, at most its last 4 KiB.
pub(crate) fn log_since(path: &Path, start: u64) -> String {
    const MOST: u64 = 4096;
    let read = || -> std::io::Result<String> {
        let mut file = File::open(path)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(start.max(end.saturating_sub(MOST)).min(end)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    read().unwrap_or_default()
}

/// A short name for a path that stays the same from run to run and from version to version (FNV-1a).
pub(crate) fn name_hash(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A secret read from `path`, made from the system's randomness the first time.
pub(crate) fn secret(path: &Path) -> Result<String> {
    if let Ok(text) = fs::read_to_string(path) {
        return Ok(text.trim().to_owned());
    }
    let secret = hex::encode(vault::random_bytes::<24>()?);
    write_private(path, &secret)?;
    Ok(secret)
}
