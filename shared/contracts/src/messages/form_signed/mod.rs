//! `form.signed`: Somebody signed a form; what is written there stands. Said by routing.

mod v1;

pub use v1::FormSigned;

crate::messages::versions!(FormSigned = "form.signed", current 1);
