//! Messages on their way to customers and staff.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use contracts::Language;
use pages::admin::Room;
use pages::admin::messages::{Line, Messages, Standing, view};
use serde_json::Value;

use super::{Said, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::case_told::as_staff_read;
use crate::console::known::House;
use crate::console::visitor::Member;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::outbox;

pub(super) fn router() -> Router<App> {
    Router::new().route("/console/admin/messages", get(list))
}

async fn list(State(app): State<App>, member: Member, parameters: Parameters) -> Response {
    let made = async {
        member.require(Act::ReadSystem)?;
        let of = parameters.text("of").map_or(Some(Standing::default()), Standing::read);
        let of = of.ok_or_else(|| Refusal::not_found("list of messages"))?;
        let mut asked = vec![("state", of.as_str())];
        asked.extend(parameters.text("cursor").map(|cursor| ("cursor", cursor)));
        let page = outbox::messages(&app, &member.principal(), &Parameters::of(&asked)).await?;
        let house = app.known.house(&app, &member.staff.organisation).await;
        let language = member.visitor.language;
        let lines = page["messages"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| line(one, &page["words"], (&*house, language)));
        Ok(Messages {
            of,
            lines: lines.collect(),
            next: page["next"].as_str().map(str::to_owned),
            first: parameters.text("cursor").is_none(),
        })
    };
    show(&member, Room::Messages, Said::default(), made.await, |locale, _, messages| view(locale, messages))
        .await
}

fn line(told: &Value, words: &Value, (house, language): (&House, Language)) -> Line {
    let text = |name: &str| told[name].as_str().unwrap_or_default();
    let time = |value: &Value| value.as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    let said = |name: &str| words[text(name)].as_str().map(|text| as_staff_read(text, language));
    let last = &told["last_attempt"];
    Line {
        at: time(&told["requested_at"]).unwrap_or_default(),
        to: told["recipient"]["person"].as_str().map(|person| house.person(person)),
        channel: text("channel").to_owned(),
        template: text("template").to_owned(),
        case: told["complaint"].as_str().map(|id| format!("/console/cases/{id}")),
        subject: said("subject"),
        text: said("word"),
        attempts: told["attempts"].as_u64().unwrap_or(0),
        last: time(&last["at"]).map(|at| (at, last["detail"].as_str().unwrap_or_default().to_owned())),
    }
}
