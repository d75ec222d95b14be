//! The gateway against real servers: PostgreSQL for sign-in, nats-server for the way to the services. Nothing is
//! skipped: without them these tests fail.
//!
//! Where a test is about the transport, a small responder stands at the other end of it: a NATS service that answers
//! as a service would. What services decide is not tested here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod admin;
mod admin_settings;
mod after;
mod bad_input;
mod browser;
mod browsing;
mod desk;
mod events;
mod managing;
mod pages;
mod pages_again;
mod signing_in;
mod starting;
mod upstream;
mod versions;
mod ways_in;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bus::{Bus, BusOptions, Endpoint, Info};
use contracts::commands::{Answer, Command};
use contracts::problem::Names;
use contracts::queries::{Query, QueryAnswer};
use contracts::scenarios::{ScenarioFailure, ScenarioRun, ScenarioVerdict, ScenariosAsked};
use contracts::{OrganisationId, PersonId, Problem, ProblemCode, RoleKey, ServiceName, Text, subjects};
use futures::StreamExt as _;
use gateway::app::App;
use gateway::auth::users::{self, PutAccount};
use gateway::config::GatewayConfig;
use gateway::scenarios::Player;
use serde_json::{Value, json};
use testkit::TestDatabase;
use testkit::nats::TestNats;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// A password that is long enough.
pub(crate) const PASSWORD: &str = "正确的马、电池、订书钉";

/// The gateway with servers of its own.
pub(crate) struct Edge {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) nats: TestNats,
    pub(crate) until: CancellationToken,
    pub(crate) database: TestDatabase,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.bytes)))
    }
    /// Checks that it is a whole problem, and gives its code.
    pub(crate) fn code(&self) -> String {
        let body = self.json();
        assert_eq!(self.headers["content-type"], "application/problem+json", "{body}");
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(body["type"], format!("/problems/{}", body["code"].as_str().unwrap()));
        let code = gateway::problem::code(body["code"].as_str().unwrap()).unwrap();
        if code.names() == Names::Field {
            assert!(body["field"].is_string(), "which field it was is not said: {body}");
            assert!(
                body["expected"].as_str().is_some_and(|text| !text.is_empty()),
                "what was expected: {body}"
            );
        }
        code.to_string()
    }
}

/// Settings that differ from the documented ones.
pub(crate) fn settings(change: impl FnOnce(&mut GatewayConfig)) -> GatewayConfig {
    let sources = [("REDRESS__POSTGRES__URL", "postgres://x@127.0.0.1:1/x")];
    let environment = sources.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let sources = runtime::config::Sources { file: None, environment: Some(&environment) };
    let mut config = runtime::config::load_from::<GatewayConfig>(gateway::PART, sources).unwrap().service;
    config.organisation = "huarun".into();
    config.sign_ins_per_minute = 0;
    config.public_per_minute = 0;
    config.answer_timeout = Duration::from_millis(1500);
    change(&mut config);
    config
}

/// Plays no scenario, and says what it was asked: those that ask for it do not hold.
#[derive(Debug)]
pub(crate) struct Stage;

impl Player for Stage {
    fn play(&self, asked: &ScenariosAsked, _: std::time::Instant) -> ScenarioRun {
        if asked.scenarios.contains("slow") {
            std::thread::sleep(Duration::from_millis(1500));
        }
        let fails = asked.scenarios.contains("fails").then(|| ScenarioFailure {
            step: Some(2),
            line: Some(9),
            time: None,
            said: Text { zh: "所在环节不符".into(), en: "the stage is not as expected".into() },
            expected: Some("reply".into()),
            found: Some(asked.directory.people.len().to_string()),
        });
        let title = Text { zh: "当日答复".into(), en: "Answered the same day".into() };
        let verdict = ScenarioVerdict { line: 1, title, steps: 3, failures: fails.into_iter().collect() };
        ScenarioRun { verdicts: vec![verdict], milliseconds: 1234, ..ScenarioRun::default() }
    }
}

impl Edge {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let database = testkit::postgres().await.unwrap();
        let pool = database.pool(8).await.unwrap();
        gateway::store::MIGRATIONS.run(&pool).await.unwrap();
        let nats = TestNats::start().await.unwrap();
        let mut options = BusOptions::new(nats.url(), gateway::PART);
        options.answer_patience = Duration::from_secs(2);
        let bus = Bus::connect(options).await.unwrap();
        let until = CancellationToken::new();
        let app = App::new(settings(change), pool, bus, Arc::new(Stage), until.clone()).await.unwrap();
        Self { router: gateway::router::router(app.clone()), app, nats, until, database }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let mut stream = body.into_data_stream();
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        Answered { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answered {
        self.send(request(Method::GET, path, token).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, key: &str, body: &Value) -> Answered {
        let request = request(Method::POST, path, token)
            .header("idempotency-key", key)
            .header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Makes an account.
    pub(crate) async fn account(&self, name: &str, roles: &[&str], department: Option<&str>) {
        let asked = PutAccount {
            name: name.into(),
            password: Some(PASSWORD.into()),
            person: PersonId::new(name).unwrap(),
            roles: roles.iter().map(|role| RoleKey::new(*role).unwrap()).collect(),
            department: department.map(|name| name.parse().unwrap()),
            active: true,
        };
        let organisation = OrganisationId::new("huarun").unwrap();
        let (pool, passwords) = (&self.app.pool, &self.app.passwords);
        users::put(pool, passwords, &organisation, &asked, self.app.now()).await.unwrap();
    }

    /// Makes an account and signs in.
    pub(crate) async fn token(&self, name: &str, roles: &[&str], department: Option<&str>) -> String {
        self.account(name, roles, department).await;
        let session =
            self.post("/api/v1/sessions", "", "", &json!({ "name": name, "password": PASSWORD })).await;
        assert_eq!(session.status, 201, "{:?}", session.json());
        session.json()["token"].as_str().unwrap().to_owned()
    }

    /// A responder at the other end of the transport: answers verbs and queries of `service` until it is dropped.
    pub(crate) async fn responder(
        &self,
        service: ServiceName,
        names: &[(&str, bool)],
        answer: impl Fn(&str, &[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Responder {
        let mut options = BusOptions::of(service, self.nats.url());
        options.answer_patience = Duration::from_secs(2);
        let bus = Bus::connect(options).await.unwrap();
        let info = Info {
            name: service.to_string(),
            version: "0.1.0".into(),
            description: "Stands at the other end in a test".into(),
            queue_group: service.to_string(),
        };
        let endpoint = |(name, is_query): &(&str, bool)| {
            let make = if *is_query { subjects::query } else { subjects::command };
            Endpoint { name: name.replace('.', "_"), subject: make(service, name) }
        };
        let mut requests = bus.serve(info, names.iter().map(endpoint).collect()).await.unwrap();
        let answer = Arc::new(answer);
        let task = tokio::spawn(async move {
            while let Some(request) = requests.next().await {
                let answer = answer.clone();
                tokio::spawn(async move {
                    let (subject, payload) = (request.subject().to_owned(), request.payload().clone());
                    let bytes =
                        tokio::task::spawn_blocking(move || answer(&subject, &payload)).await.unwrap();
                    if let Some(bytes) = bytes {
                        request.respond(bytes.into()).await.ok();
                    }
                });
            }
        });
        Responder { bus, task }
    }
}

/// Stops answering when it is dropped.
pub(crate) struct Responder {
    pub(crate) bus: Bus,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn request(method: Method, path: &str, token: &str) -> axum::http::request::Builder {
    let builder = Request::builder().method(method).uri(path);
    if token.is_empty() { builder } else { builder.header("authorization", format!("Bearer {token}")) }
}

/// Answers every command of a batch.
pub(crate) fn each(payload: &[u8], answer: impl Fn(&Command) -> Answer) -> Option<Vec<u8>> {
    let commands: Vec<Command> = serde_json::from_slice(payload).unwrap();
    let answers: Vec<Answer> = commands.iter().map(answer).collect();
    Some(serde_json::to_vec(&answers).unwrap())
}

pub(crate) fn done(body: Value) -> Answer {
    Answer::Done { version: 1, repeated: false, body }
}

pub(crate) fn refused(code: ProblemCode) -> Answer {
    Answer::Refused { problem: Problem::new(code, "for the test").at("/a").expected("b") }
}

/// Answers a query.
pub(crate) fn found(payload: &[u8], answer: impl Fn(&Query) -> Result<Value, Problem>) -> Option<Vec<u8>> {
    let query: Query = serde_json::from_slice(payload).unwrap();
    Some(serde_json::to_vec(&QueryAnswer::from(answer(&query))).unwrap())
}
