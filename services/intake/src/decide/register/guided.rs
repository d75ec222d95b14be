//! The gates of a guided form: what comes by its channel has passed them all, one after the other, whoever hands it in.

use contracts::commands::check_time;
use contracts::commands::intake::{Guided, RegisterComplaint};
use contracts::queries::intake::{Gate, GuidedListed};
use contracts::{FactValue, Facts, Problem, ProblemCode, facts};
use jiff::Timestamp;
use playbook::Playbook;

use crate::decide::reading::{missing, not_listed};
use crate::queries::guided::listed;

/// What is wrong at the first gate that was not passed; nothing behind it was looked at.
pub(super) fn check(
    body: &RegisterComplaint,
    playbook: Option<&Playbook>,
    latest: Timestamp,
) -> Option<Problem> {
    let playbook = playbook?;
    let channel = playbook.channels.iter().find(|channel| channel.key == body.channel);
    let form = channel.and_then(|channel| channel.guided.as_ref()).map(|form| listed(playbook, form));
    match (form, &body.guided) {
        (None, None) => None,
        (None, Some(_)) => {
            let problem = Problem::new(ProblemCode::InvalidField, "this channel has no guided form");
            Some(problem.at("/guided").expected("nothing"))
        }
        (Some(form), passed) => {
            let passed = passed.clone().unwrap_or_default();
            match form.next_gate(&passed) {
                Some(gate) => Some(unpassed(&form, gate, &passed)),
                None => times(&passed, latest),
            }
        }
    }
}

fn unpassed(form: &GuidedListed, gate: Gate, passed: &Guided) -> Problem {
    match gate {
        Gate::Notice => {
            let version = form.notice_version;
            let expected = format!("{version}, the version of the notice that was read and agreed to");
            match passed.notice {
                None => missing("/guided/notice").expected(expected),
                Some(_) => Problem::new(ProblemCode::InvalidField, "the notice reads otherwise now")
                    .at("/guided/notice")
                    .expected(expected),
            }
        }
        Gate::Province => match &passed.province {
            None => missing("/guided/province").expected("the province, once the notice is agreed to"),
            Some(given) => {
                let keys = form.provinces.iter().map(|province| province.key.as_str());
                not_listed("/guided/province", given, keys)
            }
        },
        Gate::Company => {
            let expected = "a company of the province that was chosen";
            match passed.company {
                None => missing("/guided/company").expected(expected),
                Some(_) => {
                    let detail = "this is no company that can be complained of in that province";
                    Problem::new(ProblemCode::InvalidField, detail).at("/guided/company").expected(expected)
                }
            }
        }
        Gate::Confirmation => {
            missing("/guided/confirmed").expected("true, once the name of the company was looked at")
        }
    }
}

/// Whoever agreed and confirmed did so in that order, and before now.
fn times(passed: &Guided, latest: Timestamp) -> Option<Problem> {
    for (at, place) in
        [(passed.agreed_at, "/guided/agreed_at"), (passed.confirmed_at, "/guided/confirmed_at")]
    {
        if let Some(Err(problem)) = at.map(|at| check_time(place, at, latest)) {
            return Some(problem);
        }
    }
    let (agreed, confirmed) = (passed.agreed_at.unwrap_or(latest), passed.confirmed_at.unwrap_or(latest));
    (confirmed < agreed).then(|| {
        let detail = "the company was confirmed before the notice was agreed to";
        Problem::new(ProblemCode::InvalidField, detail)
            .at("/guided/confirmed_at")
            .expected("a time not before agreed_at")
    })
}

/// What the gates leave on record: rules, reports and people can tell what was agreed to and of whom it is complained.
pub(super) fn facts(passed: &Guided, now: Timestamp) -> Facts {
    let text = |text: &Option<String>| FactValue::Text(text.clone().unwrap_or_default());
    let time = |at: Option<Timestamp>| at.map_or(now, |at| at.min(now)).into();
    Facts::from([
        (facts::key::notice_version(), FactValue::Int(passed.notice.unwrap_or_default().into())),
        (facts::key::notice_agreed(), time(passed.agreed_at)),
        (facts::key::province(), text(&passed.province)),
        (facts::key::company(), text(&passed.company)),
        (facts::key::company_confirmed(), time(passed.confirmed_at)),
    ])
}
