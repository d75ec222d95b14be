//! `form.filled`: Fields of a form were written. Said by routing.

mod v1;

pub use v1::FormFilled;

crate::messages::versions!(FormFilled = "form.filled", current 1);
