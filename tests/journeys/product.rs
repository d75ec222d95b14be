//! One running product: started by its own `up`, asked by its own subcommands and over its public API.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use bus::{Bus, BusOptions};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::process::{Child, Command};

/// What stands at the end of what `up` prints.
const READY: &str = "Ctrl-C stops everything";
const PATIENCE: Duration = Duration::from_secs(90);
/// Who asks: a manager, who sees all cases, settles parked messages and may have a customer forgotten.
const MANAGER: &str = "qian.guo";

/// How large a stream may become: nats-server sets all of it aside, and a machine that builds has little room.
pub(crate) const STREAM_BYTES: u64 = 64 << 20;

/// What a subcommand said, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) said: String,
}

/// A running product. Dropping it kills it.
pub(crate) struct Product {
    up: Child,
    data: PathBuf,
    settings: toml::Value,
    access: Value,
    client: Client,
    token: String,
}

impl Product {
    /// Starts everything in the folder `data`, in one process, and signs in.
    pub(crate) async fn start(data: &Path) -> anyhow::Result<Self> {
        let playbooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/playbooks");
        let log = data.with_extension("log");
        let output = std::fs::File::create(&log)?;
        let mut up = Command::new(product_tests::program()?)
            .args(["up", "--all-in-one", "--data"])
            .arg(data)
            .arg("--playbooks")
            .arg(playbooks)
            // A rebuilding leaves each source this long to deliver by itself, one after the other.
            .env("REDRESS__LISTEN__MISSING_AFTER", "500ms")
            .env("REDRESS__NATS__STREAM_MAX_BYTES", STREAM_BYTES.to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .kill_on_drop(true)
            .spawn()?;
        let begun = Instant::now();
        while !std::fs::read_to_string(&log)?.contains(READY) {
            let ended = up.try_wait()?;
            if ended.is_some() || begun.elapsed() > PATIENCE {
                bail!("it did not start ({ended:?}):\n{}", std::fs::read_to_string(&log)?);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let access: Value = serde_json::from_slice(&std::fs::read(data.join("drill.json"))?)?;
        let settings = toml::from_str(&std::fs::read_to_string(data.join("redress.toml"))?)?;
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        let mut product = Self { up, data: data.to_owned(), settings, access, client, token: String::new() };
        product.token = product.sign_in().await?;
        Ok(product)
    }

    /// Stops it as a person does, who presses Ctrl-C; it must end in order.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.up.id().context("it has ended by itself")?;
        let told = Command::new("kill").args(["-INT", &id.to_string()]).status().await?;
        ensure!(told.success(), "it could not be told to stop");
        let ended = tokio::time::timeout(PATIENCE, self.up.wait()).await.context("it does not stop")??;
        ensure!(ended.success(), "it ended with {ended}");
        Ok(())
    }

    pub(crate) fn folder(&self) -> &str {
        self.data.to_str().unwrap_or_default()
    }

    pub(crate) fn gateway(&self) -> &str {
        self.access["gateway"].as_str().unwrap_or_default()
    }

    pub(crate) fn organisation(&self) -> anyhow::Result<contracts::OrganisationId> {
        Ok(serde_json::from_value(self.access["organisation"].clone())?)
    }

    /// Runs a subcommand to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> anyhow::Result<Ran> {
        let mut command = Command::new(product_tests::program()?);
        let output = tokio::time::timeout(PATIENCE, command.args(arguments).kill_on_drop(true).output());
        let output = output.await.with_context(|| format!("{arguments:?} does not end"))??;
        let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.push_str(&String::from_utf8_lossy(&output.stderr));
        let code = output.status.code().with_context(|| format!("{arguments:?} was killed: {said}"))?;
        Ok(Ran { code, said })
    }

    /// Runs a subcommand that reads the configuration file.
    pub(crate) async fn run_configured(&self, arguments: &[&str]) -> anyhow::Result<Ran> {
        let config = self.data.join("redress.toml");
        let config = config.to_str().context("the folder has no plain name")?;
        self.run(&[arguments, &["--config", config]].concat()).await
    }

    /// The lines that a subcommand lists about this organisation: the service, and what it says.
    pub(crate) async fn listed(&self, what: &str, service: &str) -> anyhow::Result<Vec<Value>> {
        let organisation = self.organisation()?;
        let asked = [what, "list", "--organisation", organisation.as_str(), "--service", service];
        let ran = self.run_configured(&asked).await?;
        ensure!(ran.code == 0, "{what} list: {}", ran.said);
        let line = |line: &str| {
            let (who, what) =
                line.split_once('{').with_context(|| format!("not a line of a list: {line}"))?;
            ensure!(who.trim() == service, "{service} was asked for: {line}");
            Ok(serde_json::from_str(&format!("{{{what}"))?)
        };
        ran.said.lines().map(line).collect()
    }

    async fn sign_in(&self) -> anyhow::Result<String> {
        let body = json!({
            "organisation": self.access["organisation"], "name": MANAGER, "password": self.access["password"],
        });
        let answer =
            self.client.post(format!("{}/api/v1/sessions", self.gateway())).json(&body).send().await?;
        let said: Value = answer.error_for_status()?.json().await?;
        Ok(said["token"].as_str().context("no token came")?.to_owned())
    }

    /// Asks the gateway, whatever it answers.
    pub(crate) async fn asked(&self, path: &str) -> anyhow::Result<Response> {
        let request = self.client.get(format!("{}/api/v1{path}", self.gateway()));
        Ok(request.bearer_auth(&self.token).send().await?)
    }

    /// Asks the gateway for what must be there.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.asked(path).await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status == StatusCode::OK, "{path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// Sends what the gateway must take.
    pub(crate) async fn post(
        &self,
        path: &str,
        key: &str,
        (media, body): (&str, Vec<u8>),
    ) -> anyhow::Result<Value> {
        let request = self.client.request(Method::POST, format!("{}/api/v1{path}", self.gateway()));
        let request = request.bearer_auth(&self.token).header("Idempotency-Key", key);
        let answer = request.header("Content-Type", media).body(body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path}: {status} {text}");
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }

    /// Every line of the ledger, page after page.
    pub(crate) async fn ledger(&self) -> anyhow::Result<Vec<Value>> {
        let (mut lines, mut cursor) = (Vec::new(), String::new());
        loop {
            let mut page = self.get(&format!("/ledger?limit=4{cursor}")).await?;
            let Value::Array(cases) = page["cases"].take() else { bail!("a page without cases: {page}") };
            lines.extend(cases);
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(lines),
            }
        }
    }

    /// A connection to the database of `part`, as that part.
    pub(crate) async fn database(&self, part: &str) -> anyhow::Result<PgPool> {
        let url = self.settings[part]["postgres"]["url"].as_str();
        Ok(PgPool::connect(url.with_context(|| format!("redress.toml has no {part}.postgres.url"))?).await?)
    }

    /// A connection to NATS, as `user`.
    pub(crate) async fn bus(&self, user: &str) -> anyhow::Result<Bus> {
        let url = self.settings["nats"]["url"].as_str().context("redress.toml has no nats.url")?;
        let password = self.settings[user]["nats"]["password"].as_str().context("no password")?;
        let options = BusOptions::new(url, user).signed_in(user, password.to_owned().into());
        Ok(Bus::connect(options).await?)
    }
}

/// Waits until `condition` holds.
pub(crate) async fn until(
    what: &str,
    mut condition: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !condition().await? {
        ensure!(begun.elapsed() < Duration::from_secs(30), "{what}: not within 30 seconds");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
