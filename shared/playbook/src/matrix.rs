//! Reading the authority matrix. Bounds: over is exclusive, up to is inclusive, as in 「20元以上、100元（含）以下」.

use contracts::Fen;

use crate::model::{AuthorityRow, Liable};

impl AuthorityRow {
    /// Whether the row holds for this party at fault, amount and level. The category is matched beforehand, where
    /// the tree of categories is known ([`crate::CompiledPlaybook::matrix_rows`]).
    #[must_use]
    pub fn holds(&self, liable: Option<Liable>, amount: Fen, level: u32) -> bool {
        self.liable.is_none_or(|party| Some(party) == liable)
            && self.level.is_none_or(|of| of == level)
            && self.amount_over.is_none_or(|over| amount > over.fen())
            && self.amount_up_to.is_none_or(|up_to| amount <= up_to.fen())
    }
}

/// The first of `rows` that holds. `amount` is the cumulated amount, so that splitting dodges no limit.
#[must_use]
pub fn deciding_row(
    rows: &[AuthorityRow],
    liable: Option<Liable>,
    amount: Fen,
    level: u32,
) -> Option<&AuthorityRow> {
    rows.iter().find(|row| row.holds(liable, amount, level))
}
