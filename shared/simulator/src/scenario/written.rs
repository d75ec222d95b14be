//! Scenarios as somebody writes them in one text, beside the text of the playbook that they are about: each document is a
//! scenario, or departments and people, or a calendar for those that follow it. Without such a document people and
//! calendar are the organisation's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use calendar::Calendar;
use contracts::OrganisationId;
use contracts::commands::routing::PutDirectory;
use jiff::{SignedDuration, Timestamp};
use playbook::{CompiledPlaybook, Document};

use super::load::{self, Kind, Mistake, Shelved};
use super::play::Prepared;

/// The longest time that a scenario may go through: what happens in it grows with its length.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366 * 3);
/// Steps in a scenario.
const MOST_STEPS: usize = 500;

/// What an organisation has, for scenarios that bring nothing of their own.
#[derive(Debug, Clone)]
pub struct Own {
    /// Its calendar.
    pub calendar: Calendar,
    /// Its departments and people.
    pub directory: PutDirectory,
}

/// A scenario of a text, with where each of its steps stands.
#[derive(Debug, Clone)]
pub struct Written {
    /// The line where it begins, from 1.
    pub line: u32,
    /// The lines of its steps.
    pub steps: Vec<u32>,
    /// What can be played.
    pub prepared: Prepared,
}

/// Reads the scenarios of a text about the playbook `text`, which was found good.
///
/// # Errors
/// All mistakes with their lines in the whole text.
pub fn written(
    (text, book): (&str, Arc<CompiledPlaybook>),
    scenarios: &str,
    own: &Own,
) -> Result<Vec<Written>, Vec<Mistake>> {
    let shelved = Shelved { text: text.to_owned(), book };
    let (mut own, mut found, mut mistakes) = (own.clone(), Vec::new(), Vec::new());
    for Document { text: document, above } in playbook::documents(scenarios) {
        let lowered = |mistake: Mistake| Mistake { line: mistake.line.saturating_add(above), ..mistake };
        let read = match Kind::of(document) {
            Some(Kind::Scenario) => {
                one(&shelved, document, above, &own, found.len()).map(|one| found.push(one))
            }
            Some(Kind::People) => load::read(&nowhere(), document).map(|people| own.directory = people),
            Some(Kind::Calendar) => {
                load::calendar_of(&nowhere(), document).map(|calendar| own.calendar = calendar)
            }
            Some(Kind::Playbook | Kind::RulePack) | None => Err(vec![neither()]),
        };
        mistakes.extend(read.err().into_iter().flatten().map(lowered));
    }
    mistakes.sort();
    if mistakes.is_empty() { Ok(found) } else { Err(mistakes) }
}

fn nowhere() -> PathBuf {
    PathBuf::new()
}

fn neither() -> Mistake {
    let zh = "这一段既不是场景（steps），也不是人员（people）或日历（weekly）";
    let en = "this document is no scenario (steps), and neither people nor a calendar (weekly)";
    Mistake::of_file(Path::new(""), "kind", zh, en).at((1, 1))
}

fn one(
    shelved: &Shelved,
    document: &str,
    above: u32,
    own: &Own,
    before: usize,
) -> Result<Written, Vec<Mistake>> {
    let mistake =
        |code: &str, zh: String, en: String| vec![Mistake::of_file(&nowhere(), code, zh, en).at((1, 1))];
    let name = (before + 1).to_string();
    let organisation = OrganisationId::new(format!("scenario-{name}"))
        .map_err(|error| mistake("name", error.to_string(), error.to_string()))?;
    let (prepared, steps) =
        load::with(&nowhere(), document, (name, organisation), (shelved, &own.calendar, &own.directory))?;
    let (id, named) = (&prepared.reference.id, &prepared.scenario.playbook);
    if id.as_str() != named {
        let zh = format!("场景写的流程是“{named}”，而所编辑的是“{id}”");
        return Err(mistake(
            "id",
            zh,
            format!("it is about the playbook “{named}”, and the text is of “{id}”"),
        ));
    }
    if prepared.scenario.steps.len() > MOST_STEPS || span(&prepared) > LONGEST {
        let zh = format!("场景过长：最多 {MOST_STEPS} 步，历时不超过三年");
        let en = format!("it is too long: at most {MOST_STEPS} steps, and three years");
        return Err(mistake("too_long", zh, en));
    }
    let line = document
        .lines()
        .position(|line| !matches!(line.trim().chars().next(), None | Some('#')))
        .unwrap_or(0)
        + 1;
    let line = u32::try_from(line).unwrap_or(u32::MAX).saturating_add(above);
    Ok(Written {
        line,
        steps: steps.into_iter().map(|(line, _)| line.saturating_add(above)).collect(),
        prepared,
    })
}

fn span(prepared: &Prepared) -> SignedDuration {
    let (first, last): (Timestamp, Timestamp) = (prepared.start(), prepared.end());
    last.duration_since(first)
}
