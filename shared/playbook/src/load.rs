//! From a text to a playbook that can be put to work, or to everything that is wrong with it.

use crate::acting::{self, Acting};
use crate::check;
use crate::compiled::CompiledPlaybook;
use crate::finding::{Code, Finding};
use crate::model::Playbook;
use crate::schema::schema_tree;
use crate::shape;
use crate::source::Source;

/// Reads, checks and compiles a playbook from YAML, or from JSON, which is YAML too.
///
/// # Errors
/// All findings, in the order of the text. When the shape is wrong, only that is told: the rest cannot be judged.
pub fn load(text: &str) -> Result<CompiledPlaybook, Vec<Finding>> {
    load_as(text, Acting::Today)
}

/// As [`load`], against what is to act.
///
/// # Errors
/// As [`load`].
pub fn load_as(text: &str, acting: Acting) -> Result<CompiledPlaybook, Vec<Finding>> {
    let (playbook, source) = parse(text)?;
    let mut findings = source.root().map(|root| acting::check(root, acting)).unwrap_or_default();
    findings.extend(check::check(&playbook).into_iter().map(|finding| source.placed(finding)));
    if findings.is_empty() {
        return CompiledPlaybook::new(playbook);
    }
    findings.sort();
    findings.dedup();
    Err(findings)
}

/// Reads a playbook without judging what it says.
///
/// # Errors
/// Everything about its shape that is wrong.
pub fn parse(text: &str) -> Result<(Playbook, Source), Vec<Finding>> {
    let source = Source::read(text).map_err(|finding| vec![finding])?;
    let mut findings = source.root().map(|root| shape::check(root, schema_tree())).unwrap_or_default();
    match serde_saphyr::from_str::<Playbook>(text) {
        Ok(playbook) if findings.is_empty() => return Ok((playbook, source)),
        Ok(_) => {}
        Err(error) if findings.is_empty() => findings.push(of_serde(&error)),
        Err(_) => {}
    }
    findings.sort();
    Err(findings)
}

/// What serde alone noticed. The shape check should see everything; this keeps a gap in it from being silent.
fn of_serde(error: &serde_saphyr::Error) -> Finding {
    let text = error.without_snippet().to_string();
    let place = error.location();
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    Finding {
        line: place.map_or(0, |place| number(place.line())),
        column: place.map_or(0, |place| number(place.column())),
        ..Finding::new("", Code::Shape, text.clone(), format!("格式错误：{text}"))
    }
}
