//! `contact.recorded`: The customer was contacted, or could not be reached. Said by notification.

mod v1;

pub use v1::ContactRecorded;

crate::messages::versions!(ContactRecorded = "contact.recorded", current 1);
