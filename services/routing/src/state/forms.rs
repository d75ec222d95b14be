//! The forms of a case as they are filled in: one of each for each handling of the complaint.

use std::collections::BTreeMap;

use contracts::commands::Actor;
use contracts::messages::form_filled::FormFilled;
use contracts::messages::form_signed::FormSigned;
use contracts::{FactValue, FormKey, PersonId, RoleKey, WordRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The forms of a case, by form and handling.
pub type Forms = BTreeMap<FormKey, BTreeMap<u32, FilledForm>>;

/// A form as it is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilledForm {
    /// What people wrote, by field.
    pub written: BTreeMap<String, Written>,
    /// Who signed, by role.
    pub signed: BTreeMap<RoleKey, Signed>,
    /// What the case itself filled in when it was first signed; empty before.
    pub known: BTreeMap<String, FactValue>,
}

/// What somebody wrote into a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The text.
    pub text: WordRef,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Who.
    pub by: Actor,
    /// Whom they stood in for.
    pub instead_of: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

impl FilledForm {
    pub(super) fn fill(&mut self, said: &FormFilled, at: Timestamp) {
        for (field, text) in &said.fields {
            let written = Written { text: text.clone(), by: said.by.clone(), at };
            self.written.insert(field.clone(), written);
        }
        self.written.retain(|field, _| !said.emptied.contains(field));
    }

    pub(super) fn sign(&mut self, said: &FormSigned, at: Timestamp) {
        if self.signed.is_empty() {
            self.known.clone_from(&said.known);
        }
        let signed = Signed { by: said.by.clone(), instead_of: said.instead_of.clone(), at };
        self.signed.insert(said.role.clone(), signed);
    }
}
