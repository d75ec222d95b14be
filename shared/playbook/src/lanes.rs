//! In which lane of a queue the work of a case waits.

use contracts::facts::key;
use contracts::{CategoryKey, FactValue, Facts};

use crate::compiled::CompiledPlaybook;
use crate::model::{Lane, Stage};

impl CompiledPlaybook {
    /// The lane of a stage's work: what the fact `complex` says, which a person or a rule (`routing_flags`) sets; else the
    /// stage's own, else that of the narrowest category that names one, else the simple one.
    #[must_use]
    pub fn lane(&self, stage: Option<&Stage>, category: Option<&CategoryKey>, facts: &Facts) -> Lane {
        let said = facts.get(&key::complex()).and_then(FactValue::as_bool);
        let said = said.map(|complex| if complex { Lane::Complex } else { Lane::Simple });
        let of_stage = || stage.and_then(|stage| stage.lane);
        let mut line = category.into_iter().flat_map(|category| self.category_line(category));
        let of_category = || line.find_map(|category| category.lane);
        said.or_else(of_stage).or_else(of_category).unwrap_or(Lane::Simple)
    }
}
