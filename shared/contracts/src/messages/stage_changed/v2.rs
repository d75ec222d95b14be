//! `stage.changed`, version 2: words stay where they were said.
//!
//! Version 1 carried what the person who transferred the visit said, as a text in the event, where nobody could shred it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::v1;
use crate::ids::{DepartmentId, VisitId};
use crate::messages::work_assigned::Because;

/// A visit was reassigned: another department, a new epoch. Said by routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageChanged {
    /// The visit.
    pub visit: VisitId,
    /// Its new epoch.
    pub epoch: u32,
    /// The department whose work it now is.
    pub department: DepartmentId,
    /// Who transferred it and why; absent for what version 1 said.
    pub because: Option<Because>,
}

/// What version 1 said in words is not carried on: it had no author, and no key to forget it by.
impl From<v1::StageChanged> for StageChanged {
    fn from(said: v1::StageChanged) -> Self {
        let v1::StageChanged { visit, epoch, department, reason: _ } = said;
        Self { visit, epoch, department, because: None }
    }
}
