//! A customer is forgotten: how to reach them and what they said are gone from every store and from every address that
//! reads, and the ledger counts the case all the same.

use std::path::Path;

use anyhow::{Context as _, ensure};
use contracts::{ComplaintId, ServiceName};
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::product::{Product, until};

/// A case whose customer was forgotten.
pub(crate) struct Erased {
    complaint: ComplaintId,
    complainant: String,
    line: Value,
}

pub(crate) async fn check(product: &Product) -> anyhow::Result<Erased> {
    let line = closed_case(product).await?;
    let complaint: ComplaintId = line["complaint"].as_str().context("no complaint")?.parse()?;
    let record = product.get(&format!("/complaints/{complaint}")).await?;
    let complainant = record["complaint"]["complainant"].as_str().context("no complainant")?.to_owned();
    let secrets = secrets(product, complaint).await?;
    let spoken = words_in_stores(product, complaint).await?;
    for service in [ServiceName::Intake, ServiceName::Investigation, ServiceName::Notification] {
        ensure!(
            spoken.iter().any(|(who, words)| *who == service && *words > 0),
            "{service} has no words yet"
        );
    }
    ensure!(words_shown(&record) > 0, "nobody's words are shown before: {record}");

    let reason = ("application/json", br#"{"reason": "the customer asked for it"}"#.to_vec());
    product.post(&format!("/complainants/{complainant}/erase"), "erase-1", reason).await?;
    until("every service has forgotten the words", async || {
        Ok(words_in_stores(product, complaint).await?.iter().all(|(_, words)| *words == 0))
    })
    .await?;
    let erased = Erased { complaint, complainant, line };
    erased.still_holds(product).await?;
    in_no_store(product, &secrets).await?;
    Ok(erased)
}

impl Erased {
    /// Fails when anything of the customer can be read, or the case is not counted.
    pub(crate) async fn still_holds(&self, product: &Product) -> anyhow::Result<()> {
        let Self { complaint, complainant, line } = self;
        let contact = product.asked(&format!("/complaints/{complaint}/contact")).await?;
        ensure!(contact.status() == StatusCode::NOT_FOUND, "the contact data are still given");
        let told = product.asked(&format!("/complaints/{complaint}/text")).await?;
        if told.status().is_success() {
            let told: Value = told.json().await?;
            ensure!(
                ["narrative", "demand", "opinion", "order_number"].iter().all(|what| told[what].is_null()),
                "the words are given: {told}"
            );
        } else {
            ensure!(told.status() == StatusCode::NOT_FOUND, "the words: {}", told.status());
        }
        let record = product.get(&format!("/complaints/{complaint}")).await?;
        ensure!(words_shown(&record) == 0, "a service still shows words: {record}");
        let messages = product.get(&format!("/outbox?complaint={complaint}")).await?;
        let listed = messages["messages"].as_array().context("no messages")?;
        ensure!(!listed.is_empty(), "that something was sent is not known any more");
        let texts = messages["words"].as_object().is_none_or(serde_json::Map::is_empty);
        ensure!(texts, "a text is still there: {messages}");
        let intake = product.database("intake").await?;
        let people: i64 = sqlx::query_scalar("select count(*) from complainant where complainant = $1")
            .bind(complainant.parse::<Uuid>()?)
            .fetch_one(&intake)
            .await?;
        ensure!(people == 0, "intake keeps the complainant");
        let ledger = product.ledger().await?;
        let counted = ledger.iter().find(|case| case["complaint"] == line["complaint"]);
        let counted = counted.context("the ledger does not count the case any more")?;
        for fact in ["number", "category", "department", "closed_at", "satisfaction", "proposed_fen"] {
            ensure!(counted[fact] == line[fact], "{fact} was {}, is {}", line[fact], counted[fact]);
        }
        Ok(())
    }
}

/// A case of the drill that went all the way.
async fn closed_case(product: &Product) -> anyhow::Result<Value> {
    let closed = |case: &&Value| case["closed_at"].is_string() && case["proposed_fen"].is_number();
    let ledger = product.ledger().await?;
    ledger.iter().find(closed).cloned().context("the drill closed no case with a proposal")
}

/// What must be gone: name, number and narrative.
async fn secrets(product: &Product, complaint: ComplaintId) -> anyhow::Result<Vec<String>> {
    let contact = product.get(&format!("/complaints/{complaint}/contact")).await?;
    let told = product.get(&format!("/complaints/{complaint}/text")).await?;
    let secrets = [&contact["phone"], &contact["email"], &told["narrative"]];
    let secrets: Vec<_> = secrets.into_iter().filter_map(Value::as_str).map(str::to_owned).collect();
    ensure!(secrets.len() >= 2, "too little is known of the customer: {contact} {told}");
    Ok(secrets)
}

/// How many texts about the complaint each store has.
async fn words_in_stores(
    product: &Product,
    complaint: ComplaintId,
) -> anyhow::Result<Vec<(ServiceName, i64)>> {
    let mut found = Vec::new();
    for service in ServiceName::ALL {
        let store = product.database(service.as_str()).await?;
        let words = sqlx::query_scalar("select count(*) from word where complaint = $1").bind(complaint.0);
        found.push((*service, words.fetch_one(&store).await?));
        store.close().await;
    }
    Ok(found)
}

/// How many texts the services' views of a case show.
fn words_shown(record: &Value) -> usize {
    let views = ["investigation", "approval", "notification"]
        .iter()
        .filter_map(|view| record[view]["words"].as_object());
    views
        .flat_map(|words| words.values())
        .filter(|text| text.as_str().is_some_and(|text| !text.is_empty()))
        .count()
}

/// The secrets stand nowhere in the clear: in no column of any table, in no file of any stream.
async fn in_no_store(product: &Product, secrets: &[String]) -> anyhow::Result<()> {
    for part in redress::up::settings::parts() {
        let store = product.database(part).await?;
        let tables: Vec<String> =
            sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
                .fetch_all(&store)
                .await?;
        ensure!(!tables.is_empty(), "{part} has no tables");
        for table in tables {
            for secret in secrets {
                let rows = rows_with(&store, &table, secret).await?;
                ensure!(rows == 0, "{part}.{table} has {secret} in {rows} rows");
            }
        }
        store.close().await;
    }
    let streams = Path::new(product.folder()).join("nats");
    let mut files = 0;
    in_no_file(&streams, secrets, &mut files)?;
    ensure!(files > 0, "{} has no files", streams.display());
    Ok(())
}

/// In how many rows of a table the text stands, as it is or as bytes.
async fn rows_with(store: &PgPool, table: &str, text: &str) -> anyhow::Result<i64> {
    let sql = format!(
        "select count(*) from \"{table}\" t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0"
    );
    let rows = sqlx::query_scalar(AssertSqlSafe(sql)).bind(text).bind(hex::encode(text));
    Ok(rows.fetch_one(store).await?)
}

fn in_no_file(folder: &Path, secrets: &[String], files: &mut usize) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            in_no_file(&path, secrets, files)?;
            continue;
        }
        *files += 1;
        // A file that the server has just taken away holds nothing.
        let bytes = std::fs::read(&path).unwrap_or_default();
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
            ensure!(!found, "{} has {secret}", path.display());
        }
    }
    Ok(())
}
