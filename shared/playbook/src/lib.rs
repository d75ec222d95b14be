//! The procedure of an organisation as data: its model, its JSON Schema, its checks and its evaluation.
//!
//! * [`load`] — from a text to a [`CompiledPlaybook`], or to every [`Finding`] with its line and column.
//! * [`model`] — what a playbook can say; [`acting`] — which of it acts today.
//! * [`CompiledPlaybook`] — where a case goes, which clocks and rungs, who decides: pure answers over an [`Env`].
//! * [`StageBrief`] — what travels with a visit, so that other services need no playbook.
//! * [`schema`] — the JSON Schema, committed beside the playbooks.
//!
//! Nothing here reads a file, a clock or a store.

pub mod acting;
mod brief;
mod check;
mod compiled;
mod effective;
mod env;
mod finding;
mod form_fields;
mod giving;
mod in_force;
mod lanes;
mod load;
mod making_briefs;
mod matrix;
pub mod model;
mod numbering;
mod outcomes;
mod pack;
mod rule;
mod schema;
mod shape;
pub mod sheet;
mod sites;
mod skills;
mod source;
mod wording;
mod words;
mod writing;

pub use acting::Acting;
pub use brief::*;
pub use compiled::{CompiledPlaybook, EvaluationError, Next};
pub use effective::report_waits;
pub use env::{CaseView, Env};
pub use finding::{Code, Finding};
pub use form_fields::{CaseField, FieldSource};
pub use in_force::{Activation, InForce, versions};
pub use load::{Document, documents, load, load_as, load_pack};
pub use matrix::deciding_row;
pub use model::*;
pub use numbering::{PatternError, Period};
pub use outcomes::outcomes_of;
pub use pack::{AttachedPack, RulePack};
pub use rule::{Names, Rule, RuleError, RuleProblem};
pub use schema::{pack_schema, schema};
pub use wording::{Warning, warnings};
pub use words::{Cel, Key, LoopKey, RowKey, RungKey, Yuan};
pub use writing::write;
