//! From what was typed to the body of an order.

use contracts::{Fen, Problem, ProblemCode};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{Choice, Control, Field, Typed};

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
            Ok(Some(value)) => put(&mut body, &field.at, value),
            Ok(None) => {}
            Err(problem) => wrong.push(problem),
        }
    }
    Problem::all(wrong).map_or(Ok(Value::Object(body)), Err)
}

fn value(field: &Field, typed: &Typed) -> Result<Option<Value>, Problem> {
    match &field.control {
        Control::Remedies(choices) => return remedies(field, choices, typed).map(Some),
        Control::Several(choices) => {
            let ticked = choices.iter().filter(|one| typed.get(&inside(field, &one.value)).is_some());
            return Ok(Some(ticked.map(|one| one.value.as_str()).collect()));
        }
        Control::Points(points) => {
            let told = points.iter().filter_map(|one| Some((one, typed.get(&inside(field, &one.value))?)));
            return Ok(Some(told.map(|(one, text)| json!({ "point": one.value, "text": text })).collect()));
        }
        Control::Rows(columns, most) => return rows(field, (columns, *most), typed).map(Some),
        Control::Amounts(standing) => return amounts(field, standing, typed),
        Control::Standing(before) => {
            let now = typed.get(&field.at).unwrap_or_default();
            return Ok((now != before.trim()).then(|| now.into()));
        }
        _ => {}
    }
    let Some(text) = typed.get(&field.at) else { return Ok(None) };
    Ok(Some(match &field.control {
        Control::Person(_) => key_of(text).into(),
        Control::Money => fen(&field.at, text)?.into(),
        Control::Number | Control::Grade(_) => number(&field.at, text)?.into(),
        Control::Moment(zone) => moment(&field.at, text, zone)?.to_string().into(),
        Control::YesNo | Control::Either(_) | Control::Tick => (text == "true").into(),
        _ => text.into(),
    }))
}

/// The key of somebody, as it stands behind their name in the list; a key alone is itself.
fn key_of(text: &str) -> &str {
    let inside = text.strip_suffix([')', '）']).and_then(|text| text.rsplit_once(['(', '（']));
    inside.map_or(text, |(_, key)| key.trim())
}

/// The name of a part of a field.
pub(super) fn inside(field: &Field, key: &str) -> String {
    format!("{}/{key}", field.at)
}

fn remedies(field: &Field, choices: &[Choice], typed: &Typed) -> Result<Value, Problem> {
    let mut remedies = Vec::new();
    for choice in choices {
        let name = inside(field, &choice.value);
        if typed.get(&name).is_some() {
            let amount = typed.get(&format!("{name}/amount")).map_or(Ok(0), |text| fen(&field.at, text))?;
            remedies.push(json!({ "remedy": choice.value, "amount": amount }));
        }
    }
    Ok(Value::Array(remedies))
}

/// All amounts, if one is another than the one that stands there. One that is free stays so and is not asked for.
fn amounts(field: &Field, standing: &[(Choice, i64)], typed: &Typed) -> Result<Option<Value>, Problem> {
    let (mut all, mut changed) = (Vec::new(), false);
    for (choice, before) in standing {
        let name = inside(field, &choice.value);
        let now = typed.get(&name).map_or(Ok(*before), |text| fen(&name, text))?;
        changed |= now != *before;
        all.push(json!({ "remedy": choice.value, "amount": now }));
    }
    Ok(changed.then_some(Value::Array(all)))
}

fn rows(field: &Field, (columns, most): (&[Field], usize), typed: &Typed) -> Result<Value, Problem> {
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for n in 0..most {
        let mut row = Map::new();
        for column in columns {
            match value(&column.of_row(&field.at, n), typed) {
                // A list in which nothing was ticked is no reason to take a row for filled in.
                Ok(Some(Value::Array(list))) if list.is_empty() => {}
                Ok(Some(value)) => put(&mut row, &column.at, value),
                Ok(None) => {}
                Err(problem) => wrong.push(problem),
            }
        }
        if !row.is_empty() {
            rows.push(Value::Object(row));
        }
    }
    Problem::all(wrong).map_or(Ok(Value::Array(rows)), Err)
}

/// Where a place of the body is in the form: rows in which nothing is filled in are left out of the body, so those that
/// follow have other numbers there.
#[must_use]
pub fn of_row(fields: &[Field], typed: &Typed, place: &str) -> Option<String> {
    fields.iter().find_map(|field| {
        let Control::Rows(columns, most) = &field.control else { return None };
        let rest = place.strip_prefix(&*field.at)?.strip_prefix('/')?;
        let (number, column) = rest.split_once('/').map_or((rest, ""), |(number, column)| (number, column));
        let number: usize = number.parse().ok()?;
        let is_filled =
            |row: &usize| columns.iter().any(|one| typed.has_below(&one.of_row(&field.at, *row).at));
        let row = (0..*most).filter(is_filled).nth(number)?;
        let end = if column.is_empty() { String::new() } else { format!("/{column}") };
        Some(format!("{}/{row}{end}", field.at))
    })
}

fn fen(at: &str, text: &str) -> Result<i64, Problem> {
    let plain = text.trim_start_matches(['¥', '￥']).replace([',', '，'], "");
    Fen::from_yuan(plain.trim()).map(|fen| fen.0).map_err(|_| {
        Problem::new(ProblemCode::InvalidField, "that is no amount").at(at).expected("yuan, such as 120.50")
    })
}

fn number(at: &str, text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| {
        Problem::new(ProblemCode::InvalidField, "that is no whole number").at(at).expected("such as 3")
    })
}

/// The instant that a day and a time mean in `zone`, as a browser writes them.
///
/// # Errors
/// `invalid-field` when it is none.
pub fn moment(at: &str, text: &str, zone: &TimeZone) -> Result<Timestamp, Problem> {
    let local = text.parse::<DateTime>().and_then(|local| local.to_zoned(zone.clone()));
    local.map(|zoned| zoned.timestamp()).map_err(|_| {
        let problem = Problem::new(ProblemCode::InvalidField, "that is no day and time").at(at);
        problem.expected("such as 2026-11-30 17:30")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Word, shell as words};

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
            Field::new("/level", WORD, Control::Number),
            Field::new("/substantiated", WORD, Control::YesNo),
            Field::new("/give_up", WORD, Control::Tick),
            Field::new("/empty", WORD, Control::Line),
            Field::new(
                "/remedies",
                WORD,
                Control::Remedies(vec![Choice::new("refund", WORD), Choice::new("apology", WORD)]),
            ),
            Field::new("/told", WORD, Control::Several(vec![Choice::new("a", WORD), Choice::new("b", WORD)])),
            Field::new(
                "/points",
                WORD,
                Control::Points(vec![Choice::new("p", WORD), Choice::new("q", WORD)]),
            ),
        ];
        let typed = typed(&[
            ("/reason", " why "),
            ("/complainant/phone", "138"),
            ("/amount", "¥1,200.5"),
            ("/level", "2"),
            ("/substantiated", "false"),
            ("/empty", "  "),
            ("/remedies/refund", "true"),
            ("/remedies/refund/amount", "99"),
            ("/told/b", "true"),
            ("/points/q", "text"),
        ]);
        let body = json!({
            "reason": "why", "complainant": {"phone": "138"}, "amount": 120_050, "level": 2, "substantiated": false,
            "remedies": [{"remedy": "refund", "amount": 9900}], "told": ["b"],
            "points": [{"point": "q", "text": "text"}],
        });
        assert_eq!(read(&fields, &typed).unwrap(), body);
    }

    #[test]
    fn rows_that_are_filled_in_become_a_list() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let columns = vec![
            Field::new("/measure", WORD, Control::Paragraph),
            Field::new("/due", WORD, Control::Moment(zone)),
        ];
        let fields = [Field::new("/measures", WORD, Control::Rows(columns, 3))];
        let given = typed(&[
            ("/measures/0/measure", "first"),
            ("/measures/0/due", "2026-11-30T17:30"),
            ("/measures/1/measure", " "),
            ("/measures/2/measure", "third"),
        ]);
        let body =
            json!({"measures": [{"measure": "first", "due": "2026-11-30T09:30:00Z"}, {"measure": "third"}]});
        assert_eq!(read(&fields, &given).unwrap(), body);
        let problem = read(&fields, &typed(&[("/measures/1/due", "tomorrow")])).unwrap_err();
        assert_eq!(problem.field.as_deref(), Some("/measures/1/due"));
    }

    #[test]
    fn what_is_refused_of_a_row_is_refused_where_it_was_typed() {
        let columns = vec![
            Field::new("/measure", WORD, Control::Paragraph),
            Field::new("/told", WORD, Control::Several(vec![Choice::new("a", WORD)])),
        ];
        let fields = [
            Field::new("/reason", WORD, Control::Line),
            Field::new("/measures", WORD, Control::Rows(columns, 4)),
        ];
        let given = typed(&[
            ("/measures/0/measure", " "),
            ("/measures/1/told/a", "true"),
            ("/measures/3/measure", "x"),
        ]);
        let at = |place: &str| of_row(&fields, &given, place);
        assert_eq!(at("/measures/1/measure").as_deref(), Some("/measures/3/measure"));
        assert_eq!(at("/measures/0").as_deref(), Some("/measures/1"));
        assert_eq!((at("/measures/2/measure"), at("/measures"), at("/reason")), (None, None, None));
    }

    #[test]
    fn somebody_is_found_by_the_key_behind_their_name() {
        let fields = [Field::new("/person", WORD, Control::Person(Vec::new()))];
        for text in ["li.na", "李娜（li.na）", "Li Na (li.na)", " Li (Na) (li.na) "] {
            assert_eq!(
                read(&fields, &typed(&[("/person", text)])).unwrap(),
                json!({"person": "li.na"}),
                "{text}"
            );
        }
    }

    #[test]
    fn what_stands_is_sent_only_when_it_was_changed() {
        let fields = |before: &str| [Field::new("/cause", WORD, Control::Standing(before.into()))];
        let body = |before: &str, now: &str| read(&fields(before), &typed(&[("/cause", now)])).unwrap();
        assert_eq!(body("wet", "wet "), json!({}));
        assert_eq!(body("wet", "dry"), json!({"cause": "dry"}));
        assert_eq!(body("wet", " "), json!({"cause": ""}));
        assert_eq!(body("", ""), json!({}));
    }

    #[test]
    fn what_cannot_be_a_value_is_refused_at_its_field() {
        for control in [Control::Money, Control::Number] {
            let fields = [Field::new("/amount", WORD, control)];
            let problem = read(&fields, &typed(&[("/amount", "much")])).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("/amount"));
        }
    }
}
