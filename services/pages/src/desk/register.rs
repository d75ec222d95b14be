//! Taking a complaint in, by keyboard alone: what is typed is looked up as it is typed, and nothing is on record before
//! it is sent. Without any script the same is looked up by a button.

use contracts::{Fen, Problem, Text};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::caller::{self, Caller};
use super::guide::{self, Guide};
use crate::Locale;
use crate::forms::{AsMade, Choice, Control, Field, Typed, as_made, carried, field, fields};
use crate::refusal;
use crate::words::{Word, desk as words, known};

/// Where it is sent.
pub const ADDRESS: &str = "/console/register";
/// Where what was typed is looked up.
pub const LOOK: &str = "/console/register/look";

/// What the playbook and the house have to choose from, and what must be given.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The ways in.
    pub channels: Vec<Choice>,
    /// Natures of the matter.
    pub kinds: Vec<Choice>,
    /// Who complains.
    pub customer_types: Vec<Choice>,
    /// What it may be about.
    pub categories: Vec<Choice>,
    /// Departments that may be complained of.
    pub departments: Vec<Choice>,
    /// People who may be complained of.
    pub people: Vec<Choice>,
    /// Places of what must be given; `/complainant` is any way to reach the customer.
    pub required: Vec<String>,
    /// What else the playbook takes down, by the key of its field, with its own label.
    pub extra: Vec<(String, Option<Text>)>,
    /// Marks that people set: the fact and its label.
    pub marks: Vec<(String, Text)>,
    /// What may be settled at once; none where the reader may not.
    pub settle: Option<Fen>,
    /// The remedies that may be given.
    pub remedies: Vec<Choice>,
    /// Who may be liable.
    pub liable: Vec<Choice>,
}

/// The form with everything around it.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// What is asked.
    pub asked: Asked,
    /// What is known of who calls.
    pub caller: Caller,
    /// What the playbook has the receiver go through and say.
    pub guide: Guide,
    /// What was typed.
    pub typed: Typed,
    /// What was refused.
    pub problem: Option<Problem>,
    /// What was typed where nothing is asked for any more, as the procedure is another by now.
    pub kept: Vec<Field>,
    /// How the form was made that was sent and of which nobody knows whether it was done: it is sent again as it is.
    pub sent: Option<MadeFor>,
    /// The key under which it is put on record once.
    pub key: String,
}

/// How the form was made, as it says it again when it is sent: what was typed is read as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFor {
    fields: Vec<AsMade>,
    /// The checklists, with how many points each has.
    pub checklists: Vec<(String, usize)>,
}

impl MadeFor {
    /// Its fields.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        self.fields.iter().cloned().map(Field::from).collect()
    }
}

impl Register {
    /// How the form is made.
    #[must_use]
    pub fn made_for(&self) -> MadeFor {
        let lists = self.guide.checklists.iter().map(|list| (list.key.clone(), list.items.len()));
        let fields = [self.asked.all(), self.kept.clone()].concat();
        let now = || MadeFor { fields: as_made(&fields), checklists: lists.collect() };
        self.sent.clone().unwrap_or_else(now)
    }
}

/// How a field of intake is filled in.
enum By {
    Line,
    Money,
    Kinds,
    Customers,
    Departments,
    People,
}

/// The fields that a playbook may ask for beside those that are always there: key, place, label.
const FURTHER: &[(&str, &str, Word, By)] = &[
    ("customer_type", "/customer_type", words::CUSTOMER_TYPE, By::Customers),
    ("customer_number", "/facts/form_customer_number", words::CUSTOMER_NUMBER, By::Line),
    ("kind", "/kind", words::KIND, By::Kinds),
    ("complained_department", "/complained_of", words::COMPLAINED_OF, By::Departments),
    ("complained_person", "/complained_of_person", words::COMPLAINED_OF_PERSON, By::People),
    ("opinion", "/opinion", words::OPINION, By::Line),
    ("amount", "/amount", words::AMOUNT, By::Money),
    ("occurred_at", "/facts/form_occurred_at", words::OCCURRED_AT, By::Line),
    ("place", "/facts/form_place", words::PLACE, By::Line),
    ("product", "/facts/form_product", words::PRODUCT, By::Line),
    ("batch", "/facts/form_batch", words::BATCH, By::Line),
    ("quantity", "/facts/form_quantity", words::QUANTITY, By::Line),
    ("vehicle", "/facts/form_vehicle", words::VEHICLE, By::Line),
];

impl Asked {
    fn needs(&self, at: &str) -> bool {
        self.required.iter().any(|one| one == at)
    }

    fn field(&self, at: &'static str, label: Word, control: Control) -> Field {
        let field = Field::new(at, label, control);
        if self.needs(at) { field.required() } else { field }
    }

    /// Who calls.
    #[must_use]
    pub fn contact(&self) -> Vec<Field> {
        vec![
            self.field("/complainant/phone", words::PHONE, Control::Phone),
            self.field("/complainant/name", words::NAME, Control::Line),
        ]
    }

    /// Further ways to reach them.
    #[must_use]
    pub fn further_contact(&self) -> Vec<Field> {
        vec![
            self.field("/complainant/email", words::EMAIL, Control::Email),
            self.field("/complainant/address", words::POST, Control::Line),
            self.field("/complainant/other", words::OTHER_CONTACT, Control::Line),
        ]
    }

    /// What it is about.
    #[must_use]
    pub fn matter(&self) -> Vec<Field> {
        let mut all =
            vec![self.field("/channel", words::CHANNEL, Control::Choice(self.channels.clone())).required()];
        if !self.categories.is_empty() {
            all.push(self.field("/category", words::CATEGORY, Control::Choice(self.categories.clone())));
        }
        all.push(Field::new("/narrative", words::NARRATIVE, Control::Paragraph).required());
        all.push(self.field("/demand", words::DEMAND, Control::Line));
        all.push(self.field("/order_number", words::ORDER, Control::Line));
        all.extend(FURTHER.iter().filter_map(|one| self.further(one)));
        let marks = self.marks.iter();
        all.extend(
            marks.map(|(fact, label)| Field::new(format!("/facts/{fact}"), label.clone(), Control::Tick)),
        );
        all
    }

    fn further(&self, (key, at, label, by): &(&str, &'static str, Word, By)) -> Option<Field> {
        let named = self.extra.iter().find(|(extra, _)| extra == key);
        let control = match by {
            By::Line => Control::Line,
            By::Money => Control::Money,
            By::Kinds => Control::Choice(self.kinds.clone()),
            By::Customers => Control::Choice(self.customer_types.clone()),
            By::Departments => Control::Choice(self.departments.clone()),
            By::People => Control::Choice(self.people.clone()),
        };
        // One of a kind need not be chosen, and what a complaint is may always be said.
        let several = matches!(&control, Control::Choice(choices) if choices.len() > 1);
        let usual = matches!(by, By::Kinds | By::Customers | By::Departments) && several;
        let field = self.field(at, *label, control);
        let field = match named.and_then(|(_, label)| label.clone()) {
            Some(label) => Field { label: label.into(), ..field },
            None => field,
        };
        (field.required || named.is_some() || usual).then_some(field)
    }

    /// How it was settled at once; nothing where the reader may settle nothing.
    #[must_use]
    pub fn settlement(&self) -> Vec<Field> {
        if self.settle.is_none() {
            return Vec::new();
        }
        vec![
            Field::new("/settlement/account", words::SETTLED_HOW, Control::Paragraph),
            Field::new("/settlement/remedies", words::SETTLED_WITH, Control::Remedies(self.remedies.clone())),
            Field::new("/facts/liability_clear", known::LIABILITY_CLEAR, Control::Tick),
            Field::new("/facts/liable", known::LIABLE, Control::Choice(self.liable.clone())),
        ]
    }

    /// All fields, as they are read.
    #[must_use]
    pub fn all(&self) -> Vec<Field> {
        [self.contact(), self.further_contact(), self.matter(), self.settlement()].concat()
    }
}

/// The page.
#[must_use]
pub fn page(locale: &Locale, csrf: &str, model: &Register) -> Markup {
    html! {
        div.page-header.mb-3 {
            h1.page-title { (locale.say(words::REGISTER)) }
            p.text-secondary.mb-0 { (locale.say(words::REGISTER_HINT)) }
        }
        @if let Some(problem) = &model.problem { (summary(locale, &model.asked, problem)) }
        form #register .once.desk method="post" action=(ADDRESS) data-quick {
            (carried(csrf, Some(&model.key)))
            input type="hidden" name="made_for" value=(json!(model.made_for()));
            (contact(locale, model))
            (caller::section(locale, &model.caller))
            (matter(locale, model))
            div.desk-guide { (guide::view(locale, &model.guide, &model.typed)) }
            div.desk-send {
                button.btn.btn-primary.btn-lg type="submit" aria-keyshortcuts="Control+Enter" { (locale.say(words::REGISTER_NOW)) }
                kbd.wide { (locale.say(words::QUICK_KEY)) }
            }
        }
    }
}

/// What was refused, with a way to each field; it has the focus.
fn summary(locale: &Locale, asked: &Asked, problem: &Problem) -> Markup {
    let fields = asked.all();
    let wrong: Vec<&Field> =
        fields.iter().filter(|field| refusal::at(Some(problem), &field.at).is_some()).collect();
    html! {
        div #summary tabindex="-1" autofocus {
            (refusal::alert(locale, problem))
            @if !wrong.is_empty() {
                ul.wrong {
                    @for field in wrong { li { a href={ "#" (field.id()) } { (field.label.get(locale.language)) } } }
                }
            }
        }
    }
}

fn contact(locale: &Locale, model: &Register) -> Markup {
    let (asked, problem) = (&model.asked, model.problem.as_ref());
    let further = asked.further_contact();
    let open = further.iter().any(|one| one.required || model.typed.get(&one.at).is_some());
    html! {
        fieldset.desk-contact {
            legend.h3 { (locale.say(words::CALLER)) }
            @if refusal::at(problem, "/complainant").is_some() { div.refused { (locale.say(words::ONE_CONTACT)) } }
            div.two {
                @for (n, one) in asked.contact().into_iter().enumerate() {
                    (field(locale, &if n == 0 && problem.is_none() { one.first() } else { one }, &model.typed, problem))
                }
            }
            // Whoever presses Enter in a line looks up, and sends nothing by mistake.
            button.btn.btn-sm.mb-3 type="submit" formaction=(LOOK) formnovalidate hx-post=(LOOK) hx-target="#caller" hx-select="#caller" hx-swap="outerMorph" {
                (locale.say(words::LOOK_UP))
            }
            details.mb-3 open[open] {
                summary { (locale.say(words::FURTHER_CONTACT)) }
                (fields(locale, &further, &model.typed, problem))
            }
        }
    }
}

fn matter(locale: &Locale, model: &Register) -> Markup {
    let (asked, problem) = (&model.asked, model.problem.as_ref());
    let settlement = asked.settlement();
    let open = settlement.iter().any(|one| {
        model.typed.0.iter().any(|(name, value)| name.starts_with(&*one.at) && !value.trim().is_empty())
    });
    html! {
        fieldset.desk-matter {
            legend.h3 { (locale.say(words::MATTER)) }
            div.two {
                @for one in asked.matter() {
                    div.whole[matches!(one.control, Control::Paragraph)] { (field(locale, &one, &model.typed, problem)) }
                }
            }
            (fields(locale, &model.kept, &model.typed, problem))
            @if let Some(most) = asked.settle {
                details.settle open[open || refusal::at(problem, "/settlement").is_some()] {
                    summary { strong { (locale.say(words::SETTLE)) } " " span.text-secondary { (locale.fill(words::SETTLE_MOST, &[("amount", &locale.money(most))])) } }
                    p.text-secondary.small { (locale.say(words::SETTLE_HINT)) }
                    @if let Some(wrong) = refusal::at(problem, "/settlement") { div.refused { (wrong.code.title(locale.language)) } }
                    (fields(locale, &settlement, &model.typed, problem))
                }
            }
        }
    }
}
