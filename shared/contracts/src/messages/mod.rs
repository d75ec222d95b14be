//! One folder an event: its versions, the upgrade to the current one, its schema and golden samples.
//!
//! To add a version: keep `v1.rs` as it is, write `v2.rs` with `impl From<v1::X> for X`, and list it in the
//! folder's `versions!`. Samples and schemas of every version stay for ever and are read back in a test.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::ReadError;

pub mod accountability_decided;
pub mod act_late;
pub mod activation_withdrawn;
pub mod audit_recorded;
pub mod calendar_applied;
pub mod calendar_published;
pub mod callback_noted;
pub mod callback_recorded;
pub mod case_changed;
pub mod case_closed;
pub mod case_escalated;
pub mod claim_clarified;
pub mod clock_changed;
pub mod clock_missed;
pub mod clock_started;
pub mod clock_stopped;
pub mod complaint_registered;
pub mod contact_prepared;
pub mod contact_recorded;
pub mod customer_answered;
pub mod decision_recorded;
pub mod directory_changed;
pub mod effect_verified;
pub mod fact_recorded;
pub mod file_added;
pub mod finding_recorded;
pub mod form_filled;
pub mod form_signed;
pub mod handover_acknowledged;
pub mod handover_written;
pub mod ledger_entered;
pub mod ledger_settled;
pub mod measure_done;
pub mod measures_planned;
pub mod notice_requested;
pub mod notice_settled;
pub mod opinion_recorded;
pub mod opinion_signed;
pub mod parked_settled;
pub mod person_erased;
pub mod playbook_activated;
pub mod playbook_applied;
pub mod playbook_published;
pub mod proposal_made;
pub mod remedy_executed;
pub mod reply_told;
pub mod report_due;
pub mod review_recorded;
pub mod round_closed;
pub mod round_opened;
pub mod ruling_given;
pub mod ruling_opened;
pub mod ruling_withdrawn;
pub mod stage_changed;
pub mod stage_completed;
pub mod stage_entered;
pub mod stage_withdrawn;
pub mod team_called;
pub mod verification_recorded;
pub mod work_assigned;
pub mod work_queued;
pub mod work_requested;
pub mod work_withdrawn;

/// The body of an event at its current version.
pub trait Message: Serialize + DeserializeOwned + JsonSchema {
    /// The event's name within its source.
    const WHAT: &'static str;
    /// The current version.
    const VERSION: u32;
    /// Reads any version that was ever said, upgraded to the current one.
    ///
    /// # Errors
    /// [`ReadError`] for a version nobody ever said, or a body that is not of it.
    fn read(version: u32, body: &[u8]) -> Result<Self, ReadError>;
}

/// Declares how a message is read: the current version, and each older one with its own type.
macro_rules! versions {
    ($current:ident = $what:literal, current $version:literal $(, $old:literal => $older:ty)* $(,)?) => {
        impl crate::messages::Message for $current {
            const WHAT: &'static str = $what;
            const VERSION: u32 = $version;
            fn read(version: u32, body: &[u8]) -> Result<Self, crate::event::ReadError> {
                let read = match version {
                    $version => serde_json::from_slice::<Self>(body),
                    $($old => serde_json::from_slice::<$older>(body).map(Self::from),)*
                    _ => return Err(crate::event::ReadError::UnknownVersion { what: $what.to_owned(), version }),
                };
                read.map_err(|source| crate::event::ReadError::Body { what: $what, version, source })
            }
        }
    };
}
pub(crate) use versions;
