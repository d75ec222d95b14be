//! The inbox of whoever decides, one matter on one screen, and several at once where the playbook allows it.
//!
//! What is decided goes the way of every order about a case (`doing`); here it is only laid out for deciding.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use contracts::queries::routing::{WorkItem, WorkPage};
use contracts::{CommandId, ComplaintId, Fen, Problem, ProblemCode, ServiceName, WorkId};
use futures::future::join_all;
use pages::approvals::authority::{Authority, Row};
use pages::approvals::precedents::{Precedent, Precedents};
use pages::approvals::sheet::Sheet;
use pages::approvals::{ADDRESS, Inbox, Item};
use pages::shell::{About, Place};
use pages::tasks::{Scene, TaskForm, form};
use pages::words::approvals as words;
use serde_json::{Value, json};

use super::answering::{self, Named, onward, page_of};
use super::case::{Known, known, seen};
use super::case_view::{Seen, approvals};
use super::doing::{Asked, doing_of};
use super::known::Book;
use super::naming::Naming;
use super::scene::round;
use super::sent::Sent;
use super::visitor::{Member, new_key};
use super::work::done;
use crate::app::App;
use crate::asks;
use crate::auth::Act;
use crate::cursor::Page;
use crate::extract::Parameters;
use crate::problem::Refusal;
use crate::routes::{actions, case, precedents, work};

/// What is decided, in the words of approval's tasks.
const TASKS: &str = "decide,review,audit,meet,account";
/// Matters of a page: of each its proposal is asked for.
const MATTERS: &str = "20";
/// Precedents beside a matter.
const PRECEDENTS: u32 = 10;
/// Matters that are approved at once at most: a page of them.
const SEVERAL: usize = 20;

/// The routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/console/approvals", get(inbox))
        .route("/console/approvals/several", post(several))
        .route("/console/approvals/{complaint}/{work}", get(sheet))
}

async fn inbox(member: Member, parameters: Parameters) -> Response {
    match inbox_of(&member, &parameters).await {
        Ok(model) => {
            let shell = member.shell().await;
            let content = pages::approvals::page(&shell.locale, &shell.csrf, &model);
            let about = About {
                title: words::TITLE.get(member.visitor.language).to_owned(),
                place: Some(Place::Approvals),
                live: Some("/console/work/events".to_owned()),
            };
            page_of(StatusCode::OK, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, "/console/work").await,
    }
}

async fn inbox_of(member: &Member, parameters: &Parameters) -> Result<Inbox, Refusal> {
    member.require(Act::Decide)?;
    let app = &member.visitor.app;
    let language = member.visitor.language;
    let mut asked = Parameters::of(&[("of", "mine"), ("task", TASKS), ("limit", MATTERS)]);
    if let Some(cursor) = parameters.text("cursor") {
        asked = asked.with("cursor", cursor);
    }
    let page = work::page(app, &member.caller(), &asked).await?;
    let page: WorkPage = serde_json::from_value(page).map_err(|error| Refusal::defect(&error))?;
    let naming = Naming::of(app, &member.staff.organisation, language, &[]).await;
    let items = join_all(page.items.iter().map(|item| matter(member, item, &naming))).await;
    let count = |name: &str| {
        let text: String = parameters.text(name)?.chars().filter(char::is_ascii_digit).take(3).collect();
        (!text.is_empty()).then_some(text)
    };
    let left: String = parameters.text("left").unwrap_or_default().chars().take(400).collect();
    let left: Vec<_> =
        left.split(',').filter(|one| one.chars().all(|c| c.is_alphanumeric() || c == '-')).collect();
    Ok(Inbox {
        items,
        next: page.next,
        cursor: parameters.text("cursor").map(str::to_owned),
        key: new_key(),
        done: count("several")
            .map(|n| words::SEVERAL_DONE.with(language, &[("n", &n)]))
            .or_else(|| done(parameters, language)),
        left: parameters
            .text("left")
            .map(|_| words::SEVERAL_LEFT.with(language, &[("numbers", &left.join(", "))])),
        problem: None,
    })
}

/// A matter that waits, with its newest proposal. One whose proposal cannot be read now is shown without.
async fn matter(member: &Member, item: &WorkItem, naming: &Naming) -> Item {
    let app = &member.visitor.app;
    let caller = member.principal();
    let view = case::ask_about(app, &caller, ServiceName::Approval, asks::CASE, item.complaint).await;
    let view = view.unwrap_or_default();
    let proposal = decided_on(&view, &json!(item.visit));
    let mut shown = at_a_glance(item, proposal, naming);
    shown.about = item.category.as_ref().map(|key| naming.label("categories", key));
    let visit = view["visits"].as_array().into_iter().flatten();
    let mut visit = visit.filter(|one| one["visit"] == json!(item.visit)).map(|one| round(&view, one));
    let round = visit.next().unwrap_or_default();
    if let Some(less) = round["amended"]["total"].as_i64() {
        shown.amount = Some(Fen(less));
    }
    if item.task == "decide" && within_several(member, item.complaint, proposal).await {
        let (visit, epoch) = (item.visit.to_string(), item.epoch.into());
        let scene = Scene { visit, epoch, round, ..Scene::default() };
        shown.approves = form("decide", &scene).map(|form| form.made_for());
    }
    shown
}

fn at_a_glance(item: &WorkItem, proposal: &Value, naming: &Naming) -> Item {
    let remedies = proposal["remedies"].as_array().into_iter().flatten();
    Item {
        work: item.work.to_string(),
        complaint: item.complaint.to_string(),
        number: item.number.clone(),
        task: naming.word(&item.task),
        about: None,
        amount: proposal["total"].as_i64().map(Fen),
        remedies: remedies.filter_map(|one| one["remedy"].as_str().map(|key| naming.word(key))).collect(),
        liable: proposal["liable"].as_str().map(|key| naming.word(key)),
        instead_of: item.instead_of.as_ref().map(|person| naming.house.person(person.as_str())),
        due: item.due,
        level: item.level,
        approves: None,
    }
}

/// Whether a proposal is one that the playbook of the case lets be approved with others at once; never where it does not
/// say up to which amount.
async fn within_several(member: &Member, complaint: ComplaintId, proposal: &Value) -> bool {
    let app = &member.visitor.app;
    let Some(total) = proposal["total"].as_i64().map(Fen) else { return false };
    let record = contracts::queries::intake::COMPLAINT;
    let found = case::ask_about(app, &member.principal(), ServiceName::Intake, record, complaint).await;
    let found = found.unwrap_or_default();
    let book = app.known.book(app, &member.staff.organisation, &found["playbook"]).await;
    book.ok().and_then(|book| several_up_to(&book)).is_some_and(|most| total <= most)
}

fn several_up_to(book: &Book) -> Option<Fen> {
    let most = &book.document()["approve_several_up_to"];
    most.as_str().map_or_else(|| most.as_i64().map(|yuan| Fen(yuan * 100)), |text| Fen::from_yuan(text).ok())
}

async fn sheet(member: Member, Named((complaint, work)): Named<(ComplaintId, WorkId)>) -> Response {
    match sheet_of(&member, complaint, work).await {
        Ok(model) => {
            let shell = member.shell().await;
            let content = pages::approvals::sheet::page(&shell.locale, &shell.csrf, &model);
            let title = format!("{} · {}", model.item.task, model.item.number);
            let about = About { title, place: Some(Place::Approvals), live: None };
            page_of(StatusCode::OK, &member.visitor, &shell, &about, &content)
        }
        Err(refusal) => answering::refused(&member.visitor, &refusal, ADDRESS).await,
    }
}

async fn sheet_of(member: &Member, complaint: ComplaintId, work: WorkId) -> Result<Sheet, Refusal> {
    member.require(Act::Decide)?;
    let app = &member.visitor.app;
    let known = known(member, complaint).await?;
    let seen = seen(member, complaint, &known).await?;
    let works = known.views["case"]["works"].as_array().into_iter().flatten();
    let mine =
        |one: &&Value| one["work"] == work.to_string() && one["person"] == member.staff.person.as_str();
    let held = works.into_iter().find(mine).ok_or_else(|| Refusal::not_found("piece of work"))?.clone();
    let asked = Asked { complaint, on: work.to_string(), verb: None, back: None };
    let doing = doing_of(member, &asked, (&seen, &known), None).await?;
    let naming = Naming::of(app, &member.staff.organisation, member.visitor.language, &[]).await;
    let round = visit_of(&known, &held).map(|visit| visit["round"].clone()).unwrap_or_default();
    let mut item = item_of(&seen, &known, &held, &naming);
    if let Some(less) = round["amended"]["total"].as_i64() {
        item.amount = Some(Fen(less));
    }
    if let Some(proposal) = doing.matter.proposal.as_ref().filter(|_| item.amount.is_some()) {
        item.remedies = proposal.remedies.iter().map(|(remedy, _)| remedy.clone()).collect();
    }
    let total = round["total"].as_i64();
    let cumulated = round["cumulated"].as_i64().filter(|sum| Some(*sum) != total).map(Fen);
    let hand_on = member.require(Act::TakeWork).is_ok();
    let mut clocks = known.clocks.clone();
    clocks.retain(|clock| clock.stopped_at.is_none());
    Ok(Sheet {
        cumulated,
        refused_to: visit_of(&known, &held).and_then(|visit| refused_to(&seen, visit)),
        rounds: approvals(&seen, &known),
        authority: authority(&seen, &known, (&held, &round)),
        precedents: precedents_of(member, (complaint, &known), &naming).await,
        clocks,
        hand_on: hand_on.then(|| format!("/console/cases/{complaint}/do/{work}/work.reassign")),
        item,
        doing,
    })
}

/// Approval's view of the visit that a piece of work belongs to.
fn visit_of<'a>(known: &'a Known, held: &Value) -> Option<&'a Value> {
    let mut visits = known.views["approval"]["visits"].as_array()?.iter();
    visits.find(|one| one["visit"] == held["visit"])
}

/// The proposal that is decided on at a visit: the newest; none where the round is about a report of measures.
fn decided_on<'a>(view: &'a Value, visit: &Value) -> &'a Value {
    let visits = view["visits"].as_array().into_iter().flatten();
    let round =
        visits.filter(|one| one["visit"] == *visit).map(|one| &one["round"]).find(|one| one.is_object());
    match round {
        Some(round) if round["proposal"].is_null() => &Value::Null,
        _ => &view["proposal"],
    }
}

fn item_of(seen: &Seen, known: &Known, held: &Value, naming: &Naming) -> Item {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (record, routed) = (&known.views["complaint"], &known.views["case"]);
    let proposal = decided_on(&known.views["approval"], &held["visit"]);
    let remedies = proposal["remedies"].as_array().into_iter().flatten();
    let category = text(&routed["facts"]["category"]).or_else(|| text(&record["category"]));
    let due =
        known.clocks.iter().filter(|clock| clock.stopped_at.is_none()).filter_map(|clock| clock.due).min();
    Item {
        work: text(&held["work"]).unwrap_or_default(),
        complaint: seen.complaint.to_string(),
        number: text(&record["number"]).unwrap_or_default(),
        task: held["task"].as_str().map(|task| naming.word(task)).unwrap_or_default(),
        about: category.map(|key| seen.book.label("categories", &key, seen.language)),
        amount: proposal["total"].as_i64().map(Fen),
        remedies: remedies.filter_map(|one| one["remedy"].as_str().map(|key| naming.word(key))).collect(),
        liable: proposal["liable"].as_str().map(|key| naming.word(key)),
        instead_of: held["instead_of"].as_str().map(|key| seen.house.person(key)),
        due,
        ..Item::default()
    }
}

/// Where the procedure goes on when the matter is refused, by the first way of the stage that names such an outcome.
fn refused_to(seen: &Seen, visit: &Value) -> Option<String> {
    let stages = seen.book.document()["stages"].as_array()?;
    let stage = stages.iter().find(|stage| stage["key"] == visit["stage"])?;
    let names =
        |when: &str| ["refused", "objected", "failed", "not_agreed"].iter().any(|one| when.contains(one));
    let ways = stage["next"].as_array()?;
    let way = ways.iter().find(|way| way["when"].as_str().is_some_and(names))?;
    let to = way["to"].as_str()?;
    Some(seen.book.label("stages", to, seen.language))
}

/// The rows of the matrix that are about the liable party and category of the case, and which of them are whose.
fn authority(seen: &Seen, known: &Known, (held, round): (&Value, &Value)) -> Authority {
    let entered = known.said.iter().rev();
    let mut entered =
        entered.filter(|event| event.what == "stage.entered" && event.body["visit"] == held["visit"]);
    let slice =
        entered.next().map(|event| event.body["brief"]["slice"]["approval"].clone()).unwrap_or_default();
    let yuan = |value: &Value| value.as_str().and_then(|text| Fen::from_yuan(text).ok());
    let liable = &decided_on(&known.views["approval"], &held["visit"])["liable"];
    let cumulated = round["cumulated"].as_i64().map(Fen).unwrap_or_default();
    let decides = held["task"] == "decide";
    let role = |key: &str| {
        let label =
            serde_json::from_value::<contracts::Text>(seen.book.document()["roles"][key]["label"].clone());
        label.map_or_else(|_| key.to_owned(), |label| label.get(seen.language).to_owned())
    };
    let rows = slice["rows"].as_array().into_iter().flatten();
    let rows = rows.filter(|row| row["liable"].is_null() || row["liable"] == *liable);
    let mut rows: Vec<_> = rows
        .map(|row| {
            let keys: Vec<_> = row["steps"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|step| step["role"].as_str())
                .collect();
            let (over, up_to) = (yuan(&row["amount_over"]), yuan(&row["amount_up_to"]));
            let fits = over.is_none_or(|over| cumulated > over) && up_to.is_none_or(|to| cumulated <= to);
            Row {
                over,
                up_to,
                own: keys.last().is_some_and(|last| held["role"] == *last),
                roles: keys.into_iter().map(role).collect(),
                applies: decides && fits,
            }
        })
        .collect();
    rows.sort_by_key(|row| (row.over, row.up_to.is_none(), row.up_to));
    Authority { rows }
}

/// How equal matters were decided; a ledger that is away leaves the matter as it is.
async fn precedents_of(
    member: &Member,
    (complaint, known): (ComplaintId, &Known),
    naming: &Naming,
) -> Precedents {
    let (record, routed) = (&known.views["complaint"], &known.views["case"]);
    let page = Page { after: Value::Null, limit: PRECEDENTS };
    let found =
        precedents::of_matter(&member.visitor.app, &member.caller(), (complaint, record, routed), &page)
            .await;
    let found = found.unwrap_or_else(|_| json!({ "cases": [] }));
    let one = |case: &Value| {
        let remedies = case["remedies"].as_array().into_iter().flatten();
        Some(Precedent {
            address: format!("/console/cases/{}", case["complaint"].as_str()?),
            number: case["number"].as_str().unwrap_or_default().to_owned(),
            remedies: remedies.filter_map(|key| key.as_str().map(|key| naming.word(key))).collect(),
            amount: Fen(case["proposed_fen"].as_i64().unwrap_or(0)),
            liable: case["liable"].as_str().map(|key| naming.word(key)),
            satisfaction: case["satisfaction"].as_str().map(|key| naming.answer(key)),
            decided_at: case["decided_at"].as_str()?.parse().ok()?,
        })
    };
    let category = routed["facts"]["category"].as_str().or_else(|| record["category"].as_str());
    let may_read = member.require(Act::ReadFigures).is_ok();
    Precedents {
        cases: found["cases"].as_array().into_iter().flatten().filter_map(one).collect(),
        more: category
            .filter(|_| may_read)
            .map(|key| format!("{}?category={}", pages::ledger::ADDRESS, answering::in_query(key))),
    }
}

/// Approves those that were chosen, each by an order of its own under a key of its own. What is refused is said by its
/// number and stays where it is.
async fn several(State(app): State<App>, member: Member, sent: Sent) -> Response {
    let chosen: Vec<_> = sent
        .typed
        .0
        .iter()
        .filter_map(|(name, number)| {
            let (complaint, work) = name.strip_prefix("chosen/")?.split_once('/')?;
            Some((complaint.parse::<ComplaintId>().ok()?, work.parse::<WorkId>().ok()?, number.clone()))
        })
        .take(SEVERAL)
        .collect();
    let (mut approved, mut left) = (0, Vec::new());
    for (complaint, work, number) in chosen {
        match approve(&app, &member, &sent, (complaint, work)).await {
            Ok(()) => approved += 1,
            Err(_) => left.push(number),
        }
    }
    let left = if left.is_empty() {
        String::new()
    } else {
        format!("&left={}", answering::in_query(&left.join(",")))
    };
    onward(&format!("{ADDRESS}?several={approved}{left}"))
}

async fn approve(
    app: &App,
    member: &Member,
    sent: &Sent,
    (complaint, work): (ComplaintId, WorkId),
) -> Result<(), Refusal> {
    member.require(Act::DoWork)?;
    let order = TaskForm::sent(&sent.text(&format!("order/{work}"))).filter(|form| form.verb == "decide");
    let order = order.ok_or_else(|| sent.not_ours(&format!("/order/{work}")))?;
    let view =
        case::ask_about(app, &member.principal(), ServiceName::Approval, asks::CASE, complaint).await?;
    if !within_several(member, complaint, decided_on(&view, &order.fixed["visit"])).await {
        let problem = Problem::new(ProblemCode::NotAllowed, "the procedure has this decided by itself");
        return Err(problem
            .at("/work")
            .expected("a proposal within what may be approved with others")
            .into());
    }
    let own = CommandId::new(format!("{}.{work}", sent.key)).map_err(|_| {
        let problem = Problem::new(ProblemCode::InvalidIdempotencyKey, "the form's key is malformed");
        Refusal::from(problem.at("/key").expected("the key that the page had"))
    })?;
    let body = order.body(json!({ "decision": "approve" }));
    actions::give(app, &member.orderer(&own), complaint, (order.service, order.verb), body).await?;
    Ok(())
}
