//! What a batch knows: loaded under its locks, and looked up between two rounds of folding.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use contracts::ids::CommandId;
use contracts::{OrganisationId, ServiceName, SubjectRef};
use journal::command::Recorded;
use journal::entry::EntryId;
use journal::held::Held;
use journal::parked::Parked;
use journal::{Head, command, entry, head, held, parked};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::memory::{Memory, Peeked};
use super::task::{Message, Task, Waiting};

/// A locked head with its state; the error says why the stored state cannot be read.
#[derive(Debug)]
pub(crate) struct KnownHead<T> {
    pub(crate) head: Head,
    pub(crate) state: Result<Arc<T>, String>,
    pub(crate) inserted: bool,
}

/// Look-ups that a round asked for and that were not at hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) locks: BTreeSet<EntryId>,
    pub(crate) glances: BTreeSet<EntryId>,
    pub(crate) peeks: BTreeSet<SubjectRef>,
}

impl Wanted {
    pub(crate) fn is_empty(&self) -> bool {
        self.locks.is_empty() && self.glances.is_empty() && self.peeks.is_empty()
    }
}

/// Held events by subject and source, in sequence.
pub(crate) type HeldEvents = HashMap<(SubjectRef, ServiceName), BTreeMap<u64, Arc<Message>>>;

/// What a batch knows.
#[derive(Debug)]
pub(crate) struct Known<T> {
    pub(crate) heads: HashMap<SubjectRef, KnownHead<T>>,
    pub(crate) held: HeldEvents,
    pub(crate) commands: HashMap<(OrganisationId, CommandId), Recorded>,
    pub(crate) parked: HashMap<(OrganisationId, Uuid), Parked>,
    pub(crate) locked: BTreeMap<EntryId, Option<Value>>,
    pub(crate) glanced: HashMap<EntryId, Option<Value>>,
    pub(crate) peeked: HashMap<SubjectRef, Peeked<T>>,
    savepoint: bool,
}

impl<T: DeserializeOwned + Default> Known<T> {
    /// Locks the heads of the tasks and loads what belongs to them. Tasks whose head is not among the result are
    /// locked by another replica.
    pub(crate) async fn load(
        connection: &mut PgConnection,
        tasks: &[Waiting],
        memory: &mut Memory<T>,
    ) -> Result<Self, sqlx::Error> {
        let subjects: BTreeSet<&SubjectRef> = tasks.iter().filter_map(|w| w.task.subject()).collect();
        let mut known = Self {
            heads: lock_heads(connection, subjects).await?,
            held: HashMap::new(),
            commands: HashMap::new(),
            parked: HashMap::new(),
            locked: BTreeMap::new(),
            glanced: HashMap::new(),
            peeked: HashMap::new(),
            savepoint: false,
        };
        known.load_held(connection, tasks).await?;
        known.load_commands(connection, tasks).await?;
        let usual = memory.usual();
        known.look_up(connection, usual, memory).await?;
        Ok(known)
    }

    async fn load_held(
        &mut self,
        connection: &mut PgConnection,
        tasks: &[Waiting],
    ) -> Result<(), sqlx::Error> {
        let subjects: BTreeSet<&SubjectRef> = tasks
            .iter()
            .filter_map(|waiting| match &waiting.task {
                Task::Hear { message, .. } => Some(&message.envelope.subject),
                Task::TakeUp { subject, .. } => Some(subject),
                Task::Obey { order, .. } => settled_by(order.command()).map(|_| &order.command().subject),
                Task::SetAside { .. } | Task::Fire(_) => None,
            })
            // Also of new heads: an event that is held leaves no head behind.
            .filter(|subject| self.heads.contains_key(*subject))
            .collect();
        if subjects.is_empty() {
            return Ok(());
        }
        let subjects: Vec<SubjectRef> = subjects.into_iter().cloned().collect();
        for Held { subject, source, sequence, headers, body } in held::load(connection, &subjects).await? {
            // What was held was readable when it came; what is not any more stays where it is.
            if let Ok(message) = Message::read(headers, body) {
                self.held.entry((subject, source)).or_default().insert(sequence, Arc::new(message));
            }
        }
        Ok(())
    }

    async fn load_commands(
        &mut self,
        connection: &mut PgConnection,
        tasks: &[Waiting],
    ) -> Result<(), sqlx::Error> {
        let commands = || {
            tasks.iter().filter_map(|waiting| match &waiting.task {
                Task::Obey { order, .. } => Some(order.command()),
                Task::Hear { .. } | Task::SetAside { .. } | Task::Fire(_) | Task::TakeUp { .. } => None,
            })
        };
        let ids: Vec<_> = commands().map(|command| (command.organisation(), &command.id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        for recorded in command::load(&mut *connection, &ids).await? {
            self.commands.insert((recorded.organisation.clone(), recorded.id.clone()), recorded);
        }
        let settled: Vec<_> =
            commands().filter_map(|command| Some((command.organisation(), settled_by(command)?))).collect();
        if !settled.is_empty() {
            for parked in parked::load(connection, &settled).await? {
                self.parked.insert((parked.subject.organisation.clone(), parked.id), parked);
            }
        }
        Ok(())
    }

    /// Looks up what a round wanted. Entries are always locked all together in one fixed order: when more are wanted,
    /// those held are let go first, so that two replicas never wait for each other.
    pub(crate) async fn look_up(
        &mut self,
        connection: &mut PgConnection,
        wanted: Wanted,
        memory: &mut Memory<T>,
    ) -> Result<(), sqlx::Error> {
        if !wanted.locks.is_empty() {
            let mut all: BTreeSet<EntryId> = std::mem::take(&mut self.locked).into_keys().collect();
            all.extend(wanted.locks);
            self.lock_entries(connection, all).await?;
        }
        if !wanted.glances.is_empty() {
            let ids: Vec<EntryId> = wanted.glances.into_iter().collect();
            let found = entry::glance(&mut *connection, &ids).await?;
            self.glanced.extend(ids.into_iter().map(|id| (id, None)));
            self.glanced.extend(found.into_iter().map(|(id, value)| (id, Some(value))));
        }
        if !wanted.peeks.is_empty() {
            let subjects: Vec<SubjectRef> = wanted.peeks.into_iter().collect();
            let versions: Vec<u64> = subjects.iter().map(|subject| memory.version_of(subject)).collect();
            let found = head::peek_newer(connection, &subjects, &versions).await?;
            self.peeked.extend(subjects.into_iter().map(|subject| (subject, Ok(None))));
            for head in found {
                let state = memory.read(&head);
                self.peeked.insert(head.subject, state);
            }
        }
        Ok(())
    }

    async fn lock_entries(
        &mut self,
        connection: &mut PgConnection,
        wanted: BTreeSet<EntryId>,
    ) -> Result<(), sqlx::Error> {
        let savepoint = if self.savepoint { "rollback to savepoint look_ups" } else { "savepoint look_ups" };
        sqlx::query(savepoint).execute(&mut *connection).await?;
        self.savepoint = true;
        let wanted: Vec<EntryId> = wanted.into_iter().collect();
        entry::insert_missing(&mut *connection, &wanted).await?;
        self.locked = entry::lock(connection, &wanted).await?.into_iter().collect();
        Ok(())
    }
}

/// The parked message that a command settles, if it is such a command and can be read.
pub(crate) fn settled_by(command: &contracts::commands::Command) -> Option<Uuid> {
    use contracts::commands::parked::{SettleParked, VERBS};
    let settle: SettleParked =
        VERBS.contains(&command.verb.as_str()).then(|| command.read().ok()).flatten()?;
    Some(settle.id)
}

async fn lock_heads<T: DeserializeOwned + Default>(
    connection: &mut PgConnection,
    subjects: BTreeSet<&SubjectRef>,
) -> Result<HashMap<SubjectRef, KnownHead<T>>, sqlx::Error> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted: Vec<SubjectRef> = subjects.into_iter().cloned().collect();
    let mut heads: HashMap<SubjectRef, KnownHead<T>> = HashMap::with_capacity(wanted.len());
    for head in head::lock(connection, &wanted).await? {
        let state = state_of(&head);
        heads.insert(head.subject.clone(), KnownHead { head, state, inserted: false });
    }
    let missing: Vec<SubjectRef> = wanted.into_iter().filter(|s| !heads.contains_key(s)).collect();
    if !missing.is_empty() {
        for subject in head::insert_missing(connection, &missing).await? {
            let known = KnownHead {
                head: Head::new(subject.clone()),
                state: Ok(Arc::new(T::default())),
                inserted: true,
            };
            heads.insert(subject, known);
        }
    }
    Ok(heads)
}

pub(crate) fn state_of<T: DeserializeOwned + Default>(head: &Head) -> Result<Arc<T>, String> {
    match &head.state {
        None => Ok(Arc::new(T::default())),
        Some(text) => serde_json::from_str(text).map(Arc::new).map_err(|error| {
            // The place is said, never the value: a state may hold what should not be in a log.
            format!("the stored state cannot be read at column {}", error.column())
        }),
    }
}
