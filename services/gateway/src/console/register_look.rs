//! What is known of a complaint while it is typed in: by the queries of the REST routes, and the playbook it would follow.

use contracts::queries::intake as ask;
use contracts::{Fen, Language, Text};
use pages::desk::caller::{Caller, Known};
use pages::desk::guide::{Checklist, Guide, Script};
use pages::desk::register::{Asked, Register};
use pages::forms::{Choice, Typed};
use pages::tasks::{keys, labelled};
use pages::wording::Avoid;
use serde_json::{Value, json};

use super::known::{Book, House};
use super::portal::channels;
use super::visitor::Member;
use super::wording;
use crate::app::App;
use crate::auth::Reach;
use crate::problem::Refusal;
use crate::routes::{case, desk};
use crate::sight;

/// The channel that a form begins with.
const USUAL: &str = "phone";
/// Where what is typed is looked at for words to avoid.
const WORDED: [&str; 2] = ["/narrative", "/settlement/account"];
/// The remedies, where a playbook names none.
const REMEDIES: [&str; 8] =
    ["explanation", "apology", "refund", "exchange", "repair", "return", "voucher", "small_gift"];
/// Who may be liable, where a playbook names nobody.
const LIABLE: [&str; 8] =
    ["company", "department", "person", "store", "supplier", "customer", "external", "undetermined"];

/// What is known.
pub(super) struct Looked {
    /// The form with everything around it.
    pub model: Register,
}

/// Looks up what was typed.
///
/// # Errors
/// That a service cannot be asked.
pub(super) async fn look(member: &Member, mut typed: Typed) -> Result<Looked, Refusal> {
    let (app, organisation) = (&member.visitor.app, &member.staff.organisation);
    let house = app.known.house(app, organisation).await;
    let listed = channels(app, organisation).await?;
    // What comes by a guided form comes from the customer, gate by gate.
    let open = listed.into_iter().filter(|one| one.guided.is_none());
    let channels: Vec<_> = open.map(|one| Choice::new(one.channel.as_str(), one.label)).collect();
    let usual = channels.iter().find(|one| one.value == USUAL).or_else(|| channels.first());
    let usual = usual.map_or_else(|| USUAL.to_owned(), |one| one.value.clone());
    let channel = typed.get("/channel").unwrap_or(&usual).to_owned();
    typed.0.insert("/channel".to_owned(), channel.clone());
    let kept = |at: &str| typed.get(at).map(str::to_owned);
    let asked = json!({
        "channel": channel, "customer_type": kept("/customer_type"), "category": kept("/category"),
        "phone": kept("/complainant/phone"), "email": kept("/complainant/email"), "order_number": kept("/order_number"),
    });
    let caller = member.caller();
    let found = match desk::look(app, &caller, asked).await {
        // What cannot be looked up is refused when it is sent, at its field.
        Err(refusal)
            if refusal.problem.field.is_some() && refusal.problem.field.as_deref() != Some("/channel") =>
        {
            let asked = json!({ "channel": channel });
            desk::look(app, &caller, asked).await?
        }
        found => found?,
    };
    let book = app.known.book(app, organisation, &json!(found.playbook)).await?;
    let language = member.visitor.language;
    let warnings = warnings(app, member, &found, &book, &typed).await?;
    let name = name(app, member, &found).await;
    let mut known = known(&found, &book, language, (name, warnings), &typed);
    known.may_open = member.principal().reach(&app.config.roles) == Reach::All;
    let model = Register {
        asked: asked_by(&book, &house, channels, &found),
        caller: known,
        guide: guide(book.document()),
        typed,
        ..Register::default()
    };
    Ok(Looked { model })
}

fn asked_by(book: &Book, house: &House, channels: Vec<Choice>, found: &ask::Desk) -> Asked {
    let document = book.document();
    let text = |value: &Value| serde_json::from_value::<Text>(value.clone()).ok();
    let or = |named: Vec<Choice>, usual: &[&str]| {
        if named.is_empty() { keys(&json!(usual)) } else { named }
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let extra = list(&document["intake"]["fields"])
        .into_iter()
        .filter_map(|rule| Some((rule["field"].as_str()?.to_owned(), text(&rule["label"]))));
    let marks = list(&document["routing_flags"]).into_iter().filter(|flag| flag["when"].is_null());
    Asked {
        channels,
        kinds: book.choices("kinds"),
        customer_types: book.choices("customer_types"),
        categories: book.choices("categories"),
        departments: house.departments(),
        people: house.people(None),
        required: found.required.clone(),
        extra: extra.collect(),
        marks: marks
            .filter_map(|flag| Some((flag["fact"].as_str()?.to_owned(), text(&flag["label"])?)))
            .collect(),
        settle: found.settle.as_ref().map(|authority| Fen(authority.max_amount.0)),
        remedies: or(keys(&document["remedies"]["allowed"]), &REMEDIES),
        liable: or(labelled(&document["liability_kinds"]), &LIABLE),
    }
}

fn known(
    found: &ask::Desk,
    book: &Book,
    language: Language,
    (name, warnings): (Option<String>, Vec<Avoid>),
    typed: &Typed,
) -> Caller {
    let by = ["/complainant/phone", "/complainant/email", "/order_number"];
    let repeats = found.earlier.iter().find(|one| Some(one.listed.complaint) == found.repeats);
    Caller {
        asked: by.iter().any(|at| typed.get(at).is_some()),
        name,
        repeats: repeats.map(|one| one.listed.number.clone()),
        earlier: found
            .earlier
            .iter()
            .map(|earlier| {
                let about = earlier.listed.category.as_ref();
                let about = about.map(|key| book.label("categories", key.as_str(), language));
                Known { about, earlier: earlier.clone() }
            })
            .collect(),
        more: found.more,
        may_open: false,
        warnings,
    }
}

fn guide(document: &Value) -> Guide {
    let texts = |list: &Value| -> Vec<Text> {
        let all = list.as_array().into_iter().flatten();
        all.filter_map(|one| serde_json::from_value(one.clone()).ok()).collect()
    };
    let label = |one: &Value| serde_json::from_value::<Text>(one["label"].clone()).ok();
    let checklists = document["checklists"].as_object().into_iter().flatten().filter_map(|(key, one)| {
        Some(Checklist { key: key.clone(), label: label(one)?, items: texts(&one["items"]) })
    });
    let scripts = document["scripts"].as_object().into_iter().flatten().filter_map(|(_, one)| {
        let avoid = one["avoid"].as_array().into_iter().flatten().filter_map(|avoid| {
            let words = serde_json::from_value(avoid["words"].clone()).ok()?;
            Some((words, serde_json::from_value(avoid["better"].clone()).ok()))
        });
        Some(Script { label: label(one)?, say: texts(&one["say"]), avoid: avoid.collect() })
    });
    Guide { checklists: checklists.collect(), scripts: scripts.collect() }
}

/// Words to avoid in what was typed: asked for where the playbook has any.
async fn warnings(
    app: &App,
    member: &Member,
    found: &ask::Desk,
    book: &Book,
    typed: &Typed,
) -> Result<Vec<Avoid>, Refusal> {
    let mut warned = Vec::new();
    if !wording::has_scripts(book) {
        return Ok(warned);
    }
    for text in WORDED.iter().filter_map(|at| typed.get(at)).map(wording::looked_at) {
        let written = desk::DeskWording { playbook: found.playbook.clone(), text: text.clone() };
        let answer = desk::words_to_avoid(app, &member.caller(), &written).await?;
        warned.extend(wording::found(&text, &answer, member.visitor.language)?);
    }
    Ok(warned)
}

/// The name that the caller gave before, as the reader may see it; the page does without where it cannot be had.
async fn name(app: &App, member: &Member, found: &ask::Desk) -> Option<String> {
    let last = &found.earlier.first()?.listed;
    let sight = sight::of_customer(app, &member.principal(), last.complaint).await.ok()?;
    let contact =
        case::reach(app, &member.principal(), last.complaint, &json!(last.complainant), &sight).await.ok()?;
    contact["name"].as_str().map(str::to_owned)
}
