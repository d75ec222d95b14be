//! Messages that really cannot be handled: one that the ledger's own store refuses until somebody mends it, and one of
//! a version that nobody understands, which is in no journal either.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bus::{Outgoing, StreamLimits};
use contracts::{Envelope, EventId, OrganisationId, ServiceName, SubjectRef, subjects};
use serde_json::Value;
use sqlx::PgPool;

use crate::product::{Product, Ran, STREAM_BYTES, until};
use crate::taking_in::{complaint_of, import, row, write};

/// Those that hear intake.
const HEARERS: [&str; 5] = ["routing", "investigation", "approval", "notification", "analytics"];

pub(crate) async fn check(product: &Product, folder: &Path) -> anyhow::Result<()> {
    replayed(product, folder).await?;
    dropped(product).await?;
    never_said(product).await
}

/// The one that was dropped is in no journal: as long as the stream holds it, it is a difference.
async fn never_said(product: &Product) -> anyhow::Result<()> {
    let (code, found) = reconciled(product).await?;
    let findings = found["stream_findings"].as_array().context("it names what it found")?;
    ensure!(
        code == 1 && findings.len() == 1 && findings[0]["fault"] == "never_said",
        "what no journal has is a difference: {found:#}"
    );
    // The stream gives up what it holds, as it does when it is full. That is no difference.
    let intake = product.bus("intake").await?;
    for event_max_bytes in [1, STREAM_BYTES] {
        let limits = StreamLimits { event_max_bytes, ..StreamLimits::default() };
        intake.ensure_event_stream(ServiceName::Intake, limits).await?;
    }
    let (code, found) = reconciled(product).await?;
    let of_intake = &found["streams"][0];
    ensure!(
        code == 0 && of_intake["source"] == "intake" && of_intake["older"].as_u64() > Some(0),
        "the stores differ: {found:#}"
    );
    Ok(())
}

/// What `reconcile` ends with and what it says.
async fn reconciled(product: &Product) -> anyhow::Result<(i32, Value)> {
    let ran = product.run_configured(&["reconcile"]).await?;
    let mut said = serde_json::Deserializer::from_str(&ran.said).into_iter();
    let report = said.next().with_context(|| format!("reconcile says nothing: {}", ran.said))?;
    Ok((ran.code, report.with_context(|| format!("not a report: {}", ran.said))?))
}

/// The ledger's store refuses one complaint. What comes of it is parked, what comes after is held, and the stores
/// differ; once it is mended, the parked messages are replayed and all is level.
async fn replayed(product: &Product, folder: &Path) -> anyhow::Result<()> {
    let complaint = complaint_of(&product.organisation()?, "row-stuck")?.to_string();
    let ledger = product.database("analytics").await?;
    refuse(&ledger, &complaint).await?;
    let rows = write(folder, "stuck.ndjson", &[row("row-stuck", "没有人能处理这一条。").to_string()])?;
    import(product, &rows, 0, "1 registered").await?;
    until("the registration is parked", async || Ok(of_intake(product, &complaint).await?.is_some())).await?;
    let facts =
        ("application/json", br#"{"facts": {"customer_contacted": "2026-01-05T08:00:00Z"}}"#.to_vec());
    product.post(&format!("/complaints/{complaint}/facts"), "facts-1", facts).await?;
    until("what comes after is held", async || Ok(waiting(product, &complaint).await?.is_some())).await?;
    let waiting = waiting(product, &complaint).await?.context("it is held")?;
    ensure!(
        waiting["waiting_for"] == 1 && waiting["parked"] == true,
        "it waits for the parked one: {waiting}"
    );
    ensure!(waiting["held_from"] == 2 && waiting["since"].is_string(), "{waiting}");

    let differs = product.run_configured(&["reconcile", "--patience", "1"]).await?;
    ensure!(differs.code == 1, "reconcile finds nothing while something is parked: {}", differs.said);

    let parked = of_intake(product, &complaint).await?.context("it is parked")?;
    let shown = act(product, "show", "analytics", &parked, &[]).await?;
    let body: Value = serde_json::from_str(&shown.said)?;
    ensure!(body["body"].as_str().is_some_and(|body| body.contains("\"channel\":\"web\"")), "{}", shown.said);

    sqlx::query("drop trigger refuse on case_fact").execute(&ledger).await?;
    let why = ["--person", "qian.guo", "--reason", "the store is mended"];
    for _ in 0..20 {
        let parked = product.listed("parked", "analytics").await?;
        if parked.is_empty() {
            break;
        }
        for one in parked {
            let done = act(product, "replay", "analytics", &one, &why).await?;
            ensure!(done.code == 0 && done.said.contains("done"), "replay of {one}: {}", done.said);
        }
    }
    until("nothing is held any more", async || Ok(product.listed("held", "analytics").await?.is_empty()))
        .await?;
    let in_the_ledger = product.ledger().await?.iter().any(|case| case["complaint"] == complaint.as_str());
    ensure!(in_the_ledger, "the ledger lacks what was replayed");
    Ok(())
}

/// A message that no version of this program understands is parked by everybody who hears it; it cannot be replayed;
/// dropped, it is gone.
async fn dropped(product: &Product) -> anyhow::Result<()> {
    let organisation = product.organisation()?;
    publish_of_tomorrow(product, &organisation).await?;
    for service in HEARERS {
        until("it is parked", async || Ok(product.listed("parked", service).await?.len() == 1)).await?;
        let parked = product.listed("parked", service).await?.remove(0);
        let replay = ["--person", "qian.guo", "--reason", "perhaps now"];
        let refused = act(product, "replay", service, &parked, &replay).await?;
        ensure!(
            refused.code == 1 && refused.said.contains("refused"),
            "{service} replays it: {}",
            refused.said
        );
        ensure!(product.listed("parked", service).await? == [parked.clone()], "{service} has it no more");
        let drop = ["--person", "qian.guo", "--reason", "of a later version, sent by mistake"];
        let done = act(product, "drop", service, &parked, &drop).await?;
        ensure!(done.code == 0, "{service} does not drop: {}", done.said);
        ensure!(product.listed("parked", service).await?.is_empty(), "{service} still has it");
        let twice =
            act(product, "drop", service, &parked, &["--person", "he.xin", "--reason", "again"]).await?;
        ensure!(twice.code == 1, "{service} drops twice: {}", twice.said);
    }
    Ok(())
}

/// `parked show`, `replay` or `drop` of one.
async fn act(
    product: &Product,
    verb: &str,
    service: &str,
    parked: &Value,
    more: &[&str],
) -> anyhow::Result<Ran> {
    let organisation = product.organisation()?;
    let id = parked["id"].as_str().context("it has no id")?;
    let asked = ["parked", verb, service, id, "--organisation", organisation.as_str()];
    product.run_configured(&[&asked, more].concat()).await
}

/// What the ledger has parked of intake about the complaint.
async fn of_intake(product: &Product, complaint: &str) -> anyhow::Result<Option<Value>> {
    let parked = product.listed("parked", "analytics").await?;
    Ok(parked.into_iter().find(|one| one["subject"]["id"] == complaint && one["what"]["source"] == "intake"))
}

/// What the ledger holds of intake about the complaint.
async fn waiting(product: &Product, complaint: &str) -> anyhow::Result<Option<Value>> {
    let held = product.listed("held", "analytics").await?;
    Ok(held.into_iter().find(|one| one["subject"]["id"] == complaint && one["source"] == "intake"))
}

/// Has the ledger's store refuse one case.
async fn refuse(ledger: &PgPool, complaint: &str) -> anyhow::Result<()> {
    let function = "create function refuse() returns trigger language plpgsql as
        $$ begin raise exception 'the store refuses this case'; end $$";
    sqlx::query(function).execute(ledger).await?;
    let trigger = format!(
        "create trigger refuse before insert or update on case_fact for each row
         when (new.complaint = '{complaint}') execute function refuse()"
    );
    sqlx::query(sqlx::AssertSqlSafe(trigger)).execute(ledger).await?;
    Ok(())
}

/// Says in intake's name what a later version may say.
async fn publish_of_tomorrow(product: &Product, organisation: &OrganisationId) -> anyhow::Result<()> {
    let intake = product.bus("intake").await?;
    let time = "2026-01-05T08:00:00Z".parse()?;
    let complaint = complaint_of(organisation, "never-registered")?;
    let subject = SubjectRef::complaint(organisation, complaint);
    let envelope = Envelope {
        id: EventId::at(time, [7; 10]),
        source: ServiceName::Intake,
        what: "complaint.registered".to_owned(),
        version: 99,
        correlation: subject.id.clone(),
        subject,
        time,
        sequence: 1,
        previous_hash: [0; 32],
        causation: "of-tomorrow".to_owned(),
        traceparent: None,
    };
    let message = Outgoing {
        subject: subjects::event(envelope.source, &envelope.what),
        headers: envelope.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body: b"{\"whatever\": true}".to_vec().into(),
        message_id: envelope.id.to_string(),
    };
    let outcomes = intake.publish(&subjects::event_stream(ServiceName::Intake), vec![message]).await;
    for outcome in outcomes {
        outcome?;
    }
    tokio::time::timeout(Duration::from_secs(5), intake.flush()).await??;
    Ok(())
}
