//! What routing knows of one subject. Everything here is folded from events alone, so that a history replays.

mod case;
mod clocks;
mod closing;
mod directory;
mod fold;
mod forms;
mod handovers;
mod organisation;
mod playbooks;
mod rulings;
mod shifts;
mod work;

use contracts::messages::fact_recorded::FactRecorded;
use contracts::{Event, SubjectKind};
use runtime::service::Happened;
use serde::{Deserialize, Serialize};

pub(crate) use case::word;
pub use case::{Case, Done, Main, Origin, Visit};
pub use clocks::{CaseClock, Extended, Pause, Stopped};
pub use closing::Closing;
pub use directory::Directory;
pub(crate) use fold::NO_WAY_ON;
pub use forms::{FilledForm, Forms, Signed, Written};
pub use handovers::Handover;
pub use organisation::{Applied, Organisation, PublishedCalendar};
pub use playbooks::{Playbooks, PublishedPlaybook};
pub use rulings::{Ended, Ruling};
pub(crate) use rulings::{RULE, visit_of};
pub(crate) use shifts::Hours;
pub use work::{Move, Moved, Work, WorkState};

/// The state of a subject: which it is follows from the kind of the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A complaint that was not put on record yet. Another service's facts may overtake the registration.
    Awaited {
        /// The facts that came first, in order.
        early: Vec<FactRecorded>,
    },
    /// A complaint on record: a case.
    Case(Box<Case>),
    /// A playbook with its published versions.
    Playbook(Playbooks),
    /// Departments and people.
    Directory(Directory),
    /// Activations and calendars.
    Organisation(Organisation),
    /// An entry of the shift-handover log.
    Handover(Handover),
}

impl Default for State {
    fn default() -> Self {
        Self::Awaited { early: Vec::new() }
    }
}

impl State {
    /// The case, once it is on record.
    #[must_use]
    pub fn case(&self) -> Option<&Case> {
        match self {
            Self::Case(case) => Some(case),
            Self::Awaited { .. }
            | Self::Playbook(_)
            | Self::Directory(_)
            | Self::Organisation(_)
            | Self::Handover(_) => None,
        }
    }
    /// The versions of a playbook.
    #[must_use]
    pub fn playbook(&self) -> Option<&Playbooks> {
        match self {
            Self::Playbook(versions) => Some(versions),
            Self::Awaited { .. }
            | Self::Case(_)
            | Self::Directory(_)
            | Self::Organisation(_)
            | Self::Handover(_) => None,
        }
    }
    /// The directory.
    #[must_use]
    pub fn directory(&self) -> Option<&Directory> {
        match self {
            Self::Directory(directory) => Some(directory),
            Self::Awaited { .. }
            | Self::Case(_)
            | Self::Playbook(_)
            | Self::Organisation(_)
            | Self::Handover(_) => None,
        }
    }
    /// The organisation.
    #[must_use]
    pub fn organisation(&self) -> Option<&Organisation> {
        match self {
            Self::Organisation(organisation) => Some(organisation),
            Self::Awaited { .. }
            | Self::Case(_)
            | Self::Playbook(_)
            | Self::Directory(_)
            | Self::Handover(_) => None,
        }
    }
    /// The entry of the shift-handover log.
    #[must_use]
    pub fn handover(&self) -> Option<&Handover> {
        match self {
            Self::Handover(handover) => Some(handover),
            Self::Awaited { .. }
            | Self::Case(_)
            | Self::Playbook(_)
            | Self::Directory(_)
            | Self::Organisation(_) => None,
        }
    }

    /// Folds what happened into the state.
    pub fn evolve(&mut self, happened: &Happened<'_>) {
        match happened.subject.kind {
            SubjectKind::Complaint => self.evolve_complaint(happened),
            SubjectKind::Playbook => {
                if let Event::PlaybookPublished(published) = happened.event {
                    let mut versions = self.playbook().cloned().unwrap_or_default();
                    versions.published(published, happened.time);
                    *self = Self::Playbook(versions);
                }
            }
            SubjectKind::Directory => {
                if let Event::DirectoryChanged(changed) = happened.event {
                    let mut directory = self.directory().cloned().unwrap_or_default();
                    directory.changed(changed);
                    *self = Self::Directory(directory);
                }
            }
            SubjectKind::Organisation => {
                let mut organisation = self.organisation().cloned().unwrap_or_default();
                if organisation.fold(happened) {
                    *self = Self::Organisation(organisation);
                }
            }
            SubjectKind::Handover => {
                if let Some(handover) = handovers::after(self.handover(), happened) {
                    *self = Self::Handover(handover);
                }
            }
            SubjectKind::Person => {}
        }
    }

    fn evolve_complaint(&mut self, happened: &Happened<'_>) {
        let early = match self {
            Self::Case(case) => return case.fold(happened),
            Self::Awaited { early } => early,
            Self::Playbook(_) | Self::Directory(_) | Self::Organisation(_) | Self::Handover(_) => return,
        };
        if let Event::FactRecorded(fact) = happened.event {
            early.push(fact.clone());
        } else if let Event::ComplaintRegistered(registered) = happened.event {
            let mut case = Case::registered(registered);
            early.iter().for_each(|fact| case.learn(&fact.facts));
            *self = Self::Case(Box::new(case));
        }
    }
}
