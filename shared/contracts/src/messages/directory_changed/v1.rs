//! `directory.changed`, version 1.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::Actor;
use crate::ids::{DepartmentId, PersonId, RoleKey, ShiftKey};
use crate::service::words;
use crate::words::Text;

/// Departments and people were added or changed. Said by routing, on the subject of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryChanged {
    /// Departments as they now are.
    pub departments: Vec<Department>,
    /// People as they now are.
    pub people: Vec<Person>,
    /// Shifts as they now are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Shift>,
    /// Who changed them.
    pub by: Actor,
}

/// A department, store or other unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its key.
    pub id: DepartmentId,
    /// Its name.
    pub name: Text,
    /// The unit above it.
    #[serde(default)]
    pub parent: Option<DepartmentId>,
    /// The duty manager, whom a ladder reaches when nobody else can be.
    #[serde(default)]
    pub duty_manager: Option<PersonId>,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their key.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub department: DepartmentId,
    /// The roles they hold in their department.
    #[serde(default)]
    pub roles: std::collections::BTreeSet<RoleKey>,
    /// Their line manager.
    #[serde(default)]
    pub manager: Option<PersonId>,
    /// How customers reach them directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// How colleagues reach them by e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// How colleagues reach them by telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What they are able to do.
    #[serde(default)]
    pub skills: std::collections::BTreeSet<String>,
    /// The shift that they work; without one they are on duty whenever they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftKey>,
    /// Days on which they work another shift, or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roster: Vec<RosterDay>,
    /// When they are away and who stands in.
    #[serde(default)]
    pub absences: Vec<Absence>,
    /// Whether they still work here.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// A shift: the hours of each weekday, in the zone of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Its key.
    pub id: ShiftKey,
    /// Its name.
    pub name: Text,
    /// The hours by the weekday on which they begin, such as `08:00-16:00`; `22:00-06:00` ends the next morning. A weekday
    /// that is left out is not worked.
    pub week: BTreeMap<Weekday, Vec<String>>,
}

words! {
    /// A weekday.
    Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

impl Weekday {
    /// The weekday of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        // Counted from Monday, as the list is.
        let at = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        Self::ALL[at % Self::ALL.len()]
    }
}

/// A day on which somebody works another shift, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RosterDay {
    /// The day.
    pub date: Date,
    /// The shift; none for a day off.
    #[serde(default)]
    pub shift: Option<ShiftKey>,
}

/// A time away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// From when.
    pub from: Timestamp,
    /// Until when (exclusive).
    pub until: Timestamp,
    /// Who stands in; never gains more than the absent person has.
    #[serde(default)]
    pub deputy: Option<PersonId>,
}
