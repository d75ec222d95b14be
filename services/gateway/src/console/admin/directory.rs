//! The directory: shown, and imported from a table.

use std::collections::BTreeMap;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::routing::{DirectoryImported, ImportDirectory};
use contracts::messages::directory_changed::{Department, Person, Shift};
use contracts::queries::routing::DIRECTORY;
use contracts::{Language, SubjectRef};
use pages::admin::Room;
use pages::admin::directory::{self as model, Directory, view};
use pages::admin::shifts::Shifts;
use serde_json::{Value, json};

use super::{Said, key_again, shifts, show};
use crate::app::App;
use crate::auth::Act;
use crate::console::answering::onward;
use crate::console::known::House;
use crate::console::sent::Sent;
use crate::console::visitor::{Member, new_key};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::settings;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/admin/directory", get(all))
        .route("/console/admin/directory/import", post(import))
        .route("/console/admin/directory/shift", post(put_shift))
}

async fn all(member: Member, parameters: Parameters) -> Response {
    let only = parameters.text("department").filter(|key| !key.is_empty()).map(str::to_owned);
    let open = parameters.text("shift").map(shifts::open);
    let shifts = Shifts { open, key: new_key(), ..Shifts::default() };
    let with = Directory { only, key: new_key(), shifts, ..Directory::default() };
    room(&member, Said::done(&parameters, member.visitor.language), with).await
}

fn listed<T: serde::de::DeserializeOwned>(value: &Value) -> Result<Vec<T>, Refusal> {
    serde_json::from_value(value.clone()).map_err(|error| Refusal::defect(&error))
}

/// The room, with what `with` has of what was chosen, typed, told or refused.
async fn room(member: &Member, said: Said, with: Directory) -> Response {
    let made = async {
        member.require(Act::ReadSettings)?;
        let app = &member.visitor.app;
        let told = settings::asked(app, &member.caller(), DIRECTORY, Value::Null).await?;
        let departments: Vec<Department> = listed(&told["departments"])?;
        let people: Vec<Person> = listed(&told["people"])?;
        let known: Vec<Shift> = listed(&told["shifts"])?;
        let house = app.known.house(app, &member.staff.organisation).await;
        let named = Named { house: &house, language: member.visitor.language, shifts: &known };
        let mut at: BTreeMap<&str, usize> = BTreeMap::new();
        for person in people.iter().filter(|person| person.active) {
            *at.entry(person.department.as_str()).or_default() += 1;
        }
        let counted = |one: &Department| named.department(one, at.get(one.id.as_str()).copied().unwrap_or(0));
        let of_chosen =
            |one: &&Person| with.only.as_deref().is_none_or(|only| one.department.as_str() == only);
        Ok::<_, Refusal>(Directory {
            departments: departments.iter().map(counted).collect(),
            people: people.iter().filter(of_chosen).map(|one| named.person(one)).collect(),
            choices: house.departments(),
            may_change: member.require(Act::ChangeSettings).is_ok(),
            may_plan: member.require(Act::PutAbsence).is_ok(),
            shifts: Shifts {
                may_change: member.require(Act::ChangeSettings).is_ok(),
                all: known.clone(),
                ..with.shifts
            },
            ..with
        })
    };
    show(member, Room::Directory, said, made.await, view).await
}

/// What the keys of the directory are called.
struct Named<'a> {
    house: &'a House,
    language: Language,
    shifts: &'a [Shift],
}

impl Named<'_> {
    fn department(&self, one: &Department, people: usize) -> model::Department {
        model::Department {
            id: one.id.to_string(),
            name: one.name.get(self.language).to_owned(),
            above: one.parent.as_ref().map(|above| self.house.department(above.as_str(), self.language)),
            duty: one.duty_manager.as_ref().map(|person| self.house.person(person.as_str())),
            people,
        }
    }

    fn person(&self, one: &Person) -> model::Person {
        let shift = one.shift.as_ref().and_then(|key| self.shifts.iter().find(|shift| shift.id == *key));
        let away = |absence: &contracts::messages::directory_changed::Absence| {
            let deputy = absence.deputy.as_ref().map(|person| self.house.person(person.as_str()));
            (absence.from, absence.until, deputy)
        };
        model::Person {
            id: one.id.to_string(),
            name: one.name.clone(),
            department: self.house.department(one.department.as_str(), self.language),
            roles: one.roles.iter().map(ToString::to_string).collect(),
            manager: one.manager.as_ref().map(|person| self.house.person(person.as_str())),
            shift: shift.map(|shift| shift.name.get(self.language).to_owned()),
            away: one.absences.iter().map(away).collect(),
            active: one.active,
        }
    }
}

async fn put_shift(member: Member, sent: Sent) -> Response {
    match shifts::put(&member, &sent).await {
        Ok(()) => onward("/console/admin/directory?done=shift#shifts"),
        Err(refusal) => {
            let (said, key) = (Said::refused(&refusal), key_again(&refusal, &sent));
            let open = Some(shifts::open(&sent.text("of")));
            let problem = Some(*refusal.problem);
            let shifts = Shifts { open, key, problem, typed: Some(sent.typed), ..Shifts::default() };
            let with = Directory { key: new_key(), shifts, ..Directory::default() };
            room(&member, said, with).await
        }
    }
}

async fn import(member: Member, sent: Sent) -> Response {
    let dry_run = sent.text("dry_run") == "true";
    let table = sent.text("table");
    let done = async {
        member.require(Act::ChangeSettings)?;
        let body = json!({ "files": [table.as_str()], "dry_run": dry_run });
        let orderer = member.orderer(&sent.key);
        let app = &member.visitor.app;
        let done = settings::ordered::<ImportDirectory>(app, &orderer, SubjectRef::directory, body).await?;
        serde_json::from_value::<DirectoryImported>(done.body).map_err(|error| Refusal::defect(&error))
    };
    match done.await {
        // Told by the answer itself: the table stays, so that what was tried can be imported.
        Ok(told) => {
            let typed = if dry_run { table } else { String::new() };
            let with =
                Directory { told: Some((!dry_run, told)), typed, key: new_key(), ..Directory::default() };
            room(&member, Said::default(), with).await
        }
        Err(refusal) => {
            let (said, key) = (Said::refused(&refusal), key_again(&refusal, &sent));
            let problem = Some(*refusal.problem);
            let with = Directory { problem, typed: table, key, ..Directory::default() };
            room(&member, said, with).await
        }
    }
}
