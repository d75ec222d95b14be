//! Checks every field of a complaint and reports all findings at once.

use contracts::commands::intake::{Complainant, RegisterComplaint};
use contracts::commands::{Actor, check_text, check_time};
use contracts::{
    CategoryKey, ComplaintId, DepartmentId, FactValue, Facts, Fen, FileId, Problem, ProblemCode, SubjectRef,
    facts,
};
use jiff::{SignedDuration, Timestamp};
use playbook::{IntakeField, Labelled, Playbook};
use runtime::service::Context;
use vault::normalise;

use super::{Draft, choose_playbook, fields, guided, mail, menu, settle};
use crate::Intake;
use crate::decide::fact;
use crate::decide::reading::{missing, not_listed};
use crate::state::{Directory, State};

/// How far a feeder's clock may run ahead of ours; such a time counts as now.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// No amount in fen goes beyond ten thousand million yuan: it would be a mistyped one.
const LARGEST_AMOUNT: i64 = 1_000_000_000_000;

/// Checks the body.
///
/// # Errors
/// One problem that lists everything found.
pub(super) fn check(
    intake: &Intake,
    context: &Context<'_, State>,
    state: &State,
    actor: &Actor,
    complaint: ComplaintId,
    mut body: RegisterComplaint,
) -> Result<Draft, Problem> {
    let mut findings = Vec::new();
    let directory_state = context.peek(&SubjectRef::directory(context.organisation()));
    let directory = directory_state.as_deref().and_then(State::directory);
    check_directory(&mut body, directory, &mut findings);
    let unit = body.unit.clone().or_else(|| own_department(actor, directory));
    let received_at = body.received_at.map_or(context.now(), |told| told.min(context.now()));
    let chosen = choose_playbook(intake, context, &body, received_at, unit.as_ref());
    let model = chosen.as_ref().ok().map(|(_, compiled)| compiled.playbook());
    let latest = context.now().checked_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX);
    if let Some(problem) = guided::check(&body, model, latest) {
        // What stands behind a gate is not looked at before it is passed.
        return Err(problem);
    }
    findings.extend(menu::choose(&mut body, model));
    findings.extend(mail::check(&body, actor, model));
    check_texts(&body, model, &mut findings);
    check_contacts(&body.complainant, &mut findings);
    check_values(intake, context, state, &body, &mut findings);
    findings.extend(fact::check(&body.facts, actor, context.now()));
    let (reference, playbook) = match chosen {
        Ok(chosen) => chosen,
        Err(problem) => {
            findings.insert(0, problem);
            return Err(first_of(findings));
        }
    };
    let kind = choose(body.kind.as_deref(), fields::USUAL_KIND, &playbook.playbook().kinds, "/kind");
    let listed = &playbook.playbook().customer_types;
    let customer_type =
        choose(body.customer_type.as_deref(), fields::USUAL_CUSTOMER, listed, "/customer_type");
    findings
        .extend(body.category.as_ref().and_then(|category| check_category(category, playbook.playbook())));
    findings.extend(fields::missing_fields(&body, &playbook));
    findings.extend(settle::check(&body, playbook.playbook()));
    let (kind, customer_type) = match (kind, customer_type) {
        (Ok(kind), Ok(customer_type)) if findings.is_empty() => (kind, customer_type),
        (kind, customer_type) => {
            findings.extend(kind.err());
            findings.extend(customer_type.err());
            return Err(first_of(findings));
        }
    };
    let mut draft = Draft {
        complaint,
        body,
        playbook,
        reference,
        kind,
        customer_type,
        unit,
        received_at,
        facts: Facts::new(),
        warnings: Vec::new(),
    };
    draft.facts = known_facts(&draft, context.now());
    flag_unlisted_channel(&mut draft);
    Ok(draft)
}

/// That the playbook knows such a matter.
pub(in crate::decide) fn check_category(category: &CategoryKey, playbook: &Playbook) -> Option<Problem> {
    let keys = || playbook.categories.iter().map(|category| category.key.as_str());
    playbook.category(category.as_str()).is_none().then(|| not_listed("/category", category.as_str(), keys()))
}

fn first_of(findings: Vec<Problem>) -> Problem {
    Problem::all(findings).unwrap_or_else(|| Problem::new(ProblemCode::Internal, "a finding was lost"))
}

/// The department of the member of staff who takes the complaint in, where the directory has it.
fn own_department(actor: &Actor, directory: Option<&Directory>) -> Option<DepartmentId> {
    let Actor::Staff { department, .. } = actor else { return None };
    department.clone().filter(|own| directory.is_some_and(|known| known.departments.contains_key(own)))
}

/// That a department is in the directory.
pub(in crate::decide) fn check_department(
    id: &DepartmentId,
    field: &str,
    directory: Option<&Directory>,
) -> Option<Problem> {
    let known = directory.is_some_and(|directory| directory.departments.contains_key(id));
    (!known).then(|| {
        Problem::new(ProblemCode::UnknownDepartment, format!("the department “{id}” is not known"))
            .at(field)
            .expected("a department of the directory")
    })
}

/// Departments and people must be in the directory. A person complained of brings their department.
fn check_directory(body: &mut RegisterComplaint, directory: Option<&Directory>, findings: &mut Vec<Problem>) {
    let unknown = |id: &DepartmentId, field: &str| check_department(id, field, directory);
    findings.extend(body.complained_of.as_ref().and_then(|id| unknown(id, "/complained_of")));
    findings.extend(body.unit.as_ref().and_then(|id| unknown(id, "/unit")));
    if let Some(person) = &body.complained_of_person {
        match directory.and_then(|directory| directory.people.get(person)) {
            Some(member) if body.complained_of.is_none() => {
                body.complained_of = Some(member.department.clone())
            }
            Some(_) => {}
            None => findings.push(
                Problem::new(ProblemCode::UnknownPerson, format!("the person “{person}” is not known"))
                    .at("/complained_of_person")
                    .expected("a person of the directory"),
            ),
        }
    }
}

fn check_texts(body: &RegisterComplaint, model: Option<&Playbook>, findings: &mut Vec<Problem>) {
    for field in IntakeField::ALL {
        // Facts are checked as facts; only a shorter limit of the playbook is checked here.
        let is_fact = fields::pointer(*field).starts_with("/facts/");
        let (Some(longest), Some(text)) = (fields::longest(model, *field), fields::text(body, *field)) else {
            continue;
        };
        let longest = if *field == IntakeField::Narrative {
            longest.saturating_add(mail::before_narrative(body))
        } else {
            longest
        };
        if is_fact && text.chars().nth(longest).is_none() {
            continue;
        }
        findings.extend(check_text(fields::pointer(*field), &text, longest).err());
    }
    let mut check = |field: &str, text: Option<&String>, longest| {
        findings.extend(text.and_then(|text| check_text(field, text, longest).err()));
    };
    check("/matter", body.matter.as_ref(), 200);
    check("/kind", body.kind.as_ref(), 64);
    check("/customer_type", body.customer_type.as_ref(), 64);
    if let Some(external) = &body.external {
        check("/external/source", Some(&external.source), 64);
        check("/external/reference", Some(&external.reference), 200);
    }
}

/// That a telephone number can be dialled and an e-mail address be written to.
pub(in crate::decide) fn check_contacts(person: &Complainant, findings: &mut Vec<Problem>) {
    if person.phone.as_deref().is_some_and(|phone| !is_phone(phone)) {
        findings.push(
            Problem::new(ProblemCode::InvalidField, "this is not a telephone number")
                .at("/complainant/phone")
                .expected("a number such as 13812345678, 021-12345678 or +44 20 7946 0958"),
        );
    }
    if person.email.as_deref().is_some_and(|email| normalise::email(email).is_none()) {
        findings.push(
            Problem::new(ProblemCode::InvalidField, "this is not an e-mail address")
                .at("/complainant/email")
                .expected("an address such as name@example.com"),
        );
    }
}

/// A number that can be dialled. A local or short number (88886666, 10086) is one too, though it finds no caller.
fn is_phone(raw: &str) -> bool {
    if normalise::phone(raw).is_some() {
        return true;
    }
    let layout = |c: char| c.is_whitespace() || "-－()（）./+".contains(c);
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let digits = raw.chars().filter(|c| is_digit(*c)).count();
    (5..=12).contains(&digits) && raw.chars().all(|c| is_digit(c) || layout(c))
}

fn check_values(
    intake: &Intake,
    context: &Context<'_, State>,
    state: &State,
    body: &RegisterComplaint,
    findings: &mut Vec<Problem>,
) {
    findings.extend(body.amount.and_then(check_amount));
    if let Some(received_at) = body.received_at {
        let latest = context.now().checked_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX);
        findings.extend(check_time("/received_at", received_at, latest).err());
    }
    check_files(intake, state, &body.files, findings);
}

/// That an amount is one that can be meant.
pub(in crate::decide) fn check_amount(amount: Fen) -> Option<Problem> {
    (!(0..=LARGEST_AMOUNT).contains(&amount.0)).then(|| {
        Problem::new(ProblemCode::InvalidField, "the amount is not possible")
            .at("/amount")
            .expected(format!("fen from 0 to {LARGEST_AMOUNT}"))
    })
}

/// That files are not too many, and uploaded for this complaint.
pub(in crate::decide) fn check_files(
    intake: &Intake,
    state: &State,
    files: &[FileId],
    findings: &mut Vec<Problem>,
) {
    let most = intake.config().max_files;
    if files.len() > most {
        findings.push(
            Problem::new(ProblemCode::TooLarge, "too many files")
                .at("/files")
                .expected(format!("at most {most}")),
        );
    }
    let kept = |file| state.complaint().is_some_and(|complaint| complaint.files.contains_key(file));
    for (at, _) in files.iter().enumerate().filter(|(_, file)| !kept(file)) {
        findings.push(
            Problem::new(ProblemCode::NotFound, "no finished upload has this id")
                .at(format!("/files/{at}"))
                .expected("a file whose upload for this complaint was finished before"),
        );
    }
}

/// The given word, or the usual one, or the only one; it must be one that the playbook lists.
fn choose(given: Option<&str>, usual: &str, listed: &[Labelled], field: &str) -> Result<String, Problem> {
    let keys = || listed.iter().map(|word| word.key.as_str());
    let taken = |word: &str| if listed.is_empty() { word == usual } else { keys().any(|key| key == word) };
    match (given, listed) {
        (Some(word), _) if taken(word) => Ok(word.to_owned()),
        (Some(word), []) => Err(not_listed(field, word, std::iter::once(usual))),
        (Some(word), _) => Err(not_listed(field, word, keys())),
        (None, _) if taken(usual) => Ok(usual.to_owned()),
        (None, [only]) => Ok(only.key.as_str().to_owned()),
        (None, _) => {
            Err(missing(field).expected(format!("one of {}", keys().collect::<Vec<_>>().join(", "))))
        }
    }
}

fn known_facts(draft: &Draft, now: Timestamp) -> Facts {
    let body = &draft.body;
    let mut known = body.facts.clone();
    known.insert(facts::key::channel(), body.channel.as_str().into());
    known.insert(facts::key::kind(), draft.kind.as_str().into());
    known.insert(facts::key::customer_type(), draft.customer_type.as_str().into());
    if let Some(passed) = &body.guided {
        known.extend(guided::facts(passed, now));
    }
    if let Some(pressed) = &body.menu_option {
        known.insert(facts::key::menu_option(), pressed.as_str().into());
    }
    if let Some(category) = &body.category {
        known.insert(facts::key::category(), category.as_str().into());
    }
    if let Some(department) = &body.complained_of {
        known.insert(facts::key::complained_of(), department.as_str().into());
    }
    if let Some(unit) = &draft.unit {
        known.insert(facts::key::unit(), unit.as_str().into());
    }
    if let Some(amount) = body.amount {
        known.insert(facts::key::amount(), FactValue::Int(amount.0));
    }
    known
}

/// A channel that the playbook does not list is taken, and said.
fn flag_unlisted_channel(draft: &mut Draft) {
    let channels = &draft.playbook.playbook().channels;
    if channels.iter().any(|channel| channel.key == draft.body.channel) {
        return;
    }
    draft.facts.insert(facts::key::channel_unlisted(), true.into());
    draft.warnings.push(format!(
        "channel-unlisted: playbook {} does not list the channel “{}”",
        draft.reference.id, draft.body.channel
    ));
}
