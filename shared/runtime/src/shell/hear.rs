//! Hearing an event: duplicates, gaps, forks; and taking up what was held when its predecessor has come.

use std::sync::Arc;

use contracts::{ServiceName, SubjectRef};
use journal::Cursor;

use super::park;
use super::round::{Interrupted, Outcome, Round, Verdict};
use super::task::Message;
use crate::service::Service;

/// Where an event stands towards what was heard before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It was heard already, or is parked.
    Duplicate,
    /// Its predecessor is missing, or its source is blocked.
    Early,
    /// It is the next.
    Next,
    /// It does not follow what was heard: the source was restored to a different past.
    Forked,
}

fn standing(cursor: &Cursor, message: &Message) -> Standing {
    let sequence = message.envelope.sequence;
    if cursor.parked == Some(sequence) || sequence < cursor.sequence {
        Standing::Duplicate
    } else if sequence == cursor.sequence {
        let same = message.hash == cursor.hash;
        if same || cursor.parked.is_some() { Standing::Duplicate } else { Standing::Forked }
    } else if cursor.parked.is_some() || sequence > cursor.sequence + 1 {
        Standing::Early
    } else if message.envelope.previous_hash == cursor.hash {
        Standing::Next
    } else {
        Standing::Forked
    }
}

impl<S: Service> Round<'_, S> {
    /// Hears a message about a locked subject, then takes up what was held behind it.
    pub(crate) fn hear(&mut self, message: &Arc<Message>) -> Result<Outcome, Interrupted> {
        let (subject, source) = (&message.envelope.subject, message.envelope.source);
        let outcome = match standing(&self.cursor(subject, source), message) {
            Standing::Duplicate => "duplicate",
            Standing::Early => {
                let key = (subject.clone(), source, message.envelope.sequence);
                let known = self.known.held.get(&(subject.clone(), source));
                if !known.is_some_and(|held| held.contains_key(&key.2)) {
                    self.effects.held.entry(key).or_insert_with(|| Arc::clone(message));
                }
                "held"
            }
            Standing::Forked => {
                self.park(message, park::Reason::Forked);
                "parked"
            }
            Standing::Next => self.take_in(message)?,
        };
        self.take_up(subject, source)?;
        Ok(Outcome::Done(outcome))
    }

    /// Applies held events of a source as long as the next one is there.
    pub(crate) fn take_up(&mut self, subject: &SubjectRef, source: ServiceName) -> Result<(), Interrupted> {
        let heard = self.cursor(subject, source).sequence;
        self.release(subject, source, heard);
        while let Some(message) = self.next_held(subject, source) {
            if self.is_full() {
                self.effects.to_take_up.insert((subject.clone(), source));
                break;
            }
            match standing(&self.cursor(subject, source), &message) {
                Standing::Next => {
                    self.take_in(&message)?;
                }
                Standing::Forked => self.park(&message, park::Reason::Forked),
                Standing::Duplicate | Standing::Early => break,
            }
        }
        Ok(())
    }

    pub(crate) fn cursor(&mut self, subject: &SubjectRef, source: ServiceName) -> Cursor {
        self.open(subject).and_then(|open| open.cursors.get(&source).copied()).unwrap_or_default()
    }

    fn next_held(&mut self, subject: &SubjectRef, source: ServiceName) -> Option<Arc<Message>> {
        let cursor = self.cursor(subject, source);
        if cursor.parked.is_some() {
            return None;
        }
        let next = cursor.sequence + 1;
        let key = (subject.clone(), source);
        if let Some(message) = self.known.held.get(&key).and_then(|held| held.get(&next)) {
            return Some(Arc::clone(message));
        }
        self.effects.held.get(&(key.0, source, next)).cloned()
    }

    /// Decides on the next event of a source and applies it, or parks it.
    fn take_in(&mut self, message: &Arc<Message>) -> Result<&'static str, Interrupted> {
        let subject = &message.envelope.subject;
        let outcome = match &message.input {
            Err(problem) => {
                self.park(message, park::Reason::Unknown(problem));
                "parked"
            }
            Ok(input) => match self.decide(subject, input) {
                Verdict::Missed => return Err(Interrupted),
                Verdict::Refused(problem) => {
                    self.park(message, park::Reason::Refused(&problem));
                    "parked"
                }
                Verdict::Decided(decision) => {
                    self.apply(subject, input, decision)?;
                    self.count_change(subject);
                    self.advance(message);
                    "applied"
                }
            },
        };
        self.handled += 1;
        Ok(outcome)
    }

    /// Moves the cursor to an event that was applied or dropped, and lifts the block.
    pub(crate) fn advance(&mut self, message: &Message) {
        let (subject, source) = (&message.envelope.subject, message.envelope.source);
        let sequence = message.envelope.sequence;
        self.set_cursor(subject, source, Cursor { sequence, hash: message.hash, parked: None });
        self.release(subject, source, sequence);
    }

    fn park(&mut self, message: &Message, reason: park::Reason<'_>) {
        let (subject, source) = (&message.envelope.subject, message.envelope.source);
        let sequence = message.envelope.sequence;
        let cursor = Cursor { parked: Some(sequence), ..self.cursor(subject, source) };
        self.set_cursor(subject, source, cursor);
        self.release(subject, source, sequence);
        self.effects.parked.push(park::event(message, reason, self.now));
    }

    fn set_cursor(&mut self, subject: &SubjectRef, source: ServiceName, cursor: Cursor) {
        if let Some(open) = self.open(subject) {
            open.cursors.insert(source, cursor);
            open.touched = true;
        }
    }

    /// What was held up to a sequence need not be held any more.
    fn release(&mut self, subject: &SubjectRef, source: ServiceName, sequence: u64) {
        let key = (subject.clone(), source);
        if self.known.held.get(&key).is_some_and(|held| held.range(..=sequence).next().is_some()) {
            self.effects.released.insert(key, sequence);
        }
        let not_yet =
            |of: &SubjectRef, by: ServiceName, n: u64| of != subject || by != source || n > sequence;
        self.effects.held.retain(|(of, by, n), _| not_yet(of, *by, *n));
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn message(sequence: u64, previous_hash: [u8; 32]) -> Message {
        let organisation = contracts::OrganisationId::new("o").unwrap();
        let envelope = contracts::Envelope {
            id: "0195702c-7b80-7000-8000-000000000001".parse().unwrap(),
            source: ServiceName::Intake,
            what: "unheard.of".into(),
            version: 1,
            subject: SubjectRef::directory(&organisation),
            time: jiff::Timestamp::UNIX_EPOCH,
            sequence,
            previous_hash,
            causation: "c".into(),
            correlation: "r".into(),
            traceparent: None,
        };
        let headers = envelope.headers().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Message::read(headers, Bytes::from_static(b"{}")).unwrap()
    }

    #[test]
    fn an_event_stands_before_at_or_beyond_the_cursor() {
        let at = |sequence, parked| Cursor { sequence, hash: [7; 32], parked };
        assert_eq!(standing(&at(3, None), &message(2, [0; 32])), Standing::Duplicate);
        assert_eq!(standing(&at(3, None), &message(3, [0; 32])), Standing::Forked);
        assert_eq!(standing(&at(3, None), &message(4, [7; 32])), Standing::Next);
        assert_eq!(standing(&at(3, None), &message(4, [8; 32])), Standing::Forked);
        assert_eq!(standing(&at(3, None), &message(5, [7; 32])), Standing::Early);
        assert_eq!(standing(&at(3, Some(4)), &message(4, [7; 32])), Standing::Duplicate);
        assert_eq!(standing(&at(3, Some(4)), &message(5, [7; 32])), Standing::Early);
        let first = message(1, [0; 32]);
        assert_eq!(standing(&Cursor::default(), &first), Standing::Next);
        let heard = Cursor { sequence: 1, hash: first.hash, parked: None };
        assert_eq!(standing(&heard, &first), Standing::Duplicate);
    }
}
