//! Analytics: folded in any order, through the real shell and a real PostgreSQL, and built anew while work goes on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod bench;
mod deciding;
mod figures;
mod folding;
mod ledgers;
mod rebuilding;
mod reports;
mod running;
mod story;
mod sums;
