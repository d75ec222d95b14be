//! Writing what a round gave: one multi-row statement a table, in one order.

use std::collections::HashMap;

use contracts::{Problem, ProblemCode, ServiceName, SubjectRef};
use journal::entry::EntryId;
use journal::head::HeadChange;
use journal::held::Held;
use journal::record::NewEvent;
use journal::timer::Timer;
use journal::{Hash, command, entry, head, held, parked, record, timer, word};
use serde_json::Value;
use sqlx::PgConnection;
use tracing::Span;
use uuid::Uuid;

use super::ShellParts;
use super::batch::{Failure, Try};
use super::known::Known;
use super::round::{Effects, Saying, Setting};
use super::store::Store;
use super::words::seal as seal_word;
use crate::service::{Input, Said, Service, seal};
use crate::telemetry::{input_span, outgoing};

/// Whether there is nothing to write: the transaction may as well be rolled back, with its locks and placeholders.
pub(crate) fn is_nothing<S: Service>(effects: &Effects<S>) -> bool {
    let untouched = effects.subjects.values().all(|open| !open.touched);
    untouched
        && effects.commands.is_empty()
        && effects.held.is_empty()
        && effects.released.is_empty()
        && effects.parked.is_empty()
        && effects.timers.is_empty()
}

/// Writes everything. The commands come last: where another replica is recording the same id, this waits for it.
pub(crate) async fn write<S: Service, W: Store<S>>(
    parts: &ShellParts<S, W>,
    connection: &mut PgConnection,
    known: &Known<S::State>,
    mut effects: Effects<S>,
    tried: Try<'_>,
) -> Result<(), Failure> {
    let mut spans = Spans::of(parts.service.name(), tried.span, &mut effects);
    let said = std::mem::take(&mut effects.said);
    let (said, ends) = seal_all(parts, known, said, tried, &mut spans)?;
    if !said.is_empty() {
        let events: Vec<NewEvent<'_>> = said
            .iter()
            .map(|said| NewEvent { envelope: &said.envelope, body: &said.body, hash: &said.hash })
            .collect();
        record::append(connection, &events).await?;
    }
    write_heads(connection, known, &effects, &ends).await?;
    write_timers(connection, &effects, &mut spans).await?;
    write_entries(connection, known, &effects).await?;
    write_words(parts, connection, &effects).await?;
    write_held(connection, &effects).await?;
    if !effects.parked.is_empty() {
        parked::park(connection, &effects.parked).await?;
    }
    if !effects.settled.is_empty() {
        let settled: Vec<_> = effects.settled.iter().map(|(of, id, how)| (of, *id, how)).collect();
        parked::settle(connection, &settled).await?;
    }
    if !effects.rows.is_empty() {
        parts.store.write_rows(connection, std::mem::take(&mut effects.rows)).await?;
    }
    if !effects.commands.is_empty() {
        let commands: Vec<_> = effects.commands.into_values().collect();
        let new = command::record(connection, &commands).await?;
        if new < commands.len() as u64 {
            // Another replica carried one of them out meanwhile, about another subject: the next try finds its answer.
            return Err(Failure::Conflict);
        }
    }
    Ok(())
}

/// One span an input, in the trace that the input came with; they end when everything is written.
struct Spans<'a> {
    service: ServiceName,
    batch: &'a Span,
    set_in: HashMap<Uuid, String>,
    begun: HashMap<Uuid, Span>,
}

impl<'a> Spans<'a> {
    fn of<S: Service>(service: ServiceName, batch: &'a Span, effects: &mut Effects<S>) -> Self {
        let set_in = std::mem::take(&mut effects.set_in);
        let mut spans = Self { service, batch, set_in, begun: HashMap::new() };
        if !batch.is_disabled() {
            for input in &effects.decided {
                spans.begin(input);
            }
        }
        spans
    }

    fn begin(&mut self, input: &Input) -> &Span {
        let root = input.root();
        let set_in = self.set_in.get(&root).map(String::as_str);
        self.begun.entry(root).or_insert_with(|| input_span(self.batch, self.service, input, set_in))
    }

    /// The trace context of what `input` causes.
    fn outgoing(&mut self, input: &Input) -> Option<String> {
        if self.batch.is_disabled() {
            outgoing(self.batch, input)
        } else {
            outgoing(self.begin(input), input)
        }
    }
}

type Ends = HashMap<SubjectRef, (u64, Hash)>;

/// Seals what was said, each event chained to the one before it of its subject.
fn seal_all<S: Service, W: Store<S>>(
    parts: &ShellParts<S, W>,
    known: &Known<S::State>,
    said: Vec<Saying>,
    tried: Try<'_>,
    spans: &mut Spans<'_>,
) -> Result<(Vec<Said>, Ends), Failure> {
    let (name, now) = (parts.service.name(), tried.now);
    let mut ends = Ends::new();
    let mut sealed = Vec::with_capacity(said.len());
    for Saying { input, event, nth } in said {
        let subject = input.subject();
        let last = ends
            .get(subject)
            .copied()
            .or_else(|| known.heads.get(subject).map(|known| (known.head.sequence, known.head.hash)));
        let last = last.unwrap_or((0, [0; 32]));
        let id = contracts::EventId::at(now, parts.options.randomness.bytes(input.root(), nth));
        let mut one = seal(name, id, now, &input, last, event).map_err(|error| {
            Failure::Permanent(Problem::new(ProblemCode::Internal, format!("an event is not JSON: {error}")))
        })?;
        // The hash leaves the trace out, so it may be added after sealing.
        one.envelope.traceparent = spans.outgoing(&input);
        ends.insert(subject.clone(), (one.envelope.sequence, one.hash));
        sealed.push(one);
    }
    Ok((sealed, ends))
}

async fn write_heads<S: Service>(
    connection: &mut PgConnection,
    known: &Known<S::State>,
    effects: &Effects<S>,
    ends: &Ends,
) -> Result<(), Failure> {
    let mut changes = Vec::new();
    for (subject, open) in effects.subjects.iter().filter(|(_, open)| open.touched) {
        let Some(before) = known.heads.get(subject) else { continue };
        let (sequence, hash) = ends.get(subject).copied().unwrap_or((before.head.sequence, before.head.hash));
        let state = match &open.state {
            Ok(state) if open.evolved => Some(serde_json::to_string(&**state).map_err(|error| {
                let detail = format!("the state of a subject is not JSON: {error}");
                Failure::Permanent(Problem::new(ProblemCode::Internal, detail))
            })?),
            Ok(_) | Err(_) => None,
        };
        changes.push(HeadChange {
            subject,
            version: open.version,
            sequence,
            hash,
            state,
            cursors: &open.cursors,
        });
    }
    if !changes.is_empty() {
        head::write(connection, &changes).await?;
    }
    let touched = |subject: &SubjectRef| effects.subjects.get(subject).is_some_and(|open| open.touched);
    let untouched: Vec<SubjectRef> = known
        .heads
        .iter()
        .filter(|(subject, known)| known.inserted && !touched(subject))
        .map(|(subject, _)| subject.clone())
        .collect();
    if !untouched.is_empty() {
        head::remove_untouched(connection, &untouched).await?;
    }
    Ok(())
}

async fn write_timers<S: Service>(
    connection: &mut PgConnection,
    effects: &Effects<S>,
    spans: &mut Spans<'_>,
) -> Result<(), sqlx::Error> {
    let (mut set, mut removed) = (Vec::new(), Vec::new());
    for ((subject, key), setting) in &effects.timers {
        match setting {
            Some(Setting { due, payload, input }) => set.push(Timer {
                subject: subject.clone(),
                key: key.clone(),
                due: *due,
                payload: payload.clone(),
                traceparent: spans.outgoing(input),
            }),
            None => removed.push((subject, key.as_str())),
        }
    }
    if !set.is_empty() {
        timer::set(connection, &set.iter().collect::<Vec<_>>()).await?;
    }
    if !removed.is_empty() {
        timer::remove(connection, &removed).await?;
    }
    Ok(())
}

async fn write_entries<S: Service>(
    connection: &mut PgConnection,
    known: &Known<S::State>,
    effects: &Effects<S>,
) -> Result<(), sqlx::Error> {
    let put: Vec<(&EntryId, &Value)> =
        effects.entries.iter().filter_map(|(id, value)| value.as_ref().map(|value| (id, value))).collect();
    // Removed ones, and placeholders that were locked and not filled.
    let emptied = effects.entries.iter().filter(|(_, value)| value.is_none()).map(|(id, _)| id);
    let placeholders = known.locked.iter().filter(|(_, value)| value.is_none()).map(|(id, _)| id);
    let placeholders = placeholders.filter(|id| !effects.entries.contains_key(*id));
    let removed: Vec<&EntryId> = emptied.chain(placeholders).collect();
    if !put.is_empty() {
        entry::put(connection, &put).await?;
    }
    if !removed.is_empty() {
        entry::remove(connection, &removed).await?;
    }
    Ok(())
}

async fn write_words<S: Service, W: Store<S>>(
    parts: &ShellParts<S, W>,
    connection: &mut PgConnection,
    effects: &Effects<S>,
) -> Result<(), Failure> {
    if !effects.shred.is_empty() {
        let shred: Vec<_> = effects.shred.iter().map(|(of, complaint)| (of, *complaint)).collect();
        word::shred(connection, &shred).await?;
    }
    if effects.words.is_empty() {
        return Ok(());
    }
    let name = parts.service.name();
    let sealed: Result<Vec<_>, _> =
        effects.words.iter().map(|(of, word)| seal_word(&parts.ring, name, of, word)).collect();
    let sealed = sealed.map_err(|error| {
        Failure::Permanent(Problem::new(ProblemCode::Internal, format!("a text cannot be sealed: {error}")))
    })?;
    word::keep(connection, &sealed).await.map_err(Failure::from)
}

async fn write_held<S: Service>(
    connection: &mut PgConnection,
    effects: &Effects<S>,
) -> Result<(), sqlx::Error> {
    if !effects.released.is_empty() {
        let released: Vec<_> =
            effects.released.iter().map(|((subject, source), n)| (subject, *source, *n)).collect();
        held::release(connection, &released).await?;
    }
    if !effects.held.is_empty() {
        let events: Vec<Held> = effects
            .held
            .iter()
            .map(|((subject, source, sequence), message)| Held {
                subject: subject.clone(),
                source: *source,
                sequence: *sequence,
                headers: message.headers.clone(),
                body: message.body.clone(),
            })
            .collect();
        held::hold(connection, &events).await?;
    }
    Ok(())
}
