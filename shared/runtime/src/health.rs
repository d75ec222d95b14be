//! `/livez`, `/readyz` and `/metrics`: the truth about this process, looked up when asked.
//!
//! `/livez` is 200 while no task has failed. `/readyz` is 200 when every part of every service answers now:
//! PostgreSQL a `select 1`, NATS a connection; otherwise 503, and the body says which part is not ready and why.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::future::{BoxFuture, join_all};
use metrics::gauge;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::metrics::{Metrics, READY};
use crate::shutdown::Shutdown;

/// Looks whether a part is ready; says why not.
pub type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

#[derive(Clone)]
struct Part {
    service: String,
    part: &'static str,
    check: Check,
}

/// What the parts of a process say about themselves. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    parts: Arc<RwLock<Vec<Part>>>,
    shutdown: Shutdown,
    patience: Duration,
}

impl std::fmt::Debug for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Health").field("patience", &self.patience).finish_non_exhaustive()
    }
}

/// One part, as `/readyz` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartReport {
    /// The service.
    pub service: String,
    /// `postgres`, `nats`, …
    pub part: &'static str,
    /// Whether it is ready now.
    pub ready: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What `/readyz` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether all of it is ready.
    pub ready: bool,
    /// Whether the process is stopping; it is then not ready.
    pub stopping: bool,
    /// Every part.
    pub parts: Vec<PartReport>,
}

impl Health {
    /// Of a process that stops by `shutdown`; a check that takes longer than `patience` counts as not ready.
    #[must_use]
    pub fn new(shutdown: Shutdown, patience: Duration) -> Self {
        Self { parts: Arc::default(), shutdown, patience }
    }

    /// Adds a part, or replaces the one of that name.
    pub fn watch(&self, service: &str, part: &'static str, check: Check) {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        parts.retain(|known| known.service != service || known.part != part);
        parts.push(Part { service: service.to_owned(), part, check });
    }

    /// Looks at every part now.
    pub async fn readiness(&self) -> Readiness {
        let parts = self.parts.read().unwrap_or_else(PoisonError::into_inner).clone();
        let parts = join_all(parts.into_iter().map(|part| self.look(part))).await;
        let stopping = self.shutdown.is_asked();
        // A process in which no service has started yet is not ready for anything.
        let ready = !stopping && !parts.is_empty() && parts.iter().all(|part| part.ready);
        Readiness { ready, stopping, parts }
    }

    async fn look(&self, part: Part) -> PartReport {
        let answer = tokio::time::timeout(self.patience, (part.check)()).await;
        let why = match answer {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(why),
            Err(_) => Some(format!("no answer within {:?}", self.patience)),
        };
        let ready = why.is_none();
        gauge!(READY, "service" => part.service.clone(), "part" => part.part).set(f64::from(u8::from(ready)));
        PartReport { service: part.service, part: part.part, ready, why }
    }
}

#[derive(Clone)]
struct Shown {
    health: Health,
    metrics: Option<Metrics>,
}

/// The routes of health and metrics, for a listener of their own.
pub fn routes(health: Health, metrics: Option<Metrics>) -> Router {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(scrape))
        .with_state(Shown { health, metrics })
}

/// Answers on `address` until `until` is cancelled, and gives the address in use with the task to be run.
///
/// # Errors
/// When the address cannot be had.
pub async fn listen(
    address: SocketAddr,
    routes: Router,
    until: CancellationToken,
) -> std::io::Result<(SocketAddr, impl Future<Output = std::io::Result<()>> + Send + 'static)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let serving = async move {
        tokio::select! {
            // Open keep-alive connections of a scraper must not hold up the stop.
            () = until.cancelled() => Ok(()),
            ended = async { axum::serve(listener, routes).await } => ended,
        }
    };
    Ok((address, serving))
}

async fn livez(State(shown): State<Shown>) -> Response {
    let faults = shown.health.shutdown.faults();
    if faults.is_empty() {
        (StatusCode::OK, "alive\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", faults.join("\n"))).into_response()
    }
}

async fn readyz(State(shown): State<Shown>) -> Response {
    let readiness = shown.health.readiness().await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(readiness)).into_response()
}

async fn scrape(State(shown): State<Shown>) -> Response {
    let Some(metrics) = shown.metrics else {
        return (StatusCode::NOT_FOUND, "no metrics are recorded\n").into_response();
    };
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics.render()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: Result<(), &'static str>) -> Check {
        Arc::new(move || Box::pin(async move { answer.map_err(str::to_owned) }))
    }

    fn health() -> Health {
        Health::new(Shutdown::new(), Duration::from_millis(50))
    }

    #[tokio::test]
    async fn nothing_started_is_not_ready() {
        assert!(!health().readiness().await.ready);
    }

    #[tokio::test]
    async fn one_part_that_is_not_ready_is_named_and_the_others_too() {
        let health = health();
        health.watch("routing", "postgres", check(Ok(())));
        health.watch("routing", "nats", check(Err("disconnected")));
        health.watch("intake", "postgres", Arc::new(|| Box::pin(std::future::pending())));
        let readiness = health.readiness().await;
        assert!(!readiness.ready);
        let shown: Vec<_> = readiness.parts.iter().map(|part| (part.ready, part.why.as_deref())).collect();
        assert_eq!(
            shown,
            [(true, None), (false, Some("disconnected")), (false, Some("no answer within 50ms"))]
        );
        health.watch("routing", "nats", check(Ok(())));
        health.watch("intake", "postgres", check(Ok(())));
        assert!(health.readiness().await.ready);
        health.shutdown.ask();
        assert!(!health.readiness().await.ready, "a process that stops takes no new work");
    }
}
