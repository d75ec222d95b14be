//! Routing's core, driven by the events that the other services would say.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod absences;
mod clocks;
mod forms;
mod hostile;
mod journeys;
mod moves;
mod properties;
mod refusals;
mod reports;
mod rich;
mod served;
mod store;
mod world;
