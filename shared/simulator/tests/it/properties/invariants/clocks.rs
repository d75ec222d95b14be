//! Time: where it went, and what follows from it.

use std::collections::BTreeSet;

use calendar::{due_at, elapsed};
use contracts::{ClockId, Event};
use jiff::{SignedDuration, Timestamp};
use routing::state::CaseClock;

use super::{CLOCKS, Looking};

pub(super) fn look(looking: &mut Looking<'_>) {
    let of = looking.of;
    for (id, clock) in &of.case.clocks {
        if let Some(wrong) = sums(looking, clock).or_else(|| due(looking, clock)) {
            looking.say(CLOCKS, format!("{} {id}: {wrong}", clock.key));
        }
    }
    alone(looking);
    told(looking);
}

/// Until when a clock has run.
fn until(looking: &Looking<'_>, clock: &CaseClock) -> Timestamp {
    clock.stopped.map_or(looking.seen.now, |stopped| stopped.at).max(clock.start)
}

/// Pauses lie within the clock's life, one after the other, and all its time is running, paused or uncounted.
fn sums(looking: &Looking<'_>, clock: &CaseClock) -> Option<String> {
    let end = until(looking, clock);
    let mut last = clock.start;
    for (at, pause) in clock.pauses.iter().enumerate() {
        let is_last = at + 1 == clock.pauses.len();
        if pause.from < last || pause.to.is_some_and(|to| to < pause.from) || (pause.to.is_none() && !is_last)
        {
            return Some(format!("its pauses overlap: {:?}", clock.pauses));
        }
        last = pause.to.unwrap_or(end);
    }
    let model = looking.seen.book.clock(&clock.key)?;
    let policy = routing::terms(model, clock, &looking.of.case.facts);
    let spent = elapsed(&policy, clock.start, &clock.segments(), end, &looking.seen.calendar);
    let parts = [spent.running, spent.paused, spent.uncounted];
    let sum = parts.iter().fold(SignedDuration::ZERO, |sum, part| sum.saturating_add(*part));
    let negative = parts.iter().any(|part| part.is_negative());
    (negative || sum != end.duration_since(clock.start))
        .then(|| format!("{spent:?} is not the time from {} to {end}", clock.start))
}

/// The due time is a function of the segments; what is over is missed, and how it was stopped says so.
fn due(looking: &Looking<'_>, clock: &CaseClock) -> Option<String> {
    if let Some(stopped) = clock.stopped {
        let met = clock.due.is_none_or(|due| stopped.at < due);
        return (met != stopped.met).then(|| format!("due {:?}, stopped {stopped:?}", clock.due));
    }
    let model = looking.seen.book.clock(&clock.key)?;
    let policy = routing::terms(model, clock, &looking.of.case.facts);
    let computed = due_at(&policy, clock.start, &clock.segments(), &looking.seen.calendar).at();
    if computed != clock.due {
        return Some(format!("it says due {:?}, and its segments say {computed:?}", clock.due));
    }
    let over = clock.due.filter(|due| *due <= looking.seen.now);
    (over.is_some() && clock.missed != over).then(|| format!("it ran out {over:?} and was not missed"))
}

/// At most one clock of a key runs.
fn alone(looking: &mut Looking<'_>) {
    let of = looking.of;
    let running = of.case.clocks.values().filter(|clock| clock.is_running());
    let mut keys: Vec<_> = running.map(|clock| clock.key.clone()).collect();
    keys.sort();
    for pair in keys.windows(2).filter(|pair| pair[0] == pair[1]) {
        looking.say(CLOCKS, format!("two clocks {} run at once", pair[0]));
    }
}

/// Every clock was said to start once, to stop at most once, and to be missed once for each due time.
fn told(looking: &mut Looking<'_>) {
    let (mut started, mut stopped, mut missed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut twice: Vec<ClockId> = Vec::new();
    let of = looking.of;
    for (_, event) in of.said() {
        match event {
            Event::ClockStarted(said) if !started.insert(said.clock) => twice.push(said.clock),
            Event::ClockStopped(said) if !stopped.insert(said.clock) => twice.push(said.clock),
            Event::ClockMissed(said) if !missed.insert((said.clock, said.due)) => twice.push(said.clock),
            _ => {}
        }
    }
    for clock in twice {
        looking.say(CLOCKS, format!("{clock} was said to start, stop or be missed twice"));
    }
    let known: BTreeSet<_> = of.case.clocks.keys().copied().collect();
    if known != started {
        looking.say(CLOCKS, format!("{} clocks were started, {} are known", started.len(), known.len()));
    }
}
