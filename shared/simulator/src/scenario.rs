//! Scenarios: what a complaints manager writes to say how a playbook must behave.
//!
//! [`load()`] reads the files, [`play()`] plays them against a [`Driver`]: [`Simulated`] here, the running stack in the
//! `redress` binary. Same file, same verdict.

mod check;
pub mod expect;
pub mod failure;
pub mod load;
pub mod model;
mod orders;
pub mod play;
pub mod report;
pub mod simulated;
pub mod view;
pub mod written;

pub use expect::Expect;
pub use failure::{Difference, Failure, Wrong};
pub use load::{Mistake, load};
pub use model::{CaseView, ClockView, Scenario, Step, VisitView};
pub use play::{Driver, Prepared, Verdict, play};
pub use report::Report;
pub use simulated::{Simulated, simulate, simulate_after};
pub use written::{Own, Written, written};
