//! How a form was made. It says so again when it is sent, so that what was typed is read as it was asked for, though case,
//! playbook or directory may be others by then: a repetition is the same order to the byte, and nothing typed is dropped.

use contracts::{Language, Text};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Choice, Control, Field, Label, Typed};
use crate::words::shell as words;

/// More rows than any form has, whatever is said of one when it is sent.
const MOST_ROWS: usize = 50;

/// A field as far as it is needed to read it, and to show what was typed in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsMade {
    at: String,
    label: Text,
    kind: Kind,
}

/// What the value of a field is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Text,
    Person,
    Number,
    Money,
    Truth,
    Moment(String),
    Several(Vec<String>),
    Remedies(Vec<String>),
    Points(Vec<String>),
    Amounts(Vec<(String, i64)>),
    Rows(Vec<AsMade>, usize),
    Standing(String),
}

/// All fields of a form, as it says them again.
#[must_use]
pub fn as_made(fields: &[Field]) -> Vec<AsMade> {
    fields.iter().map(AsMade::from).collect()
}

impl From<&Field> for AsMade {
    fn from(field: &Field) -> Self {
        let keys = |choices: &[Choice]| choices.iter().map(|one| one.value.clone()).collect();
        let kind = match &field.control {
            Control::Line
            | Control::Phone
            | Control::Email
            | Control::Paragraph
            | Control::Day
            | Control::Choice(_)
            | Control::Radio(_) => Kind::Text,
            Control::Person(_) => Kind::Person,
            Control::Number | Control::Grade(_) => Kind::Number,
            Control::Money => Kind::Money,
            Control::YesNo | Control::Either(_) | Control::Tick => Kind::Truth,
            Control::Moment(zone) => Kind::Moment(zone.iana_name().unwrap_or("UTC").to_owned()),
            Control::Several(choices) => Kind::Several(keys(choices)),
            Control::Remedies(choices) => Kind::Remedies(keys(choices)),
            Control::Points(choices) => Kind::Points(keys(choices)),
            Control::Amounts(all) => {
                Kind::Amounts(all.iter().map(|(choice, fen)| (choice.value.clone(), *fen)).collect())
            }
            Control::Rows(columns, most) => Kind::Rows(as_made(columns), *most),
            Control::Standing(text) => Kind::Standing(text.clone()),
        };
        let label = |language| field.label.get(language).to_owned();
        Self {
            at: field.at.to_string(),
            label: Text { zh: label(Language::Zh), en: label(Language::En) },
            kind,
        }
    }
}

impl From<AsMade> for Field {
    fn from(made: AsMade) -> Self {
        let choices = |keys: Vec<String>| keys.into_iter().map(plain).collect();
        let control = match made.kind {
            Kind::Text => Control::Paragraph,
            Kind::Person => Control::Person(Vec::new()),
            Kind::Number => Control::Number,
            Kind::Money => Control::Money,
            Kind::Truth => Control::YesNo,
            Kind::Moment(zone) => Control::Moment(TimeZone::get(&zone).unwrap_or(TimeZone::UTC)),
            Kind::Several(keys) => Control::Several(choices(keys)),
            Kind::Remedies(keys) => Control::Remedies(choices(keys)),
            Kind::Points(keys) => Control::Points(choices(keys)),
            Kind::Amounts(all) => {
                Control::Amounts(all.into_iter().map(|(key, fen)| (plain(key), fen)).collect())
            }
            Kind::Rows(columns, most) => {
                let plain = columns.into_iter().filter(|one| !matches!(one.kind, Kind::Rows(..)));
                Control::Rows(plain.map(Self::from).collect(), most.min(MOST_ROWS))
            }
            Kind::Standing(text) => Control::Standing(text),
        };
        Self::new(made.at, made.label, control)
    }
}

/// A choice of which only the key is known.
fn plain(key: String) -> Choice {
    Choice { label: Label::Name(key.clone()), value: key }
}

/// The fields of a form as the case stands now, with what was typed when they were others: what was typed in a field that
/// is not asked for any more, or chosen of what is not to be chosen any more, stays in sight and is sent with the rest.
#[must_use]
pub fn keep(now: Vec<Field>, made: &[Field], typed: &Typed) -> Vec<Field> {
    let mut all = now;
    for was in made {
        let gone = !all.iter().any(|field| field.at == was.at);
        if gone && typed.has_below(&was.at) {
            all.push(was.clone().hint(words::NOT_ASKED_ANY_MORE));
        }
    }
    for field in &mut all {
        keep_columns(field, made, typed);
        keep_order(field, made, typed);
        keep_choices(field, typed);
    }
    all
}

/// What was ticked or filled in and is not to be chosen any more, in the order in which it stood.
fn keep_order(field: &mut Field, made: &[Field], typed: &Typed) {
    let was = made.iter().find(|was| was.at == field.at).map(|was| &was.control);
    let several = |control: &Control| match control {
        Control::Several(all) | Control::Remedies(all) | Control::Points(all) => all.clone(),
        _ => Vec::new(),
    };
    let before = was.map(several).unwrap_or_default();
    let at = field.at.to_string();
    if let Control::Several(now) | Control::Remedies(now) | Control::Points(now) = &mut field.control {
        let is_typed = |one: &Choice| typed.get(&format!("{at}/{}", one.value)).is_some();
        for one in before.into_iter().filter(is_typed) {
            if now.iter().all(|known| known.value != one.value) {
                now.push(one);
            }
        }
    }
}

/// The same of the columns of a list.
fn keep_columns(field: &mut Field, made: &[Field], typed: &Typed) {
    let was = made.iter().find(|was| was.at == field.at).map(|was| &was.control);
    let (Control::Rows(columns, most), Some(Control::Rows(before, rows))) = (&mut field.control, was) else {
        return;
    };
    *most = (*most).max(*rows);
    for column in before {
        let gone = !columns.iter().any(|one| one.at == column.at);
        if gone && (0..*most).any(|n| typed.has_below(&column.of_row(&field.at, n).at)) {
            columns.push(column.clone().hint(words::NOT_ASKED_ANY_MORE));
        }
    }
}

fn keep_choices(field: &mut Field, typed: &Typed) {
    let at = field.at.to_string();
    let add = |choices: &mut Vec<Choice>, key: &str| {
        if !choices.iter().any(|one| one.value == key) {
            choices.push(plain(key.to_owned()));
        }
    };
    match &mut field.control {
        Control::Choice(choices) | Control::Radio(choices) | Control::Grade(choices) => {
            typed.get(&at).into_iter().for_each(|key| add(choices, key));
        }
        Control::Several(choices) | Control::Remedies(choices) | Control::Points(choices) => {
            typed.below(&at).filter(|key| !key.contains('/')).for_each(|key| add(choices, key));
        }
        Control::Rows(columns, most) => {
            for column in columns {
                for n in 0..*most {
                    let mut there = column.of_row(&at, n);
                    keep_choices(&mut there, typed);
                    column.control = there.control;
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::read;
    use super::*;
    use crate::words::Word;

    const WORD: Word = words::YES;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        Typed(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn again(fields: &[Field]) -> Vec<Field> {
        let said = serde_json::to_string(&as_made(fields)).unwrap();
        let made: Vec<AsMade> = serde_json::from_str(&said).unwrap();
        made.into_iter().map(Field::from).collect()
    }

    #[test]
    fn a_form_is_read_as_it_was_made() {
        let choices = || vec![Choice::new("b", WORD), Choice::new("a", WORD)];
        let row = vec![
            Field::new("/due", WORD, Control::Moment(TimeZone::get("Asia/Shanghai").unwrap())),
            Field::new("/percent", WORD, Control::Number),
            Field::new("/person", WORD, Control::Person(vec![Choice::new("li.na", WORD)])),
        ];
        let fields = [
            Field::new("/reason", WORD, Control::Paragraph),
            Field::new("/amount", WORD, Control::Money),
            Field::new("/level", WORD, Control::Grade(choices())),
            Field::new("/grant", WORD, Control::Either(choices())),
            Field::new("/attended", WORD, Control::Several(choices())),
            Field::new("/remedies", WORD, Control::Remedies(choices())),
            Field::new("/points", WORD, Control::Points(choices())),
            Field::new(
                "/less",
                WORD,
                Control::Amounts(vec![(Choice::new("a", WORD), 300), (Choice::new("b", WORD), 0)]),
            ),
            Field::new("/rows", WORD, Control::Rows(row, 2)),
            Field::new("/fields/cause", WORD, Control::Standing("before".into())),
        ];
        let typed = typed(&[
            ("/reason", "why"),
            ("/amount", "1.50"),
            ("/level", "2"),
            ("/grant", "true"),
            ("/attended/a", "true"),
            ("/attended/b", "true"),
            ("/remedies/a", "true"),
            ("/remedies/a/amount", "3"),
            ("/points/b", "x"),
            ("/less/a", "2"),
            ("/rows/1/due", "2026-11-30T17:30"),
            ("/rows/1/person", "李娜（li.na）"),
            ("/fields/cause", ""),
        ]);
        let body = read(&fields, &typed).unwrap();
        assert_eq!(read(&again(&fields), &typed).unwrap().to_string(), body.to_string());
        assert_eq!(body["attended"], json!(["b", "a"]));
        assert_eq!(body["less"], json!([{"remedy": "a", "amount": 200}, {"remedy": "b", "amount": 0}]));
        assert_eq!(body["rows"], json!([{"due": "2026-11-30T09:30:00Z", "person": "li.na"}]));
        assert_eq!(body["fields"]["cause"], "");
    }

    #[test]
    fn what_was_typed_stays_though_it_is_not_asked_for_any_more() {
        let made = [
            Field::new("/facts/form_vehicle", WORD, Control::Line),
            Field::new("/facts/form_place", WORD, Control::Line),
        ];
        let now = vec![
            Field::new("/department", WORD, Control::Choice(vec![Choice::new("sales", WORD)])),
            Field::new(
                "/who",
                WORD,
                Control::Rows(vec![Field::new("/person", WORD, Control::Choice(vec![]))], 2),
            ),
        ];
        let typed =
            typed(&[("/facts/form_vehicle", "沪A"), ("/department", "gone"), ("/who/1/person", "li.na")]);
        let kept = keep(now, &made, &typed);
        let places: Vec<_> = kept.iter().map(|field| &*field.at).collect();
        assert_eq!(places, ["/department", "/who", "/facts/form_vehicle"]);
        let Control::Choice(choices) = &kept[0].control else { panic!("still to be chosen") };
        assert_eq!(choices.iter().map(|one| &*one.value).collect::<Vec<_>>(), ["sales", "gone"]);
        let body = read(&kept, &typed).unwrap();
        assert_eq!(
            body,
            json!({
                "department": "gone", "who": [{"person": "li.na"}], "facts": {"form_vehicle": "沪A"},
            })
        );
        let Control::Rows(columns, _) = &kept[1].control else { panic!("still rows") };
        assert!(matches!(&columns[0].control, Control::Choice(choices) if choices.len() == 1));
    }

    #[test]
    fn what_nobody_asks_has_no_end() {
        let endless = json!([{"at": "/a", "label": {"zh": "甲", "en": "A"}, "kind": {"rows": [[
            {"at": "/b", "label": {"zh": "甲", "en": "A"}, "kind": {"rows": [[], 1_000_000_000]}},
            {"at": "/c", "label": {"zh": "甲", "en": "A"}, "kind": "text"},
        ], 1_000_000_000]}}]);
        let made: Vec<AsMade> = serde_json::from_value(endless).unwrap();
        let fields: Vec<Field> = made.into_iter().map(Field::from).collect();
        let Control::Rows(columns, most) = &fields[0].control else { panic!("rows") };
        assert_eq!((columns.len(), *most), (1, MOST_ROWS));
    }
}
