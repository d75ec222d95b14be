//! From a text to a playbook that can be put to work, or to everything that is wrong with it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::acting::{self, Acting};
use crate::check;
use crate::compiled::CompiledPlaybook;
use crate::finding::{Code, Finding};
use crate::model::Playbook;
use crate::pack::{self, Moved, RulePack};
use crate::schema::{pack_schema_tree, schema_tree};
use crate::shape;
use crate::source::Source;

/// Reads, checks and compiles a playbook from YAML, or from JSON, which is YAML too. Rule packs that are attached to it
/// follow in the same text, each after a line `---`.
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
    let mut documents = documents(text).into_iter();
    let first = documents.next().unwrap_or(Document { text, above: 0 });
    let (mut shapeless, mut packs, mut sources) = (Vec::new(), Vec::new(), Vec::new());
    let playbook = first.read::<Playbook>(schema_tree()).map_err(|found| shapeless.extend(found)).ok();
    for document in documents {
        match document.read::<RulePack>(pack_schema_tree()) {
            Ok((pack, source)) => {
                packs.push(pack);
                sources.push(Placed { source, above: document.above });
            }
            Err(found) => shapeless.extend(found),
        }
    }
    let Some((playbook, source)) = playbook.filter(|_| shapeless.is_empty()) else {
        return Err(in_order(shapeless));
    };
    let source = Placed { source, above: first.above };
    let (playbook, moved, twice) = pack::attach(playbook, packs);
    let mut findings: Vec<_> =
        twice.into_iter().map(|(pack, finding)| sources[pack].placed(finding)).collect();
    findings.extend(std::iter::once(&source).chain(&sources).flat_map(|source| source.not_acting(acting)));
    let whole = Whole { source, packs: sources, moved };
    findings.extend(check::check(&playbook).into_iter().map(|finding| whole.placed(finding)));
    if findings.is_empty() { CompiledPlaybook::new(playbook) } else { Err(in_order(findings)) }
}

/// Reads a rule pack by itself: its shape, and whether all its keys act. What its rules mean shows when it is attached.
///
/// # Errors
/// All findings, in the order of the text.
pub fn load_pack(text: &str) -> Result<RulePack, Vec<Finding>> {
    let document = documents(text).into_iter().next().unwrap_or(Document { text, above: 0 });
    let (pack, source) = document.read::<RulePack>(pack_schema_tree())?;
    let findings = Placed { source, above: document.above }.not_acting(Acting::Today);
    if findings.is_empty() { Ok(pack) } else { Err(findings) }
}

fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort();
    findings.dedup();
    findings
}

/// One document of a text.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// What it says.
    pub text: &'a str,
    /// How many lines stand above it.
    pub above: u32,
}

/// The documents of a text. YAML lets no line within a document begin with `---` and white space, not even in a block
/// of text, so that the lines alone tell where the next one begins.
#[must_use]
pub fn documents(text: &str) -> Vec<Document<'_>> {
    let (mut found, mut begin, mut above, mut line, mut at) = (Vec::new(), 0, 0, 0, 0);
    for whole in text.split_inclusive('\n') {
        (line, at) = (line + 1, at + whole.len());
        let is_marker = whole.strip_prefix("---").is_some_and(|rest| rest.trim().is_empty());
        if is_marker {
            found.push(Document { text: &text[begin..at - whole.len()], above });
            (begin, above) = (at, line);
        }
    }
    found.push(Document { text: &text[begin..], above });
    // A marker before the first document, or after the last, begins nothing.
    found.retain(|document| {
        document.text.lines().any(|line| !matches!(line.trim().chars().next(), None | Some('#')))
    });
    found
}

impl Document<'_> {
    /// Reads it without judging what it says.
    fn read<T: DeserializeOwned>(self, schema: &Value) -> Result<(T, Source), Vec<Finding>> {
        let lower = |finding: Finding| lowered(finding, self.above);
        let source = Source::read(self.text).map_err(|finding| vec![lower(finding)])?;
        let mut findings = source.root().map(|root| shape::check(root, schema)).unwrap_or_default();
        match serde_saphyr::from_str::<T>(self.text) {
            Ok(document) if findings.is_empty() => return Ok((document, source)),
            Ok(_) => {}
            Err(error) if findings.is_empty() => findings.push(of_serde(&error)),
            Err(_) => {}
        }
        Err(findings.into_iter().map(lower).collect())
    }
}

/// A finding of a document as one of the text that it stands in.
fn lowered(finding: Finding, above: u32) -> Finding {
    let line = if finding.line == 0 { 0 } else { finding.line.saturating_add(above) };
    Finding { line, ..finding }
}

/// The places of one document within the text.
struct Placed {
    source: Source,
    above: u32,
}

impl Placed {
    fn placed(&self, finding: Finding) -> Finding {
        lowered(self.source.placed(finding), self.above)
    }

    fn not_acting(&self, acting: Acting) -> Vec<Finding> {
        let findings = self.source.root().map(|root| acting::check(root, acting)).unwrap_or_default();
        findings.into_iter().map(|finding| lowered(finding, self.above)).collect()
    }
}

/// The places of a playbook with its packs.
struct Whole {
    source: Placed,
    packs: Vec<Placed>,
    moved: Vec<Moved>,
}

impl Whole {
    fn placed(&self, finding: Finding) -> Finding {
        let of_pack = self.moved.iter().find_map(|moved| Some((moved.pack, moved.own_path(&finding.path)?)));
        match of_pack {
            Some((pack, path)) => self.packs[pack].placed(Finding { path, ..finding }),
            None => self.source.placed(finding),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_begin_after_a_line_of_their_own() {
        let of =
            |text| -> Vec<_> { documents(text).iter().map(|one| (one.above, one.text.trim())).collect() };
        assert_eq!(of("a: 1\n"), [(0, "a: 1")]);
        assert_eq!(of("# head\n---\na: 1\n---  \nb: 2\n--- \n"), [(2, "a: 1"), (4, "b: 2")]);
        assert_eq!(of("a: |\n  ---\n---b: 1\n"), [(0, "a: |\n  ---\n---b: 1")]);
        assert_eq!(of(""), []);
    }
}
