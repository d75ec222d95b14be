//! Facts: the small true things that clocks, ladders and routing rules name.
//!
//! The keys are a closed list, plus three open families that a playbook declares itself: `signal_<key>` (words it
//! looks for in the narrative), `form_<key>` (further fields of what is taken down) and `completed_<form>` (one of its
//! forms is filled in and signed). A playbook that names any other key is refused.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of value a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// True or false.
    Flag,
    /// A whole number.
    Number,
    /// An amount in fen.
    Money,
    /// A short text or key.
    Text,
    /// An instant, RFC 3339.
    Time,
    /// A set of keys.
    Keys,
}

/// The value of a fact. Money is whole fen in `Int`; instants are RFC 3339 in `Text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FactValue {
    /// True or false.
    Bool(bool),
    /// A whole number or fen.
    Int(i64),
    /// A text, a key or an instant.
    Text(String),
    /// A set of keys.
    Keys(Vec<String>),
}

/// The facts known of a case.
pub type Facts = BTreeMap<FactKey, FactValue>;

/// How the key of the fact begins that a form is complete.
const COMPLETED: &str = "completed_";

/// A declared fact key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct FactKey(String);

macro_rules! declared {
    ($($key:ident : $kind:ident = $doc:literal),+ $(,)?) => {
        /// The closed list: key, kind, meaning.
        pub const DECLARED: &[(&str, FactKind, &str)] = &[$((stringify!($key), FactKind::$kind, $doc)),+];
        /// The declared keys as functions, so that a misspelt one does not compile.
        pub mod key {
            use super::FactKey;
            $(#[doc = $doc] #[must_use] pub fn $key() -> FactKey { FactKey(stringify!($key).to_owned()) })+
        }
    };
}

declared! {
    channel: Text = "The channel the complaint came by.",
    channel_unlisted: Flag = "It came by a channel that the playbook does not list (R-002).",
    menu_option: Text = "What the caller chose in the menu of the hotline; the rest is still to be asked (R-005).",
    notice_version: Number = "Which version of the notice the customer agreed to in a guided form (R-032).",
    notice_agreed: Time = "When the customer agreed to the notice (R-032).",
    province: Text = "The province that the customer chose (R-032).",
    company: Text = "The company complained of, as the customer chose it (R-032).",
    company_confirmed: Time = "When the customer confirmed the name of the company (R-032).",
    kind: Text = "The nature of the matter: complaint, report, inquiry, suggestion, help, other.",
    customer_type: Text = "Who complains: consumer, franchisee, agent, buyer …",
    category: Text = "What it is about.",
    complained_of: Text = "The complained-of department.",
    responsible: Text = "The department that must answer.",
    unit: Text = "The organisation unit where the matter happened.",
    order_key: Text = "A keyed hash of the order number, by which what concerns one order counts together.",
    amount: Money = "The amount demanded or at stake.",
    remedy_amount: Money = "The amount of the current proposal.",
    liable: Text = "The liable party: company, department, person, store, supplier, customer, external, undetermined.",
    liability_clear: Flag = "Whether it is clear who is liable (P14, P15).",
    substantiated: Flag = "Whether the complaint stands (R-113).",
    repeat: Flag = "The same person, order or matter complained before (R-028).",
    repeat_count: Number = "How many earlier complaints it repeats.",
    injury: Flag = "Somebody was hurt.",
    press: Flag = "Press or public attention.",
    regulator: Flag = "It came through a regulator, such as 12315.",
    legal: Flag = "Lawyers or courts are involved (P26).",
    major: Flag = "Major by the playbook's list.",
    difficult: Flag = "Difficult or repeatedly unsolved.",
    urgent: Flag = "Urgent (P37).",
    batch: Flag = "A batch of goods is affected (P18, P37).",
    hot: Flag = "A matter that many talk of (P04).",
    complex: Flag = "It belongs into the lane of complex business (R-048).",
    important: Flag = "Important or representative (P17, P30).",
    customer_contacted: Time = "When the customer was first reached.",
    last_contact: Time = "When the customer was last reached.",
    not_reached: Flag = "The customer could not be reached (P14).",
    time_agreed: Time = "The time agreed with the customer (R-072).",
    customer_limit: Time = "The customer's own limit (P37).",
    customer_agreed: Flag = "The customer agreed to the solution (R-165).",
    customer_understood: Flag = "The claim was restated and confirmed (R-034).",
    identity_verified: Flag = "The customer's identity and the information were verified (R-026).",
    goods_arrived: Time = "When returned goods arrived.",
    amount_known: Flag = "The amount is established.",
    settled_on_the_spot: Flag = "Settled by the front desk within its authority (R-037).",
    marked_for_callback: Flag = "Marked for a callback (P14).",
    dissatisfied: Flag = "The customer said that they are not satisfied.",
    satisfaction: Text = "The customer's last answer on the playbook's scale.",
    callbacks: Number = "Callbacks that reached the customer.",
    approved: Flag = "The current round approved the proposal.",
    remedy_executed: Flag = "The remedy was carried out.",
    measure_due: Time = "When the next measure that is not carried out yet is due (R-095).",
    measures_done: Flag = "Every measure of the plan was carried out (R-146).",
    report_approved: Flag = "A round that began after the measures were verified approved their report (R-155).",
    result_told: Flag = "The customer was told the result.",
}

impl FactKey {
    /// Parses a declared key, `signal_…`, `form_…` or `completed_…`.
    ///
    /// # Errors
    /// The text itself when it is none of these.
    pub fn new(text: impl Into<String>) -> Result<Self, String> {
        let text = text.into();
        let tail_fits = |tail: &str| {
            (1..=48).contains(&tail.len())
                && tail.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let open = ["signal_", "form_", COMPLETED]
            .iter()
            .any(|family| text.strip_prefix(family).is_some_and(tail_fits));
        if open || DECLARED.iter().any(|(key, ..)| *key == text) { Ok(Self(text)) } else { Err(text) }
    }
    /// The fact that a playbook's signal `name` was heard.
    ///
    /// # Errors
    /// The whole key when `name` is not 1–48 of a-z, 0-9, `_`.
    pub fn signal(name: &str) -> Result<Self, String> {
        Self::new(format!("signal_{name}"))
    }
    /// The fact that a playbook's form `name` is filled in and signed.
    ///
    /// # Errors
    /// The whole key when `name` is not 1–48 of a-z, 0-9, `_`.
    pub fn completed(name: &str) -> Result<Self, String> {
        Self::new(format!("{COMPLETED}{name}"))
    }
    /// The form that it says is complete, if it is such a fact.
    #[must_use]
    pub fn form(&self) -> Option<&str> {
        self.0.strip_prefix(COMPLETED)
    }
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The kind of its value: signals and complete forms are flags, form fields are texts.
    #[must_use]
    pub fn kind(&self) -> FactKind {
        let declared = DECLARED.iter().find(|(key, ..)| *key == self.0).map(|(_, kind, _)| *kind);
        let is_flag = self.0.starts_with("signal_") || self.form().is_some();
        declared.unwrap_or(if is_flag { FactKind::Flag } else { FactKind::Text })
    }
}

impl FactValue {
    /// Whether the value is of `kind`.
    #[must_use]
    pub fn is(&self, kind: FactKind) -> bool {
        match (self, kind) {
            (Self::Bool(_), FactKind::Flag)
            | (Self::Int(_), FactKind::Number | FactKind::Money)
            | (Self::Text(_), FactKind::Text)
            | (Self::Keys(_), FactKind::Keys) => true,
            (Self::Text(text), FactKind::Time) => text.parse::<jiff::Timestamp>().is_ok(),
            _ => false,
        }
    }
    /// The flag, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }
    /// The number or fen, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl From<bool> for FactValue {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}
impl From<i64> for FactValue {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<&str> for FactValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<jiff::Timestamp> for FactValue {
    fn from(time: jiff::Timestamp) -> Self {
        Self::Text(time.to_string())
    }
}

impl TryFrom<String> for FactKey {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::new(text).map_err(|text| format!("“{text}” is not a declared fact key"))
    }
}
impl From<FactKey> for String {
    fn from(key: FactKey) -> String {
        key.0
    }
}
impl std::fmt::Display for FactKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_keys_and_the_three_families_are_keys() {
        assert_eq!(FactKey::new("amount").unwrap().kind(), FactKind::Money);
        assert_eq!(FactKey::new("signal_injury").unwrap().kind(), FactKind::Flag);
        let complete = FactKey::completed("handling").unwrap();
        assert_eq!((complete.kind(), complete.form()), (FactKind::Flag, Some("handling")));
        for bad in ["nothing", "signal_", "completed_", "signal_Ä", "form", ""] {
            assert!(FactKey::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn values_know_their_kinds() {
        assert!(FactValue::from(true).is(FactKind::Flag));
        assert!(FactValue::from("2025-03-07T02:00:00Z").is(FactKind::Time));
        assert!(!FactValue::from("soon").is(FactKind::Time));
    }
}
