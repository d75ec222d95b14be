//! `reply.told`: The customer was told the result. Said by notification.

mod v1;

pub use v1::{Attachment, ReplyTold};

crate::messages::versions!(ReplyTold = "reply.told", current 1);
