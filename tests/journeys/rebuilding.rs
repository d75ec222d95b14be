//! The ledger is built anew from the journals while complaints come in, and is the same.

use std::path::Path;

use anyhow::ensure;
use serde_json::Value;

use crate::product::{Product, until};
use crate::taking_in::{import, row, write};

/// How many complaints come in meanwhile.
const MEANWHILE: usize = 20;

pub(crate) async fn check(product: &Product, folder: &Path) -> anyhow::Result<()> {
    let before = product.ledger().await?;
    ensure!(before.len() > 6, "there is too little to rebuild: {} cases", before.len());
    let rows: Vec<_> = (0..MEANWHILE)
        .map(|number| row(&format!("meanwhile-{number}"), &format!("第{number}件：送货太晚。")).to_string())
        .collect();
    let rows = write(folder, "meanwhile.ndjson", &rows)?;
    let importing = import(product, &rows, 0, "20 registered");
    let (rebuilt, imported) =
        tokio::join!(product.run_configured(&["rebuild", "--patience", "60"]), importing);
    imported?;
    let rebuilt = rebuilt?;
    ensure!(rebuilt.code == 0 && rebuilt.said.contains("0 differences"), "rebuild: {}", rebuilt.said);
    println!("          {}", rebuilt.said.trim_end().replace('\n', "; "));
    until("what came meanwhile is in the ledger", async || {
        Ok(product.ledger().await?.len() == before.len() + MEANWHILE)
    })
    .await?;
    let level = product.run_configured(&["reconcile"]).await?;
    ensure!(level.code == 0, "the stores differ: {}", level.said);
    let after = product.ledger().await?;
    let same = |line: &&Value| after.iter().any(|other| other == *line);
    let lost: Vec<_> = before.iter().filter(|line| !same(line)).collect();
    ensure!(lost.is_empty(), "rebuilt otherwise than before: {lost:#?}");
    Ok(())
}
