//! Scenarios on the simulator.

mod mistakes;
mod scenarios;
