//! Routing's core, driven by the events that the other services would say.

mod absences;
mod clocks;
mod journeys;
mod properties;
mod refusals;
mod rich;
mod world;
