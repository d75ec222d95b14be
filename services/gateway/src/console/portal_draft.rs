//! What a customer has begun: the gates they passed and what they typed. It is kept here and never taken from the browser,
//! which has nothing but its cookie; sealed with a key made of that cookie, bounded, and for two hours.

use std::collections::BTreeMap;

use contracts::commands::intake::Guided;
use contracts::queries::intake::{Gate, GuidedListed};
use contracts::{OrganisationId, Problem, ProblemCode};
use jiff::{SignedDuration, Timestamp};
use pages::forms::{Field, Typed};
use pages::portal::guided::{self, Step};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use vault::{KeyId, KeyRing, Kind, Place, VaultConfig};

use super::visitor::{Visitor, hash, new_key};
use crate::problem::Refusal;
use crate::store::portal_draft;

/// How long it is kept since it was last changed.
const KEPT: SignedDuration = SignedDuration::from_hours(2);
/// How large it may be, in bytes: the longest narrative there is, and everything else.
const LARGEST: usize = 160 * 1024;

/// What a customer has begun.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Draft {
    /// The key under which it is taken once.
    pub key: String,
    /// The gates that were passed.
    pub passed: Guided,
    /// What was typed, by the place of its field.
    pub typed: BTreeMap<String, String>,
    /// Whether it is on record: then nothing of it changes any more.
    pub sent: bool,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self { key: new_key(), ..Self::default() }
    }

    /// As the browser's cookie opens it.
    ///
    /// # Errors
    /// That the store cannot be read.
    pub(super) async fn load(
        visitor: &Visitor,
        organisation: &OrganisationId,
    ) -> Result<Option<Self>, Refusal> {
        let browser = hash(visitor.secret());
        let found = portal_draft::find(&visitor.app.pool, organisation, &browser, visitor.app.now()).await;
        let Some(sealed) = found.map_err(|error| Refusal::store(&error))? else { return Ok(None) };
        let row = hex::encode(browser);
        // One that does not open is none: it was sealed by another release.
        let opened = ring(visitor)?.open(&sealed, place(organisation, &row)).ok();
        Ok(opened.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Keeps it.
    ///
    /// # Errors
    /// `too-large`, or that the store cannot be written.
    pub(super) async fn save(&self, visitor: &Visitor, organisation: &OrganisationId) -> Result<(), Refusal> {
        let bytes = serde_json::to_vec(self).map_err(|error| Refusal::defect(&error))?;
        if bytes.len() > LARGEST {
            let problem = Problem::new(ProblemCode::TooLarge, "this is more than a form may hold");
            return Err(problem.at("").expected(format!("at most {LARGEST} bytes in all")).into());
        }
        let browser = hash(visitor.secret());
        let row = hex::encode(&browser);
        let sealed = ring(visitor)?.seal(&bytes, place(organisation, &row));
        let sealed = sealed.map_err(|error| Refusal::defect(&error))?;
        let until = visitor.app.now() + KEPT;
        let kept = portal_draft::put(&visitor.app.pool, organisation, &browser, &sealed, until).await;
        kept.map_err(|error| Refusal::store(&error))
    }

    /// What was typed, as a form shows it.
    pub(super) fn typed(&self) -> Typed {
        Typed(self.typed.clone())
    }

    /// Takes what was typed into these fields, and nothing else that was sent.
    pub(super) fn take(&mut self, fields: &[Field], sent: &Typed) {
        for field in fields {
            match sent.get(&field.at) {
                Some(text) => drop(self.typed.insert(field.at.to_string(), text.to_owned())),
                None => drop(self.typed.remove(&*field.at)),
            }
        }
    }

    /// The notice was agreed to as it was shown. Agreed to once, it stays; another version is agreed to anew, and what was
    /// confirmed before it is confirmed again.
    pub(super) fn agree(&mut self, version: u32, now: Timestamp) {
        if self.passed.notice != Some(version) {
            (self.passed.notice, self.passed.agreed_at) = (Some(version), Some(now));
            self.unconfirm();
        }
    }

    /// Another province is chosen: a company of it has to be chosen and confirmed.
    pub(super) fn choose_province(&mut self, province: Option<&str>) {
        if self.passed.province.as_deref() != province {
            self.passed.province = province.map(str::to_owned);
            self.passed.company = None;
            self.unconfirm();
        }
    }

    /// Another company is chosen: it has to be confirmed.
    pub(super) fn choose_company(&mut self, company: Option<&str>) {
        if self.passed.company.as_deref() != company {
            self.passed.company = company.map(str::to_owned);
            self.unconfirm();
        }
    }

    /// The company's name was looked at and confirmed.
    pub(super) fn confirm(&mut self, now: Timestamp) {
        if !self.passed.confirmed {
            (self.passed.confirmed, self.passed.confirmed_at) = (true, Some(now));
        }
    }

    fn unconfirm(&mut self) {
        (self.passed.confirmed, self.passed.confirmed_at) = (false, None);
    }

    /// How far they may go: to the first step that is not done; `consumer` are the fields of the step before the last.
    pub(super) fn reaches(&self, form: &GuidedListed, consumer: &[Field]) -> Step {
        match form.next_gate(&self.passed) {
            Some(Gate::Notice) => Step::Notice,
            Some(Gate::Province) => Step::Province,
            Some(Gate::Company) => Step::Company,
            Some(Gate::Confirmation) => Step::Confirm,
            None if lacking(consumer, &self.typed()).is_some() => Step::Consumer,
            None => Step::Business,
        }
    }

    /// Whether a form was made for another company than is chosen now: in another tab, somebody chose anew.
    pub(super) fn is_of_another(&self, step: Step, sent: &Typed) -> bool {
        step >= Step::Confirm && sent.get(guided::OF) != self.passed.company.as_deref()
    }
}

/// The first of these fields that must be given and is not.
pub(super) fn lacking(fields: &[Field], typed: &Typed) -> Option<Problem> {
    let lacks = fields.iter().find(|field| field.required && typed.get(&field.at).is_none())?;
    let problem = Problem::new(ProblemCode::MissingField, "the field is missing");
    Some(problem.at(lacks.at.to_string()).expected("a value"))
}

/// Keys of this browser alone: made of its secret, of which the store has a hash.
fn ring(visitor: &Visitor) -> Result<KeyRing, Refusal> {
    let secret = |what: &str| {
        let digest = sha2::Sha256::digest(format!("portal-draft/{what}/{}", visitor.secret()));
        SecretString::from(hex::encode(digest))
    };
    let config = VaultConfig {
        keys: BTreeMap::from([(KeyId(1), secret("seal"))]),
        active: KeyId(1),
        index: secret("index"),
    };
    KeyRing::from_config(&config).map_err(|errors| match errors.first() {
        Some(error) => Refusal::defect(error),
        None => Refusal::new(ProblemCode::Internal, "there are no keys"),
    })
}

fn place<'a>(organisation: &'a OrganisationId, row: &'a str) -> Place<'a> {
    Place {
        kind: Kind::Contact,
        organisation: organisation.as_str(),
        table: "portal_draft",
        row,
        column: "sealed",
    }
}

#[cfg(test)]
mod tests {
    use pages::forms::Control;
    use pages::words::portal as words;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    /// whoever goes back and chooses otherwise passes what is behind it again; whoever does not, keeps it.
    #[test]
    fn choosing_otherwise_takes_back_what_was_passed_behind_it() {
        let mut draft = Draft::new();
        draft.agree(1, at(0));
        draft.choose_province(Some("chongqing"));
        draft.choose_company(Some("yudu"));
        draft.confirm(at(5));
        let whole = draft.passed.clone();
        draft.agree(1, at(9));
        draft.choose_province(Some("chongqing"));
        draft.choose_company(Some("yudu"));
        draft.confirm(at(9));
        assert_eq!(draft.passed, whole, "gone through once more without a change");

        draft.choose_company(Some("yunqi"));
        assert_eq!((draft.passed.confirmed, draft.passed.confirmed_at), (false, None));
        draft.confirm(at(10));
        draft.choose_province(Some("beijing"));
        assert_eq!((draft.passed.company.as_deref(), draft.passed.confirmed), (None, false));
        draft.choose_company(Some("yunqi"));
        draft.confirm(at(11));
        draft.agree(2, at(12));
        assert!(!draft.passed.confirmed, "nothing is confirmed before the notice as it reads now");
    }

    #[test]
    fn nothing_is_kept_but_what_the_form_asks() {
        let fields = [Field::new("/complainant/name", words::YOUR_NAME, Control::Line).required()];
        let sent = |pairs: &[(&str, &str)]| {
            Typed(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let mut draft = Draft::new();
        draft.take(&fields, &sent(&[("/complainant/name", "王芳"), ("/narrative", "x"), ("csrf", "t")]));
        assert_eq!(draft.typed.keys().collect::<Vec<_>>(), ["/complainant/name"]);
        assert_eq!(lacking(&fields, &draft.typed()), None);
        draft.take(&fields, &sent(&[]));
        assert_eq!(lacking(&fields, &draft.typed()).unwrap().field.as_deref(), Some("/complainant/name"));
    }

    #[test]
    fn a_form_of_another_company_is_known() {
        let mut draft = Draft::new();
        draft.choose_company(Some("yudu"));
        let of = |company: &str| Typed(BTreeMap::from([(guided::OF.to_owned(), company.to_owned())]));
        assert!(!draft.is_of_another(Step::Business, &of("yudu")));
        assert!(draft.is_of_another(Step::Business, &of("yunqi")));
        assert!(draft.is_of_another(Step::Confirm, &Typed::default()));
        assert!(!draft.is_of_another(Step::Company, &of("yunqi")), "it is chosen there");
    }
}
