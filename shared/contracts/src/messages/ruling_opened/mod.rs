//! `ruling.opened`: Somebody with the authority is asked a question about the case. Said by routing.

mod v1;

pub use v1::{RulingOpened, RulingQuestion};

crate::messages::versions!(RulingOpened = "ruling.opened", current 1);
