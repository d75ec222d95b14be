//! The ledgers that a playbook declares: what puts a case into one, what it says there, what settles the matter (R-091,
//! Analytics keeps the entries; here is only where the case stands.

use std::sync::Arc;

use contracts::Problem;
use contracts::messages::ledger_entered::{LedgerColumn, LedgerEntered};
use contracts::messages::ledger_settled::LedgerSettled;
use playbook::{FieldSource, Ledger, Trigger};
use serde::{Deserialize, Serialize};

use crate::draft::{Draft, evaluation};
use crate::forms::known;
use crate::shown_forms::Sight;

/// How a case stands in a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// Until the matter is settled.
    Pending,
    /// For good.
    Kept,
    /// The matter was settled.
    Settled,
}

impl Draft<'_> {
    /// Settles what something settles, and enters what it enters.
    ///
    /// # Errors
    /// When a rule gives no answer.
    pub(crate) fn keep_ledgers(&mut self, trigger: &Trigger) -> Result<(), Problem> {
        let book = Arc::clone(&self.book);
        for ledger in &book.playbook().ledger {
            let is_pending = self.case.ledgers.get(&ledger.key) == Some(&Listed::Pending);
            if is_pending && ledger.settle.contains(trigger) {
                self.say(LedgerSettled { ledger: ledger.key.clone() });
            }
            if ledger.is_entered_by(trigger) && book.enters(ledger, &self.env()).map_err(evaluation)? {
                let entered = self.entry(ledger);
                self.say(entered);
            }
        }
        Ok(())
    }

    fn entry(&self, ledger: &Ledger) -> LedgerEntered {
        let (case, instance) = (&self.case, self.case.instance);
        let sight = Sight { book: &self.book, directory: self.directory() };
        let columns = ledger.columns.iter().filter_map(|column| {
            let value = known(case, &self.book, &column.key, instance)?;
            let shown = sight.label(FieldSource::of(&column.key), &value);
            Some(LedgerColumn { key: column.key.to_string(), label: column.label.clone(), value, shown })
        });
        LedgerEntered {
            ledger: ledger.key.clone(),
            label: ledger.label.clone(),
            instance,
            pending: !ledger.settle.is_empty(),
            columns: columns.collect(),
        }
    }
}
