//! `notice.settled`: A message was delivered, listed for collection, or given up. Said by notification.

mod v1;

pub use v1::{NoticeOutcome, NoticeSettled};

crate::messages::versions!(NoticeSettled = "notice.settled", current 1);
