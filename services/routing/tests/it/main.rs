//! Routing's core, driven by the events that the other services would say.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod absences;
mod accounts;
mod applying;
mod applying_served;
mod clocks;
mod forms;
mod hostile;
mod journeys;
mod measures;
mod moves;
mod people;
mod properties;
mod refusals;
mod reports;
mod rich;
mod rulings;
mod served;
mod store;
mod teams;
mod world;
