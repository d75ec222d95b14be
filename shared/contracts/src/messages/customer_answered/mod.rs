//! `customer.answered`: The customer answered a proposal or reply. Said by notification.

mod v1;

pub use v1::CustomerAnswered;

crate::messages::versions!(CustomerAnswered = "customer.answered", current 1);
