//! Leave, deputies and shifts: everybody plans their own leave, whoever directs people theirs, and administrators say which
//! shift somebody works. By the functions of the REST routes.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::commands::routing::PutDirectory;
use contracts::messages::directory_changed::{Absence, Person, RosterDay, Shift};
use contracts::queries::routing::DIRECTORY;
use contracts::{PersonId, Problem, ProblemCode, ShiftKey, SubjectRef};
use pages::Word;
use pages::forms::{Choice, Label, Typed, read};
use pages::leave::{ADDRESS, Away, Colleague, Leave, Roster, absence_fields, page, roster_fields, rostered};
use pages::shell::About;
use pages::words::leave as words;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answering::{self, Named, onward, page_of};
use super::known::House;
use super::sent::Sent;
use super::visitor::{Member, new_key};
use crate::auth::{Act, Reach};
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::settings;

/// Single days that may be named beside those that are.
const MORE_DAYS: usize = 3;

/// The routes.
pub(super) fn router() -> Router<crate::app::App> {
    Router::new()
        .route(ADDRESS, get(mine))
        .route("/console/leave/{person}", get(theirs).post(put))
        .route("/console/leave/{person}/shift", post(put_shift))
}

/// People and shifts of the directory.
struct Directory {
    people: Vec<Person>,
    shifts: Vec<Shift>,
}

impl Directory {
    async fn read(member: &Member) -> Result<Self, Refusal> {
        let told = settings::asked(&member.visitor.app, &member.caller(), DIRECTORY, Value::Null).await?;
        Ok(Self { people: listed(&told["people"])?, shifts: listed(&told["shifts"])? })
    }

    fn person(&self, id: &PersonId) -> Result<&Person, Refusal> {
        let found = self.people.iter().find(|one| one.id == *id && one.active);
        found.ok_or_else(|| Refusal::not_found("member of staff"))
    }

    fn shift(&self, key: Option<&ShiftKey>, member: &Member) -> Option<String> {
        let shift = self.shifts.iter().find(|shift| Some(&shift.id) == key)?;
        Some(shift.name.get(member.visitor.language).to_owned())
    }
}

fn listed<T: DeserializeOwned>(value: &Value) -> Result<Vec<T>, Refusal> {
    serde_json::from_value(value.clone()).map_err(|error| Refusal::defect(&error))
}

/// What was typed when something was refused: of which absence, or the shift.
enum Refused {
    Absence(usize, Typed),
    Shift(Typed),
}

async fn mine(member: Member, parameters: Parameters) -> Response {
    let own = member.staff.person.clone();
    sheet(&member, &own, &parameters, None).await
}

async fn theirs(member: Member, Named(person): Named<PersonId>, parameters: Parameters) -> Response {
    sheet(&member, &person, &parameters, None).await
}

async fn sheet(
    member: &Member,
    person: &PersonId,
    parameters: &Parameters,
    refused: Option<(Refused, Problem)>,
) -> Response {
    let status = refused.as_ref().map_or(200, |(_, problem)| problem.code.status());
    match model(member, person, parameters, refused).await {
        Ok(model) => {
            let shell = member.shell().await;
            let content = page(&shell.locale, &shell.csrf, &model);
            let title = words::TITLE.get(member.visitor.language).to_owned();
            let about = About { title, place: None, live: None };
            let status = StatusCode::from_u16(status).unwrap_or_default();
            page_of(status, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console").await,
    }
}

async fn model(
    member: &Member,
    person: &PersonId,
    parameters: &Parameters,
    refused: Option<(Refused, Problem)>,
) -> Result<Leave, Refusal> {
    member.require(Act::TakeWork)?;
    settings::may_put_absence(&member.visitor.app, &member.caller(), person)?;
    let app = &member.visitor.app;
    let directory = Directory::read(member).await?;
    let house = app.known.house(app, &member.staff.organisation).await;
    let one = directory.person(person)?;
    let is_own = *person == member.staff.person;
    let (refused, problem) =
        refused.map_or((None, None), |(refused, problem)| (Some(refused), Some(problem)));
    let (typed, retyped) = match refused {
        Some(Refused::Absence(n, typed)) => (Some((n, typed)), None),
        Some(Refused::Shift(typed)) => (None, Some(typed)),
        None => (None, None),
    };
    let mut deputies = house.people(None);
    deputies.retain(|choice| choice.value != person.as_str());
    let (department, colleagues) =
        if is_own { colleagues(member, parameters, &directory, &house) } else { Default::default() };
    let rights = member.principal().rights(&app.config.roles);
    let directs = is_own && may_put_for_others(member) && rights.reach == Reach::All;
    Ok(Leave {
        id: person.to_string(),
        name: (!is_own).then(|| one.name.clone()),
        shift: directory.shift(one.shift.as_ref(), member),
        all: one.absences.iter().map(|absence| away(absence, &house)).collect(),
        deputies,
        typed,
        roster: member.require(Act::ChangeSettings).is_ok().then(|| roster(one, &directory, retyped)),
        colleagues,
        departments: if directs { house.departments() } else { Vec::new() },
        department,
        done: done(parameters).map(|word| word.get(member.visitor.language).to_owned()),
        problem,
        keys: (0..one.absences.len() + 2).map(|_| new_key()).collect(),
    })
}

fn done(parameters: &Parameters) -> Option<Word> {
    match parameters.text("done")? {
        "put" => Some(words::DONE_PUT),
        "withdrawn" => Some(words::DONE_WITHDRAWN),
        "roster" => Some(words::DONE_ROSTER),
        _ => None,
    }
}

fn away(absence: &Absence, house: &House) -> Away {
    let deputy = absence.deputy.as_ref().map(|person| house.person(person.as_str()));
    Away { absence: absence.clone(), deputy }
}

fn may_put_for_others(member: &Member) -> bool {
    let rights = member.principal().rights(&member.visitor.app.config.roles);
    rights.may(Act::PutAbsence) && (rights.reach == Reach::All || rights.may(Act::DirectWork))
}

/// The others whose leave the reader plans: of their department, or of any for who sees all.
fn colleagues(
    member: &Member,
    parameters: &Parameters,
    directory: &Directory,
    house: &House,
) -> (String, Vec<Colleague>) {
    if !may_put_for_others(member) {
        return Default::default();
    }
    let all = member.principal().reach(&member.visitor.app.config.roles) == Reach::All;
    let own = member.staff.department.as_ref().map(ToString::to_string).unwrap_or_default();
    let asked = parameters.all().find(|(name, _)| all && *name == "department");
    let department = asked.map_or(own, |(_, department)| department.to_owned());
    let fits = |one: &&Person| {
        let here = department.is_empty() || one.department.as_str() == department;
        one.active && here && one.id != member.staff.person
    };
    let one = |one: &Person| Colleague {
        id: one.id.to_string(),
        name: one.name.clone(),
        shift: directory.shift(one.shift.as_ref(), member),
        away: one.absences.iter().map(|absence| away(absence, house)).collect(),
    };
    let people = directory.people.iter().filter(fits).map(one).collect();
    (department, people)
}

fn roster(person: &Person, directory: &Directory, retyped: Option<Typed>) -> Roster {
    let named = |shift: &Shift| Choice::new(shift.id.as_str(), Label::Text(shift.name.clone()));
    let shift = person.shift.as_ref().map(ShiftKey::as_str);
    Roster {
        shifts: directory.shifts.iter().map(named).collect(),
        typed: retyped.unwrap_or_else(|| rostered(shift, &person.roster)),
        days: person.roster.len() + MORE_DAYS,
        seen: json!({ "shift": person.shift, "roster": person.roster }).to_string(),
    }
}

/// Somebody else changed it since the page was made: what they did is not undone unseen.
fn overtaken(place: &str) -> Refusal {
    let problem = Problem::new(ProblemCode::StaleVersion, "it was changed since the page was made").at(place);
    problem.expected("what the page had; it is shown as it is now").into()
}

/// What a form says that it was made of.
fn seen<T: DeserializeOwned>(sent: &Sent) -> Result<T, Refusal> {
    serde_json::from_str(&sent.text("seen")).map_err(|_| {
        let problem = Problem::new(ProblemCode::InvalidField, "the form is not one of ours").at("/seen");
        problem.expected("the value that the page had").into()
    })
}

async fn put(member: Member, Named(person): Named<PersonId>, sent: Sent) -> Response {
    let n = sent.get::<usize>("n").unwrap_or(0);
    let withdraws = sent.text("act") == "withdraw";
    let done = if withdraws { "withdrawn" } else { "put" };
    match put_absences(&member, &person, n, (withdraws, &sent)).await {
        Ok(()) => onward(&back(&member, &person, done)),
        Err(refusal) => {
            let refused = (Refused::Absence(n, sent.typed), *refusal.problem);
            sheet(&member, &person, &Parameters::of(&[]), Some(refused)).await
        }
    }
}

/// All absences as they shall be. They are made of those that the page had, so a repetition is the same order; whoever
/// changed them meanwhile is not undone.
async fn put_absences(
    member: &Member,
    person: &PersonId,
    n: usize,
    (withdraws, sent): (bool, &Sent),
) -> Result<(), Refusal> {
    let app = &member.visitor.app;
    let before: Vec<Absence> = seen(sent)?;
    let mut absences: Vec<Value> = before.iter().map(|one| json!(one)).collect();
    if withdraws {
        if n < absences.len() {
            absences.remove(n);
        }
    } else {
        let zone = app.known.house(app, &member.staff.organisation).await.zone.clone();
        let mut body = read(&absence_fields(n, &zone, &[]), &sent.typed)?;
        let one = body["absences"][n.to_string()].take();
        // As it is on record once it is; what lacks something is for routing to refuse.
        let one = serde_json::from_value::<Absence>(one.clone()).map_or(one, |absence| json!(absence));
        match absences.get_mut(n) {
            Some(known) => *known = one,
            None => absences.push(one),
        }
    }
    let after = json!(absences);
    let directory = Directory::read(member).await?;
    let now = json!(directory.person(person)?.absences);
    if now != json!(before) && now != after {
        return Err(overtaken("/absences"));
    }
    let orderer = member.orderer(&sent.key);
    settings::absences(app, &member.caller(), &orderer, (person, json!({ "absences": after }))).await?;
    Ok(())
}

/// One's own page, or that of the other.
fn back(member: &Member, person: &PersonId, done: &str) -> String {
    if *person == member.staff.person {
        format!("{ADDRESS}?done={done}")
    } else {
        format!("{ADDRESS}/{person}?done={done}")
    }
}

async fn put_shift(member: Member, Named(person): Named<PersonId>, sent: Sent) -> Response {
    match put_roster(&member, &person, &sent).await {
        Ok(()) => onward(&back(&member, &person, "roster")),
        Err(refusal) => {
            let refused = (Refused::Shift(sent.typed), *refusal.problem);
            sheet(&member, &person, &Parameters::of(&[]), Some(refused)).await
        }
    }
}

async fn put_roster(member: &Member, person: &PersonId, sent: &Sent) -> Result<(), Refusal> {
    member.require(Act::ChangeSettings)?;
    let before: Value = seen(sent)?;
    let days = before["roster"].as_array().map_or(0, Vec::len) + MORE_DAYS;
    let typed = read(&roster_fields(&[], days), &sent.typed)?;
    let typed = &typed["people"]["0"];
    let roster = typed["roster"].as_array().cloned().unwrap_or_default();
    // A row without a day names none.
    let roster: Vec<Value> = roster.into_iter().filter(|day| day["date"].is_string()).collect();
    let roster: Vec<RosterDay> = serde_json::from_value(json!(roster)).map_err(|_| {
        Problem::new(ProblemCode::InvalidField, "that is no day")
            .at("/people/0/roster")
            .expected("a day such as 2026-11-30")
    })?;
    let directory = Directory::read(member).await?;
    let mut one = directory.person(person)?.clone();
    let now = json!({ "shift": one.shift, "roster": one.roster });
    one.shift = typed["shift"].as_str().and_then(|key| ShiftKey::new(key).ok());
    one.roster = roster;
    if now != before && now != json!({ "shift": one.shift, "roster": one.roster }) {
        return Err(overtaken("/people/0/shift"));
    }
    let body = json!({ "departments": [], "people": [one], "shifts": [] });
    let orderer = member.orderer(&sent.key);
    let app = &member.visitor.app;
    settings::ordered::<PutDirectory>(app, &orderer, SubjectRef::directory, body).await?;
    Ok(())
}
