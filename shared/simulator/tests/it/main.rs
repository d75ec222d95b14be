//! Scenarios on the simulator.

mod scenarios;
