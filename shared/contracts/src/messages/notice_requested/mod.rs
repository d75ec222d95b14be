//! `notice.requested`: A message is to go out. Said by notification.

mod v1;

pub use v1::{NoticeRequested, Recipient};

crate::messages::versions!(NoticeRequested = "notice.requested", current 1);
