//! Scenarios: what a complaints manager writes to say how a playbook must behave.

pub mod model;
pub mod play;

pub use model::{CaseView, ClockView, Expect, Scenario, Step};
pub use play::{Driver, Prepared, Verdict, play};
