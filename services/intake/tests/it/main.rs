//! Intake as a whole: its pure core against a world in memory, its mappings, and its store against real servers.

mod erasing;
mod files;
mod mappings;
mod real;
mod registering;
mod serving;
mod settling;
mod world;
