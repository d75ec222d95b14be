//! Forms as data. A field is named by the place of its value in the order's body, a JSON pointer: so the same table
//! shows the form, reads what was typed into the body, and puts a refusal beside the field that it names.

use std::collections::BTreeMap;

use contracts::{Fen, Language, Problem, ProblemCode, Text};
use maud::{Markup, html};
use serde_json::{Map, Value, json};

use crate::Locale;
use crate::refusal;
use crate::words::{Word, shell as words};

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
    /// An amount in yuan; in the body, fen.
    Money,
    /// One of a list.
    Choice(Vec<Choice>),
    /// One of a few, all in sight.
    Radio(Vec<Choice>),
    /// Yes or no.
    YesNo,
    /// Yes or no, in words of its own: the choices are `true` and `false`.
    Either(Vec<Choice>),
    /// Any of the remedies, each with its amount: in the body, `[{remedy, amount}]`.
    Remedies(Vec<Choice>),
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where its value stands in the body, such as `/reason`; also its name in the form.
    pub at: &'static str,
    /// What people read.
    pub label: Label,
    /// A hint below it.
    pub hint: Option<Word>,
    /// How it is filled in.
    pub control: Control,
    /// Whether the form is not sent without it.
    pub required: bool,
}

impl Field {
    /// A field that may be left empty.
    #[must_use]
    pub fn new(at: &'static str, label: impl Into<Label>, control: Control) -> Self {
        Self { at, label: label.into(), hint: None, control, required: false }
    }
    /// One that may not.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: Word) -> Self {
        self.hint = Some(hint);
        self
    }
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
}

/// Makes of what was typed the body that the fields describe. What is empty is left out: whether that may be is for the
/// service to say.
///
/// # Errors
/// A problem that names each field whose text cannot be its value.
pub fn read(fields: &[Field], typed: &Typed) -> Result<Value, Problem> {
    let mut body = Map::new();
    let mut wrong = Vec::new();
    for field in fields {
        match value(field, typed) {
            Ok(Some(value)) => put(&mut body, field.at, value),
            Ok(None) => {}
            Err(problem) => wrong.push(problem),
        }
    }
    Problem::all(wrong).map_or(Ok(Value::Object(body)), Err)
}

fn value(field: &Field, typed: &Typed) -> Result<Option<Value>, Problem> {
    if let Control::Remedies(choices) = &field.control {
        let mut remedies = Vec::new();
        for choice in choices {
            let name = format!("{}/{}", field.at, choice.value);
            if typed.get(&name).is_some() {
                let amount =
                    typed.get(&format!("{name}/amount")).map_or(Ok(0), |text| fen(field.at, text))?;
                remedies.push(json!({ "remedy": choice.value, "amount": amount }));
            }
        }
        return Ok(Some(Value::Array(remedies)));
    }
    let Some(text) = typed.get(field.at) else { return Ok(None) };
    Ok(Some(match &field.control {
        Control::Money => fen(field.at, text)?.into(),
        Control::YesNo | Control::Either(_) => (text == "true").into(),
        _ => text.into(),
    }))
}

fn fen(at: &str, text: &str) -> Result<i64, Problem> {
    let plain = text.trim_start_matches(['¥', '￥']).replace([',', '，'], "");
    Fen::from_yuan(plain.trim()).map(|fen| fen.0).map_err(|_| {
        Problem::new(ProblemCode::InvalidField, "that is no amount").at(at).expected("yuan, such as 120.50")
    })
}

fn put(body: &mut Map<String, Value>, at: &str, value: Value) {
    let mut parts = at.trim_start_matches('/').split('/').peekable();
    let mut object = body;
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            object.insert(part.to_owned(), value);
            return;
        }
        let inner = object.entry(part).or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inner) = inner else { return };
        object = inner;
    }
}

/// The fields of a form, as they were typed, with what was refused.
#[must_use]
pub fn fields(locale: &Locale, fields: &[Field], typed: &Typed, problem: Option<&Problem>) -> Markup {
    html! { @for one in fields { (field(locale, one, typed, problem)) } }
}

/// One field.
#[must_use]
pub fn field(locale: &Locale, field: &Field, typed: &Typed, problem: Option<&Problem>) -> Markup {
    let wrong = refusal::at(problem, field.at);
    let id = id(field.at);
    let grouped = matches!(
        field.control,
        Control::Radio(_) | Control::YesNo | Control::Either(_) | Control::Remedies(_)
    );
    let described = described(&id, field.hint.is_some(), wrong.is_some());
    let rest = html! {
        @if let Some(hint) = field.hint { div.form-hint #{ (id) "-hint" } { (locale.say(hint)) } }
        @if let Some(wrong) = wrong { div.refused #{ (id) "-wrong" } { (wrong.code.title(locale.language)) } }
    };
    let label = html! {
        (field.label.get(locale.language))
        @if field.required { " " span.text-secondary.small { "(" (locale.say(words::REQUIRED)) ")" } }
    };
    html! {
        @if grouped {
            fieldset.mb-3 #(id) aria-describedby=[described.as_deref()] {
                legend.form-label { (label) }
                (group(locale, field, typed))
                (rest)
            }
        } @else {
            div.mb-3 {
                label.form-label for=(id) { (label) }
                (input(locale, field, typed, &id, described.as_deref(), wrong.is_some()))
                (rest)
            }
        }
    }
}

fn id(at: &str) -> String {
    format!("f{}", at.replace('/', "-"))
}

fn described(id: &str, hint: bool, wrong: bool) -> Option<String> {
    let names: Vec<_> = [(hint, "hint"), (wrong, "wrong")]
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, name)| format!("{id}-{name}"))
        .collect();
    (!names.is_empty()).then(|| names.join(" "))
}

fn input(
    locale: &Locale,
    field: &Field,
    typed: &Typed,
    id: &str,
    described: Option<&str>,
    wrong: bool,
) -> Markup {
    let value = typed.0.get(field.at).map_or("", String::as_str);
    let invalid = wrong.then_some("true");
    let (kind, mode, complete) = match field.control {
        Control::Phone => ("tel", "tel", "tel"),
        Control::Email => ("email", "email", "email"),
        Control::Money => ("text", "decimal", "off"),
        _ => ("text", "text", "off"),
    };
    html! {
        @match &field.control {
            Control::Paragraph => textarea.form-control.is-invalid[wrong] id=(id) name=(field.at) rows="4" required[field.required]
                aria-describedby=[described] aria-invalid=[invalid] { (value) },
            Control::Choice(choices) => select.form-select.is-invalid[wrong] id=(id) name=(field.at) required[field.required]
                aria-describedby=[described] aria-invalid=[invalid] {
                option value="" { (locale.say(words::PLEASE_CHOOSE)) }
                @for choice in choices {
                    option value=(choice.value) selected[choice.value == value] { (choice.label.get(locale.language)) }
                }
            },
            _ => input.form-control.is-invalid[wrong] id=(id) type=(kind) inputmode=(mode) autocomplete=(complete) name=(field.at)
                value=(value) required[field.required] aria-describedby=[described] aria-invalid=[invalid];,
        }
    }
}

fn group(locale: &Locale, field: &Field, typed: &Typed) -> Markup {
    let value = typed.get(field.at);
    let yes_no = [Choice::new("true", words::YES), Choice::new("false", words::NO)];
    let choices: &[Choice] = match &field.control {
        Control::Radio(choices) | Control::Either(choices) | Control::Remedies(choices) => choices,
        _ => &yes_no,
    };
    let remedies = matches!(field.control, Control::Remedies(_));
    html! {
        @for choice in choices {
            @if remedies {
                (remedy(locale, field, choice, typed))
            } @else {
                label.form-check.form-check-inline {
                    input.form-check-input type="radio" name=(field.at) value=(choice.value) required[field.required]
                        checked[value == Some(choice.value.as_str())];
                    span.form-check-label { (choice.label.get(locale.language)) }
                }
            }
        }
    }
}

/// A remedy with its amount: one without a price is left empty.
fn remedy(locale: &Locale, field: &Field, choice: &Choice, typed: &Typed) -> Markup {
    let name = format!("{}/{}", field.at, choice.value);
    let amount = format!("{name}/amount");
    let label = choice.label.get(locale.language);
    html! {
        div.remedy {
            label.form-check {
                input.form-check-input type="checkbox" name=(name) value="true" checked[typed.get(&name).is_some()];
                span.form-check-label { (label) }
            }
            input.form-control.form-control-sm type="text" inputmode="decimal" name=(amount) placeholder="¥"
                value=(typed.get(&amount).unwrap_or_default()) aria-label={ (label) " ¥" } autocomplete="off";
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    const WORD: Word = words::YES;

    #[test]
    fn what_was_typed_stands_where_the_field_says() {
        let fields = [
            Field::new("/reason", WORD, Control::Paragraph),
            Field::new("/complainant/phone", WORD, Control::Phone),
            Field::new("/amount", WORD, Control::Money),
            Field::new("/substantiated", WORD, Control::YesNo),
            Field::new("/empty", WORD, Control::Line),
            Field::new(
                "/remedies",
                WORD,
                Control::Remedies(vec![Choice::new("refund", WORD), Choice::new("apology", WORD)]),
            ),
        ];
        let typed = typed(&[
            ("/reason", " why "),
            ("/complainant/phone", "138"),
            ("/amount", "¥1,200.5"),
            ("/substantiated", "false"),
            ("/empty", "  "),
            ("/remedies/refund", "true"),
            ("/remedies/refund/amount", "99"),
        ]);
        let body = json!({
            "reason": "why", "complainant": {"phone": "138"}, "amount": 120_050, "substantiated": false,
            "remedies": [{"remedy": "refund", "amount": 9900}],
        });
        assert_eq!(read(&fields, &typed).unwrap(), body);
    }

    #[test]
    fn what_cannot_be_a_value_is_refused_at_its_field() {
        let fields = [Field::new("/amount", WORD, Control::Money)];
        let problem = read(&fields, &typed(&[("/amount", "much")])).unwrap_err();
        assert_eq!(problem.field.as_deref(), Some("/amount"));
    }

    #[test]
    fn what_was_typed_is_escaped_and_kept() {
        let zone = jiff::tz::TimeZone::UTC;
        let locale = Locale { language: Language::En, zone, now: jiff::Timestamp::UNIX_EPOCH };
        let typed = typed(&[("/reason", "<script>\"&")]);
        let shown = field(&locale, &Field::new("/reason", WORD, Control::Line), &typed, None).into_string();
        assert!(shown.contains("&lt;script&gt;&quot;&amp;") && !shown.contains("<script>"), "{shown}");
    }
}
