//! Forms as data. A field is named by the place of its value in the order's body, a JSON pointer: so the same table
//! shows the form, reads what was typed into the body, and puts a refusal beside the field that it names.

mod made;
mod read;
mod show;

use std::borrow::Cow;
use std::collections::BTreeMap;

use contracts::{Language, Text};
use jiff::tz::TimeZone;
use maud::{Markup, html};

pub use self::made::{AsMade, as_made, keep};
pub use self::read::{moment, of_row, read};
pub use self::show::{field, fields, people};
use crate::words::Word;

/// What people read beside a field or a choice: a word of ours, or a label of the organisation's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// Of ours.
    Word(Word),
    /// Of the playbook or the directory.
    Text(Text),
    /// A name, the same in every language.
    Name(String),
}

impl Label {
    /// In `language`.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match self {
            Self::Word(word) => word.get(language),
            Self::Text(text) => text.get(language),
            Self::Name(name) => name,
        }
    }
}

impl From<Word> for Label {
    fn from(word: Word) -> Self {
        Self::Word(word)
    }
}

impl From<Text> for Label {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Label {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

/// One of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: Label,
}

impl Choice {
    /// One of several.
    pub fn new(value: impl Into<String>, label: impl Into<Label>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// How a field is filled in, and so what its value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// A line of text.
    Line,
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// Several lines.
    Paragraph,
    /// Several lines in which this stands already: in the body only if they were changed, and empty if they were emptied.
    Standing(String),
    /// A whole number.
    Number,
    /// An amount in yuan; in the body, fen.
    Money,
    /// A day; in the body, as `2026-11-30`.
    Day,
    /// A day and a time of this zone; in the body, the instant.
    Moment(TimeZone),
    /// One of a list.
    Choice(Vec<Choice>),
    /// One of the people, of whom there may be a thousand: typed, with a list that the whole form shares.
    Person(Vec<Choice>),
    /// One of a few, all in sight.
    Radio(Vec<Choice>),
    /// One of a few numbers, all in sight.
    Grade(Vec<Choice>),
    /// Yes or no.
    YesNo,
    /// Yes or no, in words of its own: the choices are `true` and `false`.
    Either(Vec<Choice>),
    /// A box: ticked, it is true; else it is left out.
    Tick,
    /// Any of several; in the body, the list of those that were ticked.
    Several(Vec<Choice>),
    /// Any of the remedies, each with its amount: in the body, `[{remedy, amount}]`.
    Remedies(Vec<Choice>),
    /// The amount of each remedy, which stands there already, in fen: in the body, `[{remedy, amount}]` of all of them, and
    /// only if one was changed.
    Amounts(Vec<(Choice, i64)>),
    /// A text for each point: in the body, `[{point, text}]`.
    Points(Vec<Choice>),
    /// Up to so many of a kind, each with these fields: in the body, a list of objects. One in which nothing is filled in
    /// is left out.
    Rows(Vec<Field>, usize),
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where its value stands in the body, such as `/reason`; also its name in the form.
    pub at: Cow<'static, str>,
    /// What people read.
    pub label: Label,
    /// A hint below it.
    pub hint: Option<Label>,
    /// How it is filled in.
    pub control: Control,
    /// Whether the form is not sent without it.
    pub required: bool,
    /// Whether typing begins here: it has the focus, and the browser proposes nothing.
    pub first: bool,
}

impl Field {
    /// A field that may be left empty.
    #[must_use]
    pub fn new(at: impl Into<Cow<'static, str>>, label: impl Into<Label>, control: Control) -> Self {
        Self { at: at.into(), label: label.into(), hint: None, control, required: false, first: false }
    }
    /// One that may not.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// The one where typing begins.
    #[must_use]
    pub fn first(mut self) -> Self {
        self.first = true;
        self
    }
    /// Its id in the page.
    #[must_use]
    pub fn id(&self) -> String {
        id(&self.at)
    }
    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Label>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// The same field of the row `n` of a list at `list`.
    pub(crate) fn of_row(&self, list: &str, n: usize) -> Self {
        Self { at: format!("{list}/{n}{}", self.at).into(), ..self.clone() }
    }
}

/// The id of the field or choice of this name.
fn id(at: &str) -> String {
    format!("f{}", at.replace('/', "-"))
}

/// What was typed, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed(pub BTreeMap<String, String>);

impl Typed {
    /// The value of a field; an empty one counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }
    /// Whether anything was typed in the field of this name or in a part of it.
    fn has_below(&self, name: &str) -> bool {
        self.get(name).is_some() || self.below(name).next().is_some()
    }
    /// The names of the parts of a field in which something was typed, without the field's own.
    fn below(&self, name: &str) -> impl Iterator<Item = &str> {
        let start = format!("{name}/");
        let filled = self.0.iter().filter(|(_, value)| !value.trim().is_empty());
        filled.filter_map(move |(name, _)| name.strip_prefix(start.as_str()))
    }
}

/// What every form carries beside its fields: the token against other sites, and the key under which it is done once.
#[must_use]
pub fn carried(csrf: &str, key: Option<&str>) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(csrf);
        @if let Some(key) = key { input type="hidden" name="key" value=(key); }
    }
}
