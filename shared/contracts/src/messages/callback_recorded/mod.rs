//! `callback.recorded`: A callback was made. Said by notification.

mod v1;

pub use v1::CallbackRecorded;

crate::messages::versions!(CallbackRecorded = "callback.recorded", current 1);
