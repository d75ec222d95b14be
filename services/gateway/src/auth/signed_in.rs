//! Who is signed in with a page that is open: its stream ends at once when they sign out, in this process; elsewhere when
//! its time is over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use contracts::OrganisationId;
use tokio_util::sync::CancellationToken;

use super::Staff;

/// The accounts with streams, each with what ends them.
#[derive(Debug, Default)]
pub struct SignedIn(Mutex<HashMap<(OrganisationId, String), CancellationToken>>);

impl SignedIn {
    /// Ends when somebody signs out of this account.
    pub fn watch(&self, staff: &Staff) -> CancellationToken {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((staff.organisation.clone(), staff.name.clone())).or_default().clone()
    }

    /// Somebody signed out: all streams of the account end, and pages that are still signed in come again.
    pub fn end(&self, staff: &Staff) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = all.remove(&(staff.organisation.clone(), staff.name.clone())) {
            token.cancel();
        }
    }
}
