//! What a service is to the shell and to the simulator: a pure core.
//!
//! `decide` turns a state and an input into a [`Decision`] or a refusal; `evolve` folds what happened into the
//! state. Both are pure: time, ids and look-ups come through [`Context`]. Nothing here may do I/O, read a clock or
//! draw a random number; the shell (PostgreSQL and NATS) and the simulator (memory) run the very same cores.
//!
//! What a service decides on is an [`Input`], what it may know besides its state is the [`Context`], what comes of it
//! is a [`Decision`], and what is published of that is [`Said`].

mod context;
mod decision;
mod input;
mod said;
mod standing;

use contracts::{Event, Language, Problem, ServiceName, SubjectRef};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use context::{Context, Sight};
pub use decision::{Decision, EntryChange, EntryKey, TimerChange, Word, answer_of};
pub use input::{Due, Heard, Input};
pub use said::{Said, seal};
pub use standing::Standing;

/// A service's pure core.
pub trait Service: Send + Sync + 'static {
    /// What it knows of one subject. Kept as JSON beside the head.
    type State: Serialize + DeserializeOwned + Default + Clone + Send + Sync + 'static;
    /// A row of its own tables, written in the transaction of the decision.
    type Row: Send + Sync + 'static;

    /// Its name.
    fn name(&self) -> ServiceName;
    /// The services it hears, whole.
    fn sources(&self) -> &'static [ServiceName];
    /// The verbs it takes.
    fn verbs(&self) -> Vec<&'static str>;

    /// The events it says, by name, for the message map.
    fn says(&self) -> &'static [&'static str] {
        &[]
    }
    /// The events it heeds; of all others it only notes the sequence. For the message map.
    fn heeds(&self) -> Heeds {
        Heeds::These(&[])
    }

    /// Decides on one input.
    ///
    /// A command may be refused and then changes nothing. A heard event or a due timer cannot be refused: an `Err`
    /// for one parks it. Must be a function of its arguments and of what the context answers.
    ///
    /// # Errors
    /// A problem with a stable code.
    fn decide(
        &self,
        context: &Context<'_, Self::State>,
        state: &Self::State,
        input: &Input,
    ) -> Result<Decision<Self::Row>, Problem>;

    /// Folds what happened into the state: first the heard event itself, then each event the decision said.
    fn evolve(&self, state: &mut Self::State, happened: &Happened<'_>);
}

/// Which of the events it hears a service heeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heeds {
    /// Every one.
    All,
    /// These, by name.
    These(&'static [&'static str]),
}

impl Heeds {
    /// Whether `what` is among them.
    #[must_use]
    pub fn holds(&self, what: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.contains(&what),
        }
    }
}

/// Something that happened to a subject, as `evolve` sees it.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'a> {
    /// Who said it: another service, or this one.
    pub source: ServiceName,
    /// When (business time of the decision that said it).
    pub time: Timestamp,
    /// The subject.
    pub subject: &'a SubjectRef,
    /// What.
    pub event: &'a Event,
}

/// The language that staff-facing text is written in when nothing else is known.
pub const DEFAULT_LANGUAGE: Language = Language::Zh;
