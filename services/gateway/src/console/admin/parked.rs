//! Parked messages: listed, shown, handled again or skipped for good.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::parked::{DROP, REPLAY};
use contracts::{ServiceName, SubjectRef};
use futures::future::join_all;
use pages::admin::Room;
use pages::admin::parked::{Line, One, Parked, one, reason, view};
use pages::forms::{Typed, read};
use pages::words::admin as words;
use serde_json::Value;
use uuid::Uuid;

use super::{Said, key_again, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::answering::{Named, onward};
use crate::console::sent::Sent;
use crate::console::visitor::{Member, new_key};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::system::{self, Settle};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin/parked", get(list))
        .route("/console/admin/parked/{service}/{id}", get(open))
        .route("/console/admin/parked/{service}/{id}/replay", post(replay))
        .route("/console/admin/parked/{service}/{id}/drop", post(skip))
}

/// A service of an address.
fn service(name: &str) -> Result<ServiceName, Refusal> {
    name.parse().map_err(|_| Refusal::not_found("service"))
}

async fn list(State(app): State<App>, member: Member, parameters: Parameters) -> Response {
    let made = async {
        member.require(Act::ReadSystem)?;
        let only = parameters.text("service").map(service).transpose()?;
        let asked = ServiceName::ALL.iter().filter(|one| only.is_none_or(|only| only == **one));
        let caller = member.caller();
        let answers =
            join_all(asked.map(|service| async {
                (*service, system::parked(&app, &caller, *service, &parameters).await)
            }));
        let mut parked = Parked { only, ..Parked::default() };
        for (service, answer) in answers.await {
            match answer {
                Ok(page) => {
                    parked.lines.extend(
                        page["parked"].as_array().into_iter().flatten().map(|one| line(service, one)),
                    );
                    parked.more.extend(page["next"].as_str().map(|next| (service, next.to_owned())));
                }
                // One that does not answer hides nothing of the others; what was asked wrongly is refused.
                Err(refusal) if refusal.status().is_server_error() => parked.away.push(service),
                Err(refusal) => return Err(refusal),
            }
        }
        parked.lines.sort_by_key(|line| line.at);
        Ok(parked)
    };
    let said = Said::done(&parameters, member.visitor.language);
    show(&member, Room::Parked, said, made.await, |locale, _, parked| view(locale, parked)).await
}

fn line(service: ServiceName, told: &Value) -> Line {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let what = &told["what"];
    let subject = serde_json::from_value::<SubjectRef>(told["subject"].clone()).ok();
    let named = what["type"].as_str().or_else(|| what["key"].as_str());
    Line {
        service,
        id: text(&told["id"]),
        case: subject.as_ref().and_then(SubjectRef::complaint_id).map(|id| format!("/console/cases/{id}")),
        subject: subject.map(|subject| subject.to_string()).unwrap_or_default(),
        what: named.map_or_else(|| text(&what["kind"]), str::to_owned),
        source: what["source"].as_str().and_then(|name| name.parse().ok()),
        code: text(&told["code"]),
        reason: text(&told["reason"]),
        at: told["parked_at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default(),
        attempts: told["attempts"].as_u64().unwrap_or(0),
    }
}

async fn open(member: Member, Named((name, id)): Named<(String, Uuid)>) -> Response {
    sheet(&member, &name, id, (Typed::default(), None, new_key())).await
}

/// One message, with what was typed and refused.
async fn sheet(
    member: &Member,
    name: &str,
    id: Uuid,
    (typed, refusal, key): (Typed, Option<Refusal>, String),
) -> Response {
    let said = refusal.as_ref().map(Said::refused).unwrap_or_default();
    let made = async {
        member.require(Act::ReadSystem)?;
        let service = service(name)?;
        let told = system::parked_one(&member.visitor.app, &member.caller(), service, id).await?;
        let pair = |pair: &Value| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
        let body = told["body"].as_str().unwrap_or_default();
        let parsed = serde_json::from_str::<Value>(body).and_then(|body| serde_json::to_string_pretty(&body));
        Ok::<_, Refusal>(One {
            line: line(service, &told),
            headers: told["headers"].as_array().into_iter().flatten().filter_map(pair).collect(),
            body: parsed.unwrap_or_else(|_| body.to_owned()),
            settled: !told["settled"].is_null(),
            may_settle: member.require(Act::SettleParked).is_ok(),
            typed,
            problem: refusal.map(|refusal| *refusal.problem),
            key,
        })
    };
    let said = said.titled(words::MESSAGE.get(member.visitor.language));
    show(member, Room::Parked, said, made.await, one).await
}

async fn replay(member: Member, Named((name, id)): Named<(String, Uuid)>, sent: Sent) -> Response {
    settle(&member, &name, id, &sent, (REPLAY, "replayed")).await
}

async fn skip(member: Member, Named((name, id)): Named<(String, Uuid)>, sent: Sent) -> Response {
    settle(&member, &name, id, &sent, (DROP, "dropped")).await
}

async fn settle(member: &Member, name: &str, id: Uuid, sent: &Sent, (verb, word): (&str, &str)) -> Response {
    let done = async {
        member.require(Act::SettleParked)?;
        let body = read(&[reason()], &sent.typed)?;
        let why = Settle { reason: body["reason"].as_str().unwrap_or_default().to_owned() };
        let which = (service(name)?, id);
        let orderer = member.orderer(&sent.key);
        system::settle(&member.visitor.app, &member.caller(), &orderer, which, (verb, why)).await
    };
    match done.await {
        Ok(_) => onward(&format!("{}?done={word}", Room::Parked.address())),
        Err(refusal) => {
            let key = key_again(&refusal, sent);
            sheet(member, name, id, (sent.typed.clone(), Some(refusal), key)).await
        }
    }
}
