//! `callback.noted`: Somebody noted what whoever calls the customer back has to know. Said by notification.

mod v1;

pub use v1::CallbackNoted;

crate::messages::versions!(CallbackNoted = "callback.noted", current 1);
