//! The shifts of the directory: added and changed by administrators.

use contracts::commands::routing::PutDirectory;
use contracts::messages::directory_changed::Weekday;
use contracts::{Problem, ProblemCode, ShiftKey, SubjectRef};
use pages::admin::shifts::{NEW, shift_fields};
use pages::forms::read;
use serde_json::{Value, json};

use crate::auth::Act;
use crate::console::sent::Sent;
use crate::console::visitor::Member;
use crate::problem::Refusal;
use crate::routes::settings;

/// The shift whose form is open, as an address or a form names it: a new one, or one that there is.
pub(super) fn open(named: &str) -> Option<String> {
    (named != NEW).then(|| named.to_owned())
}

/// Adds a shift, or changes one, as it was typed.
///
/// # Errors
/// `invalid-field` for another key than that of the shift that is changed; what routing refuses.
pub(super) async fn put(member: &Member, sent: &Sent) -> Result<(), Refusal> {
    member.require(Act::ChangeSettings)?;
    let typed = read(&shift_fields(), &sent.typed)?;
    let mut shift = typed["shifts"]["0"].clone();
    if let Some(key) = open(&sent.text("of"))
        && shift["id"] != key.as_str()
    {
        let problem = Problem::new(ProblemCode::InvalidField, "a shift keeps its key").at("/shifts/0/id");
        return Err(problem.expected(key).into());
    }
    if shift["id"].as_str().is_none_or(|key| ShiftKey::new(key).is_err()) {
        let problem = Problem::new(ProblemCode::InvalidField, "that is no key").at("/shifts/0/id");
        return Err(problem.expected("small letters, digits, - and _, such as night").into());
    }
    shift["week"] = Weekday::ALL.iter().filter_map(|day| hours(&shift, *day)).collect();
    let body = json!({ "departments": [], "people": [], "shifts": [shift] });
    let (app, orderer) = (&member.visitor.app, member.orderer(&sent.key));
    settings::ordered::<PutDirectory>(app, &orderer, SubjectRef::directory, body).await?;
    Ok(())
}

/// The spans of a day, of the line in which they were typed.
fn hours(shift: &Value, day: Weekday) -> Option<(String, Value)> {
    let line = shift["week"][day.as_str()].as_str()?;
    let spans = line.split([',', '，', '、']).map(str::trim).filter(|span| !span.is_empty());
    Some((day.to_string(), spans.collect()))
}
