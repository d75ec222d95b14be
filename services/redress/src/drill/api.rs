//! The public API as the drill's people use it: signed in, with an idempotency key, patient with a busy service.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::RwLock;

/// How often a request that may have been lost is made again, with the same key.
const TRIES: u32 = 60;
/// The first pause before it; each further one is longer, up to [`LONGEST`].
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

/// Somebody at the API.
#[derive(Clone)]
pub struct Caller {
    client: reqwest::Client,
    base: String,
    credentials: Arc<Credentials>,
    token: Arc<RwLock<String>>,
}

enum Credentials {
    Person { organisation: String, name: String, password: String },
    Key,
}

/// What came of a request.
#[derive(Debug)]
pub enum Said {
    /// It was done, or found.
    Done(Value),
    /// It was refused with this problem.
    Refused {
        /// The stable code.
        code: String,
        /// What was wrong.
        detail: String,
    },
}

impl Caller {
    /// A feeder with an API key.
    pub fn feeder(client: &reqwest::Client, base: &str, key: &str) -> Self {
        Self {
            client: client.clone(),
            base: base.to_owned(),
            credentials: Arc::new(Credentials::Key),
            token: Arc::new(RwLock::new(key.to_owned())),
        }
    }

    /// A person, signed in.
    ///
    /// # Errors
    /// When the sign-in is refused or nobody answers for long.
    pub async fn person(
        client: &reqwest::Client,
        base: &str,
        organisation: &str,
        name: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let credentials = Credentials::Person {
            organisation: organisation.to_owned(),
            name: name.to_owned(),
            password: password.to_owned(),
        };
        let caller = Self {
            client: client.clone(),
            base: base.to_owned(),
            credentials: Arc::new(credentials),
            token: Arc::default(),
        };
        caller.sign_in().await?;
        Ok(caller)
    }

    async fn sign_in(&self) -> anyhow::Result<()> {
        let Credentials::Person { organisation, name, password } = self.credentials.as_ref() else {
            anyhow::bail!("the feeder's key is not taken");
        };
        let body = json!({ "organisation": organisation, "name": name, "password": password });
        let mut pause = PAUSE;
        for _ in 0..TRIES {
            let answer = self.client.post(format!("{}/api/v1/sessions", self.base)).json(&body).send().await;
            match answer {
                Ok(answer) if answer.status().is_success() => {
                    let said: Value = answer.json().await?;
                    *self.token.write().await = said["token"].as_str().context("no token came")?.to_owned();
                    return Ok(());
                }
                Ok(answer) if !is_passing(answer.status()) => {
                    anyhow::bail!("{name} may not sign in: {}", answer.text().await.unwrap_or_default());
                }
                Ok(_) | Err(_) => rest(&mut pause).await,
            }
        }
        anyhow::bail!("nobody answers the sign-in of {name}")
    }

    /// Asks.
    ///
    /// # Errors
    /// When nobody answers for long.
    pub async fn get(&self, path: &str) -> anyhow::Result<Said> {
        self.send(Method::GET, path, None, None).await
    }

    /// Orders; given again with the same `key` it is the same order.
    ///
    /// # Errors
    /// When nobody answers for long.
    pub async fn order(&self, method: Method, path: &str, key: &str, body: &Value) -> anyhow::Result<Said> {
        self.send(method, path, Some(key), Some(body)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Said> {
        let mut pause = PAUSE;
        let mut last = String::new();
        for _ in 0..TRIES {
            let mut request = self.client.request(method.clone(), format!("{}/api/v1{path}", self.base));
            request = request.bearer_auth(self.token.read().await.as_str());
            if let Some(key) = key {
                request = request.header("Idempotency-Key", key);
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            match request.send().await {
                Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => self.sign_in().await?,
                Ok(answer) if is_passing(answer.status()) => {
                    last = answer.status().to_string();
                    rest(&mut pause).await;
                }
                Ok(answer) => match read(answer).await {
                    Ok(said) => return Ok(said),
                    Err(error) => last = error.to_string(),
                },
                Err(error) => {
                    last = error.to_string();
                    rest(&mut pause).await;
                }
            }
        }
        anyhow::bail!("nobody answers {method} {path}: {last}")
    }
}

/// Whether the same request may succeed later: too busy, away, or an answer lost on the way.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

async fn read(answer: reqwest::Response) -> anyhow::Result<Said> {
    let good = answer.status().is_success();
    let text = answer.text().await?;
    let body: Value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? };
    if good {
        return Ok(Said::Done(body));
    }
    let member = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let field = body["field"].as_str().map(|field| format!(" ({field})")).unwrap_or_default();
    Ok(Said::Refused { code: member("code"), detail: member("detail") + &field })
}

async fn rest(pause: &mut Duration) {
    tokio::time::sleep(*pause).await;
    *pause = (*pause * 2).min(LONGEST);
}
