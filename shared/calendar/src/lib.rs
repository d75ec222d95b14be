//! Business time: working calendars, time limits and running clocks.
//!
//! Every deadline of the system is computed here and nowhere else, as a pure
//! function of its arguments: the only reader of real time is [`SystemClock`].
//! *Business time* (when a complaint was received, when a reply is due) is
//! always a [`jiff::Timestamp`]; *machine time* (leases, backoff, timeouts) is
//! [`std::time::Instant`] and has no place in this crate.
//!
//! The convention that all limits share: the day of receipt is not counted, a
//! limit in working days ends at the last closing time of its last day, or at
//! 24:00 where the calendar has no hours, and a limit in calendar days ends at
//! 24:00 of its last day. Limits in seconds, minutes or hours run from the
//! instant itself.
//!
//! A due time is the first instant that is late. The end of Monday is 00:00 of
//! Tuesday, which is no longer Monday, and a timer that fires at the due time
//! finds the limit missed. [`Due::is_over`] says so once, for everybody.

mod calendar;
mod clock;
mod explain;
mod extensions;
mod limit;
mod notation;
mod offset;
mod pauses;
mod plain;
mod segments;
mod spec;
mod wall;

pub use calendar::{Calendar, DayKind, Interval};
pub use clock::{Clock, SystemClock, VirtualClock, WouldGoBack};
pub use explain::{ExplainLine, explain};
pub use extensions::Extension;
pub use limit::{Due, Limit, Measure, MonthDay};
pub use notation::LimitError;
pub use segments::{ClockPolicy, Elapsed, Segment, SegmentKind, due_at, elapsed};
pub use spec::{CalendarErrors, CalendarProblem, CalendarSpec, Day, Holiday, Hours, MakeUpDay};
