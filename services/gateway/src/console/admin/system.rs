//! How every service is.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use contracts::ServiceName;
use pages::admin::Room;
use pages::admin::system::{Service, Source, State as Status, view};
use serde_json::Value;

use super::{Said, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::visitor::Member;
use crate::problem::Refusal;
use crate::routes::system;

pub(super) fn router() -> Router<App> {
    Router::new().route("/console/admin/system", get(services))
}

async fn services(State(app): State<App>, member: Member) -> Response {
    let made = async {
        member.require(Act::ReadSystem)?;
        let told = system::every_status(&app).await;
        Ok::<_, Refusal>(told.into_iter().map(|(name, status)| service(name, &status)).collect::<Vec<_>>())
    };
    show(&member, Room::System, Said::default(), made.await, |locale, _, services| view(locale, services))
        .await
}

fn service(name: ServiceName, status: &Value) -> Service {
    let replicas = status["replicas"].as_u64().unwrap_or(0);
    Service { name, replicas, state: (status["away"] != true).then(|| state(status)) }
}

fn state(status: &Value) -> Status {
    let count = |name: &str| status[name].as_u64().unwrap_or(0);
    Status {
        unpublished: count("unpublished"),
        oldest_seconds: count("oldest_unpublished_seconds"),
        held: count("held"),
        parked: count("parked"),
        timers_late: count("timers_late"),
        next_timer: status["earliest_timer"].as_str().and_then(|at| at.parse().ok()),
        handled: count("handled"),
        sources: status["sources"].as_array().into_iter().flatten().filter_map(source).collect(),
    }
}

fn source(told: &Value) -> Option<Source> {
    let waiting = [&told["pending"], &told["unacknowledged"]];
    let behind = waiting
        .iter()
        .any(|count| count.is_u64())
        .then(|| waiting.iter().filter_map(|count| count.as_u64()).sum());
    Some(Source {
        name: told["source"].as_str()?.parse().ok()?,
        // A source that has said nothing yet has no stream, and then nothing waits.
        behind: behind.or_else(|| (told["unknown"] != true).then_some(0)),
        oldest: told["oldest"].as_str().and_then(|at| at.parse().ok()),
    })
}
