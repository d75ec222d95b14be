//! Complaints from a file, and a file of a complaint.

use std::path::Path;

use anyhow::{Context as _, ensure};
use contracts::commands::intake::complaint_for;
use contracts::{CommandId, ComplaintId, OrganisationId};
use serde_json::{Value, json};

use crate::product::Product;

/// One row as a feeding system writes it.
pub(crate) fn row(key: &str, narrative: &str) -> Value {
    json!({ "key": key, "complaint": {
        "channel": "web", "category": "delivery", "language": "zh", "narrative": narrative,
        "complainant": { "name": "易水寒", "phone": "13916253947" },
    }})
}

/// Writes rows, one a line.
pub(crate) fn write(folder: &Path, name: &str, rows: &[String]) -> anyhow::Result<String> {
    let path = folder.join(name);
    std::fs::write(&path, rows.join("\n"))?;
    Ok(path.to_str().context("the folder has no plain name")?.to_owned())
}

/// The complaint that a row becomes.
pub(crate) fn complaint_of(organisation: &OrganisationId, key: &str) -> anyhow::Result<ComplaintId> {
    let key = CommandId::new(key).map_err(anyhow::Error::msg)?;
    Ok(complaint_for(organisation, &key))
}

/// Imports the rows of `file`, and checks the exit code and the account.
pub(crate) async fn import(product: &Product, file: &str, code: i32, account: &str) -> anyhow::Result<()> {
    let organisation = product.organisation()?;
    let asked = ["import", file, "--organisation", organisation.as_str()];
    let ran = product.run_configured(&asked).await?;
    ensure!(
        ran.code == code && ran.said.contains(account),
        "import of {file}: {ran:?}, not {code}, {account}"
    );
    Ok(())
}

pub(crate) async fn check(product: &Product, folder: &Path) -> anyhow::Result<()> {
    let rows = [row("row-1", "冰箱门上有一道很深的划痕。"), row("row-2", "包裹晚到了两个星期。")];
    let good = write(folder, "good.ndjson", &rows.map(|row| row.to_string()))?;
    import(product, &good, 0, "2 registered, 0 were there already, 0 refused").await?;
    import(product, &good, 0, "0 registered, 2 were there already, 0 refused").await?;
    let bad = [row("row-3", "少了一个螺丝。").to_string(), "{\"key\": \"row-4\"".to_owned()];
    let bad = write(folder, "bad.ndjson", &bad)?;
    import(product, &bad, 1, "1 registered, 0 were there already, 0 refused").await?;

    let complaint = complaint_of(&product.organisation()?, "row-1")?;
    let told = product.get(&format!("/complaints/{complaint}/text")).await?;
    ensure!(
        told["narrative"] == "冰箱门上有一道很深的划痕。",
        "what was imported is not what is told: {told}"
    );
    photo(product, complaint).await
}

/// More than one chunk goes up, and the same bytes come down.
async fn photo(product: &Product, complaint: ComplaintId) -> anyhow::Result<()> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend((0_u32..200_000).flat_map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()));
    let path = format!("/complaints/{complaint}/files");
    let sent = ("application/octet-stream", bytes.clone());
    let stored = product.post(&format!("{path}?name=door.png"), "photo-1", sent).await?;
    let file = stored["file"].as_str().context("the file has no id")?;
    let answer = product.asked(&format!("{path}/{file}")).await?;
    ensure!(answer.status().is_success(), "the file is not given: {}", answer.status());
    ensure!(answer.headers()["content-type"] == "image/png", "its type was not found out");
    ensure!(answer.bytes().await? == bytes, "other bytes came back than were sent");
    let listed = product.get(&path).await?;
    ensure!(listed["files"][0]["name"] == "door.png", "the file is not listed: {listed}");
    Ok(())
}
