//! Every event of the product, as one type: what `decide` gives and `evolve` takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::messages::Message;

/// An event that cannot be read: it is parked, never guessed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No version of this program says such a thing.
    #[error("no event is called {0}")]
    UnknownWhat(String),
    /// The event is known, this version of it is not.
    #[error("{what} has no version {version}")]
    UnknownVersion {
        /// The event's name.
        what: String,
        /// The version.
        version: u32,
    },
    /// The body is not of that version.
    #[error("the body is not a {what} of version {version}")]
    Body {
        /// The event's name.
        what: &'static str,
        /// The version.
        version: u32,
        /// What serde found.
        source: serde_json::Error,
    },
}

macro_rules! events {
    ($($variant:ident in $module:ident),+ $(,)?) => {
        /// An event at its current version.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "what", content = "body")]
        pub enum Event {
            $(#[doc = concat!("See [`crate::messages::", stringify!($module), "`].")]
            $variant(crate::messages::$module::$variant)),+
        }
        impl Event {
            /// The event's name within its source, such as `stage.entered`.
            #[must_use]
            pub const fn what(&self) -> &'static str {
                match self { $(Self::$variant(_) => <crate::messages::$module::$variant as Message>::WHAT),+ }
            }
            /// The version that is written.
            #[must_use]
            pub const fn version(&self) -> u32 {
                match self { $(Self::$variant(_) => <crate::messages::$module::$variant as Message>::VERSION),+ }
            }
            /// The body as the bytes to publish.
            ///
            /// # Errors
            /// What `serde_json` says; none of the bodies has a key that is not a string, so none is expected.
            pub fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(Self::$variant(body) => serde_json::to_vec(body)),+ }
            }
            /// Reads a body.
            ///
            /// # Errors
            /// [`ReadError`] when the name or version is unknown or the body is not of it.
            pub fn read(what: &str, version: u32, body: &[u8]) -> Result<Self, ReadError> {
                match what {
                    $(<crate::messages::$module::$variant as Message>::WHAT =>
                        <crate::messages::$module::$variant as Message>::read(version, body).map(Self::$variant),)+
                    other => Err(ReadError::UnknownWhat(other.to_owned())),
                }
            }
        }
        $(impl From<crate::messages::$module::$variant> for Event {
            fn from(body: crate::messages::$module::$variant) -> Self { Self::$variant(body) }
        })+
        /// The names of all events with their current versions.
        pub const WHATS: &[(&str, u32)] = &[$((
            <crate::messages::$module::$variant as Message>::WHAT,
            <crate::messages::$module::$variant as Message>::VERSION,
        )),+];
        /// The JSON Schema of every event's current version, by name.
        #[must_use]
        pub fn schemas() -> Vec<(&'static str, u32, schemars::Schema)> {
            vec![$((
                <crate::messages::$module::$variant as Message>::WHAT,
                <crate::messages::$module::$variant as Message>::VERSION,
                schemars::schema_for!(crate::messages::$module::$variant),
            )),+]
        }
    };
}

events! {
    ComplaintRegistered in complaint_registered,
    FileAdded in file_added,
    ClaimClarified in claim_clarified,
    PersonErased in person_erased,
    FactRecorded in fact_recorded,
    PlaybookPublished in playbook_published,
    PlaybookActivated in playbook_activated,
    ActivationWithdrawn in activation_withdrawn,
    PlaybookApplied in playbook_applied,
    CalendarPublished in calendar_published,
    CalendarApplied in calendar_applied,
    DirectoryChanged in directory_changed,
    StageEntered in stage_entered,
    StageChanged in stage_changed,
    StageWithdrawn in stage_withdrawn,
    StageCompleted in stage_completed,
    WorkRequested in work_requested,
    WorkAssigned in work_assigned,
    WorkQueued in work_queued,
    WorkWithdrawn in work_withdrawn,
    ClockStarted in clock_started,
    ClockChanged in clock_changed,
    ClockStopped in clock_stopped,
    ClockMissed in clock_missed,
    CaseChanged in case_changed,
    CaseEscalated in case_escalated,
    TeamCalled in team_called,
    RulingOpened in ruling_opened,
    RulingGiven in ruling_given,
    RulingWithdrawn in ruling_withdrawn,
    ReportDue in report_due,
    HandoverWritten in handover_written,
    HandoverAcknowledged in handover_acknowledged,
    ActLate in act_late,
    CaseClosed in case_closed,
    FormFilled in form_filled,
    FormSigned in form_signed,
    LedgerEntered in ledger_entered,
    LedgerSettled in ledger_settled,
    VerificationRecorded in verification_recorded,
    FindingRecorded in finding_recorded,
    ProposalMade in proposal_made,
    RemedyExecuted in remedy_executed,
    MeasuresPlanned in measures_planned,
    MeasureDone in measure_done,
    EffectVerified in effect_verified,
    RoundOpened in round_opened,
    DecisionRecorded in decision_recorded,
    ReviewRecorded in review_recorded,
    AuditRecorded in audit_recorded,
    OpinionRecorded in opinion_recorded,
    OpinionSigned in opinion_signed,
    AccountabilityDecided in accountability_decided,
    RoundClosed in round_closed,
    NoticeRequested in notice_requested,
    NoticeSettled in notice_settled,
    ReplyTold in reply_told,
    CustomerAnswered in customer_answered,
    CallbackNoted in callback_noted,
    CallbackRecorded in callback_recorded,
    ContactPrepared in contact_prepared,
    ContactRecorded in contact_recorded,
    ParkedSettled in parked_settled,
}
