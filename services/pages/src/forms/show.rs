//! A form as it is shown: as it was typed, with what was refused beside its field.

use contracts::{Fen, Problem};
use maud::{Markup, html};

use super::read::inside;
use super::{Choice, Control, Field, Typed, id};
use crate::Locale;
use crate::refusal;
use crate::words::shell as words;

/// The fields of a form, as they were typed, with what was refused.
#[must_use]
pub fn fields(locale: &Locale, fields: &[Field], typed: &Typed, problem: Option<&Problem>) -> Markup {
    html! { @for one in fields { (field(locale, one, typed, problem)) } }
}

/// One field.
#[must_use]
pub fn field(locale: &Locale, field: &Field, typed: &Typed, problem: Option<&Problem>) -> Markup {
    let wrong = refusal::at(problem, &field.at);
    let id = id(&field.at);
    let described = described(&id, field.hint.is_some(), wrong.is_some());
    let standing = match &field.control {
        Control::Standing(text) if wrong.is_some() => Some(text.trim()),
        _ => None,
    };
    let rest = html! {
        @if let Some(hint) = &field.hint { div.form-hint #{ (id) "-hint" } { (hint.get(locale.language)) } }
        @if let Some(wrong) = wrong { div.refused #{ (id) "-wrong" } { (wrong.code.title(locale.language)) } }
        @if let Some(text) = standing {
            p.mb-0.small { (locale.say(words::STANDS_THERE)) }
            blockquote.said.mb-0 { @if text.is_empty() { (locale.say(words::STANDS_EMPTY)) } @else { (text) } }
        }
    };
    let label = html! {
        (field.label.get(locale.language))
        @if field.required { " " span.text-secondary.small { "(" (locale.say(words::REQUIRED)) ")" } }
    };
    html! {
        @if let Control::Tick = field.control {
            div.mb-3 {
                (tick(&field.at, &label, typed.get(&field.at).is_some(), described.as_deref()))
                (rest)
            }
        } @else if is_group(&field.control) {
            fieldset.mb-3 #(id) aria-describedby=[described.as_deref()] {
                legend.form-label { (label) }
                (group(locale, field, typed, problem))
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

const fn is_group(control: &Control) -> bool {
    matches!(
        control,
        Control::Radio(_)
            | Control::Grade(_)
            | Control::YesNo
            | Control::Either(_)
            | Control::Several(_)
            | Control::Remedies(_)
            | Control::Points(_)
            | Control::Amounts(_)
            | Control::Rows(..)
    )
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
    let value = typed.0.get(&*field.at).map_or("", String::as_str);
    let invalid = wrong.then_some("true");
    let (kind, mode, complete) = match field.control {
        Control::Phone => ("tel", "tel", "tel"),
        Control::Email => ("email", "email", "email"),
        Control::Money => ("text", "decimal", "off"),
        Control::Number => ("text", "numeric", "off"),
        Control::Day => ("date", "text", "off"),
        Control::Moment(_) => ("datetime-local", "text", "off"),
        _ => ("text", "text", "off"),
    };
    let complete = if field.first { "off" } else { complete };
    html! {
        @match &field.control {
            Control::Paragraph | Control::Standing(_) => textarea.form-control.is-invalid[wrong] id=(id) name=(field.at) rows="4" required[field.required]
                aria-describedby=[described] aria-invalid=[invalid] { (value) },
            Control::Choice(choices) => select.form-select.is-invalid[wrong] id=(id) name=(field.at) required[field.required]
                aria-describedby=[described] aria-invalid=[invalid] {
                option value="" { (locale.say(words::PLEASE_CHOOSE)) }
                @for choice in choices {
                    option value=(choice.value) selected[choice.value == value] { (choice.label.get(locale.language)) }
                }
            },
            Control::Person(people) => input.form-control.is-invalid[wrong] id=(id) name=(field.at) list=(PEOPLE) autocomplete="off"
                value=(named(locale, people, value)) required[field.required] aria-describedby=[described] aria-invalid=[invalid];,
            _ => input.form-control.is-invalid[wrong] id=(id) type=(kind) inputmode=(mode) autocomplete=(complete) name=(field.at)
                value=(value) required[field.required] autofocus[field.first] aria-describedby=[described] aria-invalid=[invalid];,
        }
    }
}

/// The id of the list of people, which is one for all fields of a form.
const PEOPLE: &str = "people";

/// Somebody's name with their key, as the list has them; what is not in the list stands as it was typed.
fn named(locale: &Locale, people: &[Choice], value: &str) -> String {
    let found = people.iter().find(|one| one.value == value);
    found.map_or_else(|| value.to_owned(), |one| listed(locale, one))
}

fn listed(locale: &Locale, one: &Choice) -> String {
    format!("{} ({})", one.label.get(locale.language), one.value)
}

/// The list that all fields of a form share which ask for somebody; nothing where none does.
#[must_use]
pub fn people(locale: &Locale, fields: &[Field]) -> Markup {
    let asked = fields.iter().find_map(|field| match &field.control {
        Control::Person(people) => Some(people),
        Control::Rows(columns, _) => columns.iter().find_map(|column| match &column.control {
            Control::Person(people) => Some(people),
            _ => None,
        }),
        _ => None,
    });
    html! {
        @if let Some(people) = asked {
            datalist #(PEOPLE) { @for one in people { option value=(listed(locale, one)) {} } }
        }
    }
}

fn group(locale: &Locale, field: &Field, typed: &Typed, problem: Option<&Problem>) -> Markup {
    let yes_no = [Choice::new("true", words::YES), Choice::new("false", words::NO)];
    match &field.control {
        Control::Remedies(choices) => html! { @for one in choices { (remedy(locale, field, one, typed)) } },
        Control::Several(choices) => html! { @for one in choices { (several(locale, field, one, typed)) } },
        Control::Points(points) => html! { @for one in points { (point(locale, field, one, typed)) } },
        Control::Amounts(all) => html! {
            div.amounts { @for one in all.iter().filter(|(_, fen)| *fen > 0) { (amount(locale, field, one, typed)) } }
        },
        Control::Rows(columns, most) => rows(locale, field, (columns, *most), (typed, problem)),
        Control::Radio(choices) | Control::Grade(choices) | Control::Either(choices) => {
            radio(locale, field, choices, typed)
        }
        _ => radio(locale, field, &yes_no, typed),
    }
}

fn radio(locale: &Locale, field: &Field, choices: &[Choice], typed: &Typed) -> Markup {
    let value = typed.get(&field.at);
    html! {
        @for choice in choices {
            label.form-check.form-check-inline {
                input.form-check-input type="radio" name=(field.at) value=(choice.value) required[field.required]
                    checked[value == Some(choice.value.as_str())];
                span.form-check-label { (choice.label.get(locale.language)) }
            }
        }
    }
}

fn tick(name: &str, label: &Markup, ticked: bool, described: Option<&str>) -> Markup {
    html! {
        label.form-check {
            input.form-check-input type="checkbox" name=(name) value="true" checked[ticked] aria-describedby=[described];
            span.form-check-label { (label) }
        }
    }
}

fn several(locale: &Locale, field: &Field, choice: &Choice, typed: &Typed) -> Markup {
    let name = inside(field, &choice.value);
    tick(&name, &html! { (choice.label.get(locale.language)) }, typed.get(&name).is_some(), None)
}

fn point(locale: &Locale, field: &Field, choice: &Choice, typed: &Typed) -> Markup {
    let name = inside(field, &choice.value);
    let id = id(&name);
    html! {
        label.form-label.fw-normal for=(id) { (choice.label.get(locale.language)) }
        textarea.form-control.mb-2 id=(id) name=(name) rows="2" required[field.required] { (typed.get(&name).unwrap_or_default()) }
    }
}

/// A remedy with its amount: one without a price is left empty.
fn remedy(locale: &Locale, field: &Field, choice: &Choice, typed: &Typed) -> Markup {
    let name = inside(field, &choice.value);
    let amount = format!("{name}/amount");
    let label = choice.label.get(locale.language);
    html! {
        div.remedy {
            (tick(&name, &html! { (label) }, typed.get(&name).is_some(), None))
            input.form-control.form-control-sm type="text" inputmode="decimal" name=(amount) placeholder="¥"
                value=(typed.get(&amount).unwrap_or_default()) aria-label={ (label) " ¥" } autocomplete="off";
        }
    }
}

/// An amount that stands there and may be another.
fn amount(locale: &Locale, field: &Field, (choice, fen): &(Choice, i64), typed: &Typed) -> Markup {
    let name = inside(field, &choice.value);
    let id = id(&name);
    let stands = Fen(*fen).to_string();
    html! {
        div {
            label.form-label.fw-normal for=(id) { (choice.label.get(locale.language)) " ¥" }
            input.form-control id=(id) type="text" inputmode="decimal" name=(name) autocomplete="off"
                value=(typed.get(&name).unwrap_or(&stands));
        }
    }
}

/// The first is in sight and asked for as the field is; those in which nothing is filled in are folded away.
fn rows(
    locale: &Locale,
    field: &Field,
    (columns, most): (&[Field], usize),
    (typed, problem): (&Typed, Option<&Problem>),
) -> Markup {
    let of_row = |n: usize| {
        let asked = n == 0 && field.required;
        let column = move |one: &Field| Field { required: one.required && asked, ..one.of_row(&field.at, n) };
        columns.iter().map(column).collect::<Vec<_>>()
    };
    let filled = |n: usize| {
        let start = format!("{}/{n}/", field.at);
        typed.0.iter().any(|(name, value)| name.starts_with(&start) && !value.trim().is_empty())
    };
    html! {
        @for n in 0..most {
            @let number = (n + 1).to_string();
            @if n == 0 || filled(n) {
                div.row-of-form role="group" aria-label=(number) {
                    @if let Some(wrong) = problem.and_then(|problem| refusal::exactly(problem, &format!("{}/{n}", field.at))) {
                        div.refused { (wrong.code.title(locale.language)) }
                    }
                    (fields(locale, &of_row(n), typed, problem))
                }
            } @else {
                details.row-of-form {
                    summary { (locale.fill(words::ANOTHER, &[("n", &number)])) }
                    (fields(locale, &of_row(n), typed, problem))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use contracts::Language;

    use super::*;

    fn locale() -> Locale {
        let zone = jiff::tz::TimeZone::UTC;
        Locale { language: Language::En, zone, now: jiff::Timestamp::UNIX_EPOCH }
    }

    fn typed(name: &str, value: &str) -> Typed {
        Typed([(name.to_owned(), value.to_owned())].into())
    }

    #[test]
    fn what_was_typed_is_escaped_and_kept() {
        let typed = typed("/reason", "<script>\"&");
        let line = Field::new("/reason", words::YES, Control::Line);
        let shown = field(&locale(), &line, &typed, None).into_string();
        assert!(shown.contains("&lt;script&gt;&quot;&amp;") && !shown.contains("<script>"), "{shown}");
    }

    #[test]
    fn all_rows_share_one_list_of_people() {
        let everybody: Vec<_> = (0..1_000)
            .map(|n| Choice::new(format!("p{n}"), crate::forms::Label::Name(format!("员工 {n}"))))
            .collect();
        let columns = vec![Field::new("/person", words::YES, Control::Person(everybody))];
        let fields = [Field::new("/rows", words::YES, Control::Rows(columns, 5))];
        let typed = typed("/rows/1/person", "p7");
        let shown = self::fields(&locale(), &fields, &typed, None).into_string();
        assert!(shown.len() < 4_000 && shown.contains("value=\"员工 7 (p7)\""), "{shown}");
        let list = people(&locale(), &fields).into_string();
        assert_eq!(list.matches("<option").count(), 1_000);
    }

    #[test]
    fn rows_that_are_filled_in_are_in_sight() {
        let columns = vec![Field::new("/measure", words::YES, Control::Line).required()];
        let rows = Field::new("/measures", words::YES, Control::Rows(columns, 4)).required();
        let shown = field(&locale(), &rows, &typed("/measures/1/measure", "x"), None).into_string();
        assert_eq!(
            (shown.matches("<details").count(), shown.matches(" required").count()),
            (2, 1),
            "{shown}"
        );
    }
}
