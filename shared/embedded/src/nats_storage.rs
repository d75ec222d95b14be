//! Hands on JetStream's files, for tests of what happens when a disk loses something.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

/// Cuts bytes off the end of the block file that was written last, and answers which one.
pub(crate) fn truncate_last_block(storage: &Path, bytes: u64) -> Result<PathBuf> {
    let mut blocks = Vec::new();
    collect_blocks(storage, &mut blocks)?;
    let newest = blocks.into_iter().max();
    let (_, block) =
        newest.with_context(|| format!("there is no block file with content in {}", storage.display()))?;
    let file = OpenOptions::new().write(true).open(&block)?;
    let length = file.metadata()?.len();
    file.set_len(length.saturating_sub(bytes))?;
    file.sync_all()?;
    Ok(block)
}

fn collect_blocks(folder: &Path, found: &mut Vec<(SystemTime, PathBuf)>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let meta = entry.metadata()?;
        if meta.is_dir() {
            collect_blocks(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "blk") && meta.len() > 0 {
            found.push((meta.modified()?, path));
        }
    }
    Ok(())
}
