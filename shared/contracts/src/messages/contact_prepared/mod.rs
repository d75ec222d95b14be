//! `contact.prepared`: Somebody prepared for talking with the customer. Said by notification.

mod v1;

pub use v1::ContactPrepared;

crate::messages::versions!(ContactPrepared = "contact.prepared", current 1);
