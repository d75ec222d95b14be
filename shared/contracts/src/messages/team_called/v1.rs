//! `team.called`, version 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::PersonId;
use crate::words::Text;

/// A team was put together for a case. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamCalled {
    /// The team's key in the playbook.
    pub team: String,
    /// Its name.
    pub label: Text,
    /// Who leads it; nobody where nobody could be found.
    pub leader: Option<PersonId>,
    /// Who stands in.
    pub deputy: Option<PersonId>,
    /// The members.
    pub members: Vec<PersonId>,
    /// Members from outside, such as the customer or a supplier, as the playbook names them.
    pub outside: Vec<Text>,
}
