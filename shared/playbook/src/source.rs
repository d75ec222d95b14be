//! The document as written: a plain tree with the line and column of every key and value.
//!
//! Serde stops at the first thing it does not understand and forgets places; a person who writes a playbook wants
//! all of them at once. So the text is read a second time, into this tree, and findings look their places up here.

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use crate::finding::{Code, Finding};

/// A line and column, from 1; zeroes when unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Place {
    fn of(span: &Span) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: number(span.start.line()), column: number(span.start.col()).saturating_add(1) }
    }
}

/// A value of the document.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Content,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A scalar, and whether it was written plainly (so that `20` is a number and `"20"` a text).
    Scalar { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// A map, in the order written.
    Map(Vec<Entry>),
}

/// One entry of a map.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_place: Place,
    pub(crate) value: Node,
}

/// The document with its places.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    root: Option<Node>,
}

impl Source {
    /// Reads a text. Anchors, aliases and tags are refused: a playbook says each thing where it holds.
    ///
    /// # Errors
    /// One finding, at the place where the text stops being a document.
    pub(crate) fn read(text: &str) -> Result<Self, Finding> {
        let mut reader = Reader { parser: Parser::new_from_str(text) };
        Ok(Self { root: reader.document()? })
    }

    /// The tree.
    pub(crate) fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// Fills in where a finding stands: at the value of its path, or as near to it as the document goes.
    #[must_use]
    pub(crate) fn placed(&self, mut finding: Finding) -> Finding {
        let place = self.place(&finding.path);
        finding.line = place.line;
        finding.column = place.column;
        finding
    }

    fn place(&self, path: &str) -> Place {
        let Some(mut node) = self.root() else { return Place::default() };
        let mut place = node.place;
        for step in steps(path) {
            let next = match (&node.value, step) {
                (Content::List(items), Step::Index(index)) => items.get(index).map(|item| (item.place, item)),
                (Content::Map(entries), Step::Key(key)) => {
                    entries.iter().find(|entry| entry.key == key).map(|entry| (entry.shown(), &entry.value))
                }
                (Content::Scalar { .. } | Content::List(_) | Content::Map(_), _) => None,
            };
            let Some((found, deeper)) = next else { break };
            (place, node) = (found, deeper);
        }
        place
    }
}

impl Entry {
    /// A scalar is shown at its value, a list or map at its key: what is wrong with it is that it stands there.
    fn shown(&self) -> Place {
        match self.value.value {
            Content::Scalar { .. } => self.value.place,
            Content::List(_) | Content::Map(_) => self.key_place,
        }
    }
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The steps of a path such as `stages[2].next[0].to`. Keys may hold dots only where no path needs to be resolved.
fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split(['.', '[']).filter(|step| !step.is_empty()).map(|step| {
        match step.strip_suffix(']').map(str::parse) {
            Some(Ok(index)) => Step::Index(index),
            Some(Err(_)) | None => Step::Key(step),
        }
    })
}

/// A document nested deeper is not a playbook; the limit keeps the reader from exhausting its stack.
const DEEPEST: usize = 32;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
}

/// What the parser says, without what is of no concern here.
enum Said {
    Scalar { text: String, plain: bool },
    ListStarts,
    MapStarts,
    Ends,
    NoMore,
    Refused,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Option<Node>, Finding> {
        let (said, place) = self.next()?;
        self.node(said, place, 0)
    }

    fn node(&mut self, said: Said, place: Place, depth: usize) -> Result<Option<Node>, Finding> {
        if depth > DEEPEST {
            return Err(shape(place, "nested too deep", "嵌套过深"));
        }
        let value = match said {
            Said::Scalar { text, plain } => Content::Scalar { text, plain },
            Said::ListStarts => self.list(depth)?,
            Said::MapStarts => self.map(depth)?,
            Said::Ends | Said::NoMore => return Ok(None),
            Said::Refused => {
                return Err(shape(
                    place,
                    "anchors, aliases and tags are not used in playbooks",
                    "剧本中不使用锚点、别名和标签",
                ));
            }
        };
        Ok(Some(Node { place, value }))
    }

    fn list(&mut self, depth: usize) -> Result<Content, Finding> {
        let mut items = Vec::new();
        loop {
            let (said, place) = self.next()?;
            match self.node(said, place, depth + 1)? {
                Some(item) => items.push(item),
                None => return Ok(Content::List(items)),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Content, Finding> {
        let mut entries = Vec::new();
        loop {
            let (said, key_place) = self.next()?;
            let key = match said {
                Said::Scalar { text, .. } => text,
                Said::Ends | Said::NoMore => return Ok(Content::Map(entries)),
                Said::ListStarts | Said::MapStarts | Said::Refused => {
                    return Err(shape(key_place, "a key must be a plain word", "键必须是普通单词"));
                }
            };
            let (said, place) = self.next()?;
            if let Some(value) = self.node(said, place, depth + 1)? {
                entries.push(Entry { key, key_place, value });
            }
        }
    }

    fn next(&mut self) -> Result<(Said, Place), Finding> {
        loop {
            let Some(event) = self.parser.next_event() else { return Ok((Said::NoMore, Place::default())) };
            let (event, span) = event.map_err(|error| {
                let marker = error.marker();
                let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                let place =
                    Place { line: number(marker.line()), column: number(marker.col()).saturating_add(1) };
                shape(
                    place,
                    &format!("not YAML: {}", error.info()),
                    &format!("不是合法的 YAML:{}", error.info()),
                )
            })?;
            let said = match event {
                Event::Scalar(text, style, 0, None) => {
                    Said::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain }
                }
                Event::SequenceStart(_, 0, None) => Said::ListStarts,
                Event::MappingStart(_, 0, None) => Said::MapStarts,
                Event::SequenceEnd | Event::MappingEnd => Said::Ends,
                Event::StreamEnd => Said::NoMore,
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd | Event::Comment(..) => {
                    continue;
                }
                // The parser's list of events is open; whatever is none of the above has no place here.
                _ => Said::Refused,
            };
            return Ok((said, Place::of(&span)));
        }
    }
}

fn shape(place: Place, en: &str, zh: &str) -> Finding {
    let finding = Finding::new("", Code::Shape, en, zh);
    Finding { line: place.line, column: place.column, ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> (u32, u32) {
        let text = "id: p01\nstages:\n  - key: a\n    next:\n      - {to: b, when: \"x\"}\n  - key: c\n";
        let source = Source::read(text).unwrap();
        let finding = source.placed(Finding::new(path, Code::Value, "", ""));
        (finding.line, finding.column)
    }

    #[test]
    fn a_path_is_found_at_its_value_or_as_near_as_the_document_goes() {
        assert_eq!(at("id"), (1, 5));
        assert_eq!(at("stages"), (2, 1));
        assert_eq!(at("stages[0].next[0].to"), (5, 14));
        assert_eq!(at("stages[1].key"), (6, 10));
        assert_eq!(at("stages[1].next[0].to"), (6, 5));
        assert_eq!(at("clocks[0].key"), (1, 1));
    }

    #[test]
    fn what_is_not_a_plain_document_is_refused_with_its_place() {
        let refused = |text: &str| Source::read(text).unwrap_err();
        assert_eq!(refused("a: [1").code, Code::Shape);
        assert_eq!((refused("a: &x 1\n").line, refused("a: &x 1\n").code), (1, Code::Shape));
        assert!(refused(&("[".repeat(40) + &"]".repeat(40))).message_en.contains("deep"));
    }
}
