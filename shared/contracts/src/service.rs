//! The services and the stage kinds each of them serves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            /// Every one, in the order of the architecture page.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word as it stands in subjects, files and configuration.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text { $($word => Ok(Self::$variant),)+ other => Err(other.to_owned()) }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// A service that owns a store and says events.
    ServiceName {
        /// Channels, complainants, the complaint record, numbering, files.
        Intake = "intake",
        /// Playbooks, the directory, the stage graph, work items, clocks, the ladder.
        Routing = "routing",
        /// Verification, findings, liability, remedy proposals, their execution.
        Investigation = "investigation",
        /// The authority matrix, rounds, review, meetings, audit, accountability.
        Approval = "approval",
        /// Every word to the customer and to staff.
        Notification = "notification",
        /// Read models only; says nothing.
        Analytics = "analytics",
    }
}

words! {
    /// What kind of thing is done at a stage. Each kind is served by one service.
    StageKind {
        /// Putting the complaint on record.
        Register = "register",
        /// Asking the complainant for what is missing.
        Clarify = "clarify",
        /// Classifying, and naming the department that must answer.
        Triage = "triage",
        /// Pending until a fact.
        Wait = "wait",
        /// Closing summary and filing.
        Archive = "archive",
        /// Substantiated or not, with the complained-of department.
        Verify = "verify",
        /// Evidence, findings, root cause.
        Investigate = "investigate",
        /// A remedy proposal.
        Propose = "propose",
        /// Carrying the remedy out.
        Execute = "execute",
        /// Returned goods.
        Inspect = "inspect",
        /// Corrective action.
        Correct = "correct",
        /// A round over the authority matrix.
        Approve = "approve",
        /// Review before approval.
        Review = "review",
        /// A joint meeting with a signed agreed opinion.
        Meet = "meet",
        /// Audit before archive.
        Audit = "audit",
        /// An accountability decision.
        Account = "account",
        /// First contact and progress.
        Contact = "contact",
        /// Telling the customer the result.
        Reply = "reply",
        /// Asking for satisfaction.
        Callback = "callback",
    }
}

impl StageKind {
    /// The service that serves visits of this kind (architecture, "Services, and what each owns").
    #[must_use]
    pub const fn service(self) -> ServiceName {
        match self {
            Self::Register | Self::Clarify => ServiceName::Intake,
            Self::Triage | Self::Wait | Self::Archive => ServiceName::Routing,
            Self::Verify
            | Self::Investigate
            | Self::Propose
            | Self::Execute
            | Self::Inspect
            | Self::Correct => ServiceName::Investigation,
            Self::Approve | Self::Review | Self::Meet | Self::Audit | Self::Account => ServiceName::Approval,
            Self::Contact | Self::Reply | Self::Callback => ServiceName::Notification,
        }
    }
}
